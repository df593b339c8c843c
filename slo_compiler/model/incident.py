"""An incident to try alerts on: how a service fares, phase by phase."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from slo_compiler.quantities import Ratio, Seconds


@dataclass(frozen=True, slots=True)
class Phase:
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

    def error_ratio(self, budget: Ratio) -> Ratio:
        """The share of events that fail, for an SLO with an error budget."""
        return min(self.errors + self.burn_rate * budget, Fraction(1))


@dataclass(frozen=True, slots=True)
class Incident:
    """Phases, one after the other; before and after them the service is healthy."""

    name: str
    description: str
    phases: tuple[Phase, ...]

    @property
    def duration(self) -> Seconds:
        """How long all of it lasts."""
        return sum((phase.duration for phase in self.phases), start=Fraction(0))
