"""A selector of a spec as it is looked for: whose it is, and what follows where it finds nothing."""

from __future__ import annotations

import enum
from collections.abc import Callable

from msgspec import Struct

from slo_compiler.checks.reading import Reading
from slo_compiler.diagnostics import Position
from slo_compiler.model.slo import Slo
from slo_compiler.promql.release import Release
from slo_compiler.promql.syntax import Matcher, VectorSelector


class Role(enum.Enum):
    """What the series of a selector stand for; the value says what follows where there are none."""

    EVENTS = "there would be no events, and no burn-rate alert could ever fire"
    ERRORS = "no error would ever be counted, and no burn-rate alert could fire"
    GOOD = "every event would count as an error, and page"
    EVIDENCE = "what is to be told of it never is"
    RARE = "what is to be told of it never is, once it happens"
    """Evidence that is rightly missing until its first event, which the rules see all the same."""


class Value(enum.Enum):
    """What the value of a gauge has to be."""

    TIME = "a time in seconds since 1970"
    FLAG = "1 or 0"


class Grouping(Struct, frozen=True):
    """Labels by which series are told apart, and what follows where they cannot be."""

    key: str
    """What a spec calls it, such as ``group_by``."""
    labels: tuple[str, ...]
    locate: Callable[[int], Position]
    """From the index of a label to its place."""
    merged: str
    """Such as "all groups would be one"."""
    recorded: int = 0
    """How many series the rules record for each group; 0 where they record none."""


class Looked(Struct, frozen=True):
    """A selector that has to find series."""

    id: str
    """Of the SLO, or of the service whose evidence it is."""
    reading: Reading
    role: Role
    release: Release
    consequence: str
    """What follows where there are no series."""
    slo: Slo | None = None
    """None where it is of evidence."""
    value: Value | None = None
    groupings: tuple[Grouping, ...] = ()

    @property
    def selector(self) -> VectorSelector:
        """The selector itself."""
        return self.reading.selector

    @property
    def position(self) -> Position:
        """Where the selector begins."""
        return self.reading.expression.locate(self.selector.start)

    def position_of(self, matcher: Matcher) -> Position:
        """Where one of its matchers begins."""
        return self.reading.expression.locate(matcher.start)
