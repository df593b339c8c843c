"""A service with the plans of its SLOs: all that a signal may look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.indicator import Indicator, Quality
from slo_compiler.model.service import Service
from slo_compiler.quantities import Seconds

Kind = TypeVar("Kind", bound=Indicator)


class Watched(Struct, frozen=True):
    """A sound service, and the plans of its SLOs."""

    service: Service
    plans: tuple[Plan, ...]

    def plan(self, name: str | None) -> Plan | None:
        """The plan of the SLO of a name; None where there is none."""
        return next((plan for plan in self.plans if plan.slo.name == name), None)

    def plans_of(self, kind: type[Kind]) -> Iterator[tuple[Plan, Kind]]:
        """The plans of the SLOs with a kind of indicator, each with that indicator."""
        for plan in self.plans:
            indicator = plan.slo.indicator
            if isinstance(indicator, kind):
                yield plan, indicator


def lag_of(judge: Plan | None) -> Seconds | None:
    """How late the labels come by which an SLO judges predictions; None where it does not say, or is none."""
    indicator = judge.slo.indicator if judge else None
    return indicator.labelling.lag if isinstance(indicator, Quality) else None
