"""A service with the plans of its SLOs: all that a signal may look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.service import Service


@dataclass(frozen=True, slots=True)
class Watched:
    """A sound service, and the plans of its SLOs."""

    service: Service
    plans: tuple[Plan, ...]

    def plan(self, name: str | None) -> Plan | None:
        """The plan of the SLO of a name; None where there is none."""
        return next((plan for plan in self.plans if plan.slo.name == name), None)

    def plans_of(self, kind: type) -> Iterator[Plan]:
        """The plans of the SLOs with a kind of indicator."""
        return (plan for plan in self.plans if isinstance(plan.slo.indicator, kind))
