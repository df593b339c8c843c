"""An incident to try alerts on: how a service fares, phase by phase."""

from __future__ import annotations

import enum
from fractions import Fraction

from msgspec import Struct

from slo_compiler.model.alerting import Severity
from slo_compiler.model.drift import DriftKind
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import Ratio, Seconds


class Detector(enum.Enum):
    """How the detectors of drifts fare."""

    RUNS = "runs"
    MOVED = "moved"
    """They have a new reference, version or threshold, from the beginning of the phase on."""
    DEAD = "dead"
    """They do not run, and export what they last saw."""


class Guarding(enum.Enum):
    """How guardrails fare."""

    CHECKS = "checks"
    FAILS_OPEN = "fails_open"
    """What fails are checks, and they let pass what they were to look at."""
    BYPASSED = "bypassed"
    """Requests go around them."""


class Signs(Struct, frozen=True):
    """What a service of machine learning shows in a phase, beside the errors of its SLOs.

    ``drift`` is how many times its threshold the score of drifting features is, a half while nothing drifts;
    ``breadth`` which share of the features drifts, one at least. ``labels`` is the share of labels that come,
    of those that are due.
    """

    surface: Surface | None = None
    """Whose SLOs the errors are of; all where it is None."""
    drift: Ratio = Fraction(1, 2)
    kind: DriftKind = DriftKind.INPUT
    breadth: Ratio = Fraction(0)
    usual: bool = False
    """Whether the weeks before had the same drift at this time."""
    labels: Ratio = Fraction(1)
    detector: Detector = Detector.RUNS
    rules_changed: bool = False
    """Whether the rules of the drifts are others from the beginning of the phase on."""
    cold_replicas: Ratio = Fraction(0)
    """The share of replicas that become ready when the phase begins; slow requests are theirs alone."""
    guardrail: Guarding = Guarding.CHECKS

    @property
    def drifts(self) -> bool:
        """Whether anything drifts."""
        return self.drift > 1


NOTHING: Signs = Signs()


class Phase(Struct, frozen=True):
    """A length of time in which a service fares the same.

    ``errors`` is the share of events that fail; ``burn_rate`` is that in multiples of the error budget, so
    that it means the same for every objective. They add up. ``traffic`` is how many times the usual one there
    is.
    """

    duration: Seconds
    errors: Ratio = Fraction(0)
    burn_rate: Ratio = Fraction(0)
    traffic: Ratio = Fraction(1)
    scraped: bool = True
    """Whether the metrics are there."""
    signs: Signs = NOTHING

    def error_ratio(self, budget: Ratio) -> Ratio:
        """The share of events that fail, for an SLO with an error budget."""
        return min(self.errors + self.burn_rate * budget, Fraction(1))


class Worth(enum.Enum):
    """Which alert an incident is worth, as its author says."""

    PAGE = "page"
    TICKET = "ticket"
    NOTHING = "nothing"
    """It looks like an incident, and is none."""

    @property
    def severity(self) -> Severity | None:
        """The severity of the alert; None for none."""
        return None if self is Worth.NOTHING else Severity(self.value)


class Incident(Struct, frozen=True):
    """Phases, one after the other; before and after them the service is healthy.

    ``worth`` is None where the tiers say what it is worth.
    """

    name: str
    description: str
    phases: tuple[Phase, ...]
    worth: Worth | None = None

    @property
    def duration(self) -> Seconds:
        """How long all of it lasts."""
        return sum((phase.duration for phase in self.phases), start=Fraction(0))

    @property
    def of_models(self) -> bool:
        """Whether it is about more than the errors of any SLO: only a whole service can be tried on it."""
        return any(phase.signs != NOTHING for phase in self.phases)
