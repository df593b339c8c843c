"""Texts that many SLOs have in common, but for whose the series are: written once, filled in for each.

To fill a pattern takes a hundredth of the time to write it, and many are filled at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WHOSE: Final = "\N{SUBSTITUTE}"
"""Where a pattern leaves open whose a series is. No name, number or operator holds this character.

It is one of ASCII, so that all of a pattern is; wider texts take twice as long.
"""

_END: Final = "\N{NULL}"
"""Between two patterns."""

SHAPES: Final = 512
"""Of so many the patterns are remembered: more than the objectives and periods of any organisation."""


def filled(pattern: str, whose: str) -> str:
    """A pattern with the matcher that says whose the series are."""
    return pattern.replace(WHOSE, whose)


class Patterns:
    """Some patterns, each under a name."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._names = tuple(patterns)
        self._texts = _END.join(patterns.values())

    def filled(self, whose: str) -> dict[str, str]:
        """All of them, as ``filled``."""
        return dict(zip(self._names, filled(self._texts, whose).split(_END), strict=True))

    def are(self, texts: Mapping[str, str], whose: str) -> bool:
        """Whether the texts under their names are what ``filled`` makes of them, to the letter."""
        if not texts.keys() >= set(self._names):
            return False
        return _END.join([texts[name] for name in self._names]) == filled(self._texts, whose)
