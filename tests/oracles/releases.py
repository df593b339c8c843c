"""Which releases serve as oracles, and where Debian has them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

Version: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """A release line of a program, as one Debian suite carries it."""

    program: str
    line: str
    """The line it stands for, such as ``3.5``; a moving suite may carry a later version."""
    suite: str
    packages: tuple[str, ...]
    binaries: tuple[str, ...]
    """Paths inside the packages, as all paths here."""
    lowest: Version
    """The versions accepted: from here on ..."""
    before: Version
    """... and below this."""
    data: tuple[str, ...] = ()
    """Files that the binaries read at run time."""
    changelog: str | None = None
    """That of the package, where the binaries do not tell their version."""
    closure_of: str | None = None
    """One of the packages that needs libraries: what it depends on is unpacked with it, all the way down."""
    without: tuple[str, ...] = ()
    """Of these dependencies, the ones that it does well without, or that have to be the machine's own."""

    @property
    def name(self) -> str:
        """The name in messages, in test ids and in the cache: ``prometheus-2.42``."""
        return f"{self.program}-{self.line}"

    @property
    def files(self) -> tuple[str, ...]:
        """All the files without which the release is of no use."""
        return (*self.binaries, *self.data, *([self.changelog] if self.changelog else []))

    def accepts(self, version: str) -> bool:
        """Whether a version as a binary reports it, such as ``2.42.0+ds``, is of this line."""
        numbers = tuple(int(number) for number in re.findall(r"[0-9]+", version.partition("+")[0]))
        return self.lowest <= numbers < self.before


_PROMETHEUS: Final = ("usr/bin/prometheus", "usr/bin/promtool")
_ALERTMANAGER: Final = ("usr/bin/prometheus-alertmanager", "usr/bin/amtool")

# The folder that Debian's Alertmanager reads its templates from, whatever the configuration says.
TEMPLATES: Final = "usr/share/prometheus/alertmanager"

# https://tracker.debian.org/pkg/prometheus and https://tracker.debian.org/pkg/prometheus-alertmanager;
# bookworm has promtool inside the package of the server. The suite sid moves, so there the top is open.
PROMETHEUS_2_42: Final = Release(
    "prometheus", "2.42", "bookworm", ("prometheus",), _PROMETHEUS, (2, 42), (2, 43)
)
PROMETHEUS_2_53: Final = Release(
    "prometheus", "2.53", "trixie", ("prometheus", "promtool"), _PROMETHEUS, (2, 53), (2, 54)
)
PROMETHEUS_3_5: Final = Release(
    "prometheus", "3.5", "sid", ("prometheus", "promtool"), _PROMETHEUS, (3, 5), (4,)
)
ALERTMANAGER_0_25: Final = Release(
    "alertmanager",
    "0.25",
    "bookworm",
    ("prometheus-alertmanager",),
    _ALERTMANAGER,
    (0, 25),
    (0, 26),
    (f"{TEMPLATES}/default.tmpl",),
)
ALERTMANAGER_0_33: Final = Release(
    "alertmanager",
    "0.33",
    "sid",
    ("prometheus-alertmanager",),
    _ALERTMANAGER,
    (0, 28),
    (1,),
    (f"{TEMPLATES}/default.tmpl",),
)

# https://tracker.debian.org/pkg/victoria-metrics: a second engine for rules, which reads MetricsQL.
VICTORIA_METRICS: Final = Release(
    "victoria-metrics",
    "1.145",
    "sid",
    ("victoria-metrics",),
    ("usr/bin/vmalert", "usr/bin/vmalert-tool"),
    (1, 145),
    (2,),
    changelog="usr/share/doc/victoria-metrics/changelog.Debian.gz",
)
# https://tracker.debian.org/pkg/prometheus-node-exporter: what real metrics of a machine look like.
NODE_EXPORTER: Final = Release(
    "node-exporter",
    "1.5",
    "bookworm",
    ("prometheus-node-exporter",),
    ("usr/bin/prometheus-node-exporter",),
    (1, 5),
    (1, 6),
)

# https://tracker.debian.org/pkg/chromium: the browser that pages are tested in, and what drives it. Its
# libraries come along, but for the C library, which has to be that of the dynamic linker, and for graphics
# that no page of ours asks for. The oldest suite that is in use, so that the C library here is new enough.
CHROMIUM: Final = Release(
    "chromium",
    "headless",
    "bookworm",
    ("chromium-headless-shell", "chromium-driver"),
    ("usr/lib/chromium/chromium-headless-shell", "usr/bin/chromedriver"),
    (120,),
    (1000,),
    changelog="usr/share/doc/chromium-headless-shell/changelog.Debian.gz",
    closure_of="chromium-headless-shell",
    without=("libc6", "libgl1-mesa-dri", "libllvm15", "libz3-4"),
)

PROMETHEUS: Final = (PROMETHEUS_2_42, PROMETHEUS_2_53, PROMETHEUS_3_5)
ALERTMANAGER: Final = (ALERTMANAGER_0_25, ALERTMANAGER_0_33)
RELEASES: Final = (*PROMETHEUS, *ALERTMANAGER, VICTORIA_METRICS, NODE_EXPORTER, CHROMIUM)
