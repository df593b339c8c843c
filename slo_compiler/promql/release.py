"""The Prometheus releases that expressions are checked for, and what of PromQL came with which."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from slo_compiler.quantities import MINUTE


class Release(Struct, frozen=True, order=True):
    """A Prometheus release; a later one is greater."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"prometheus-{self.major}.{self.minor}"


LOOK_BACK: Final = 5 * MINUTE
"""For how long after its last sample any release takes a series to be there."""

PROMETHEUS_2_42: Final = Release(2, 42)
PROMETHEUS_2_53: Final = Release(2, 53)
PROMETHEUS_3_5: Final = Release(3, 5)

RELEASES: Final = (PROMETHEUS_2_42, PROMETHEUS_2_53, PROMETHEUS_3_5)

# The first of RELEASES to take each, as promql/parser and model/labels of all three have it, and promtool.
QUOTED_NAMES: Final = PROMETHEUS_2_53
"""``{"http.requests", "http.route"="/"}``."""
NAMED_GROUPS_WITHOUT_P: Final = PROMETHEUS_2_53
"""``(?<name>...)`` in a regular expression; before, only ``(?P<name>...)``."""
PATTERNS_READ_ALONE: Final = PROMETHEUS_2_53
r"""``\Qa.b``; before, a pattern is read between ``^(?:`` and ``)$``, which ``\Q`` without ``\E`` takes in."""
QUOTED_GROUPING: Final = PROMETHEUS_3_5
"""``by ("http.route")``, and any UTF-8 text as a label name there."""
NUMBERS_ARE_DURATIONS: Final = PROMETHEUS_3_5
"""``foo[300]``, ``1h > 60``, ``foo offset 0s``, ``foo offset +5m``."""
UNDERSCORES_IN_NUMBERS: Final = PROMETHEUS_3_5
"""``1_000``."""
DOT_MATCHES_NEWLINE: Final = PROMETHEUS_3_5
"""``.`` in a regular expression."""


def release_named(name: str) -> Release:
    """The release that a name such as ``prometheus-2.53`` stands for.

    Raises:
        ValueError: no such release is known; the message lists those that are.
    """
    try:
        return _NAMED[name]
    except KeyError:
        raise ValueError(f"{name!r} is not a known release; choose one of {', '.join(_NAMED)}") from None


_NAMED: Final = {str(release): release for release in RELEASES}
