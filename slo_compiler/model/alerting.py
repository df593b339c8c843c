"""What an author may say about alerting, every bit of it optional."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from msgspec import Struct, field

from slo_compiler.diagnostics import Position
from slo_compiler.model.place import Locate, nowhere
from slo_compiler.model.placed import Placed
from slo_compiler.quantities import DAY, Ratio, Seconds


class Severity(enum.Enum):
    """Whether an alert wakes a human or waits for office hours."""

    PAGE = "page"
    TICKET = "ticket"


class TierRequest(Placed, frozen=True):
    """A burn-rate tier as asked for: any two of ``budget``, ``long`` and ``burn_rate``; the third follows.

    ``name`` is one of the slugs by which the alerts of the tier are known.
    ``budget`` is the share of the period's error budget spent when the tier fires on a constant error ratio.
    """

    name: str
    severity: Severity
    budget: Ratio | None = None
    long: Seconds | None = None
    burn_rate: Ratio | None = None
    short: Seconds | None = None
    position: Position = Position("")
    locate: Locate = nowhere

    def position_of(self, key: str) -> Position:
        """Where one of the keys stands, or the whole."""
        part = self.locate(key)
        return part if part.path else self.position

    def __hash__(self) -> int:
        # What follows from tiers is remembered by them, and it takes long to hash fractions.
        return hash(self.name)


class Absent(Struct, frozen=True):
    """The alert that fires when the indicator has no data at all. What is None is derived."""

    enabled: bool = True
    severity: Severity = Severity.PAGE
    hold: Seconds | None = None
    """The ``for`` of the alert."""
    remember: Seconds = DAY
    """How long a group that is gone is missed, until it is taken for decommissioned."""


class Alerting(Placed, frozen=True):
    """Overrides of alerting: None or empty means not said here, so look at the defaults."""

    enabled: bool | None = None
    """Whether there is any alert at all, or the SLO is only recorded."""
    tiers: tuple[TierRequest, ...] | None = None
    severities: Mapping[str, Severity] = field(default_factory=dict)
    min_errors: int | None = None
    absent: Absent | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    severity_labels: Mapping[Severity, Mapping[str, str]] = field(default_factory=dict)
    """More labels on pages alone, or on tickets."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    position: Position = Position("")
