"""An incident of a service of machine learning, set in time, and what each of its SLOs sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.incident import Guarding, Incident, Phase
from slo_compiler.model.indicator import Guardrail, Latency, Quality
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import DAY, HOUR, Seconds
from slo_compiler.replay.grid import Array
from slo_compiler.replay.past import FIRST_SCRAPE, HEALTHY_BURN_RATE
from slo_compiler.replay.traffic import Traffic
from slo_compiler.rules.signals.watched import Watched

USUAL_WEEKS: Final = 2
"""How many weeks before an incident have been seen; Prometheus keeps as many by default."""

WEEK: Final = 7 * DAY


class Staged(Struct, frozen=True, eq=False):
    """An incident of a service after a healthy history, in the seconds of its past."""

    watched: Watched
    phases: tuple[Phase, ...]
    """From time 0 on, the history first."""
    lasts: float
    traffic: Traffic

    @property
    def times(self) -> Array:
        """When the service is scraped."""
        apart = float(self.watched.service.clock.scrape_interval)
        return np.arange(FIRST_SCRAPE, self.lasts, apart, dtype=np.float64)

    def spans(self) -> Iterator[tuple[Phase, float, float]]:
        """The phases, each with its beginning and end."""
        begin = Seconds(0)
        for phase in self.phases:
            yield phase, float(begin), float(begin + phase.duration)
            begin += phase.duration

    def by_phase(self, values: Sequence[float], healthy_value: float) -> Array:
        """A value at each scrape, of those of the phases; another one when they are over."""
        ends = [end for _, _, end in self.spans()]
        return np.array([*values, healthy_value])[np.searchsorted(ends, self.times)]

    def scraped(self, values: Array) -> Array:
        """What is seen of values: nothing while the metrics are gone."""
        seen = self.by_phase([float(phase.scraped) for phase in self.phases], 1.0) > 0
        return np.where(seen, values, np.nan)


def history_before(incident: Incident, watched: Watched) -> Seconds:
    """How long a service was healthy before: a day and as long as labels take, or as weeks are remembered."""
    usual = any(phase.signs.usual for phase in incident.phases)
    return (USUAL_WEEKS * WEEK + HOUR if usual else DAY) + _longest_lag(watched)


def settling_after(watched: Watched) -> Seconds:
    """How long after an incident the last alert must have resolved, as long as labels take included."""
    return (
        HOUR
        + _longest_lag(watched)
        + max(tier.short + tier.keep_firing for plan in watched.plans for tier in plan.tiers)
    )


def _longest_lag(watched: Watched) -> Seconds:
    lags = (quality.labelling.lag or Seconds(0) for _, quality in watched.plans_of(Quality))
    return max(lags, default=Seconds(0))


def seen_by(plan: Plan, phase: Phase) -> Phase:
    """A phase as one SLO sees it: healthy where the phase does not speak of it."""
    signs = phase.signs
    well = replace(phase, errors=Fraction(0), burn_rate=HEALTHY_BURN_RATE)
    match plan.slo.indicator:
        case Guardrail():
            if signs.guardrail is Guarding.BYPASSED:
                return replace(well, traffic=Fraction(0))
            return phase if signs.guardrail is Guarding.FAILS_OPEN else well
        case Quality():
            seen = phase if signs.surface in {None, surface_of(plan)} else well
            spoken_of = replace(seen, traffic=phase.traffic * signs.labels)
        case indicator:
            cold = signs.cold_replicas and not isinstance(indicator, Latency)
            spoken_of = phase if signs.surface in {None, surface_of(plan)} and not cold else well
    said = (spoken_of.errors or spoken_of.burn_rate) and signs.guardrail is Guarding.CHECKS
    return spoken_of if said else replace(spoken_of, errors=Fraction(0), burn_rate=HEALTHY_BURN_RATE)


def surface_of(plan: Plan) -> Surface | None:
    """The surface whose errors an SLO sees: quality is always the model's, and a guardrail is nobody's."""
    match plan.slo.indicator:
        case Guardrail():
            return None
        case Quality():
            return Surface.MODEL
        case _:
            return plan.slo.surface
