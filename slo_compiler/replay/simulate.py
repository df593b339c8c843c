"""Incidents, tried on the alerts of a plan; and a healthy service, for the alerts that nobody wants."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.alerting import Severity
from slo_compiler.model.incident import Incident, Phase
from slo_compiler.model.indicator import Quality
from slo_compiler.quantities import DAY, HOUR, Seconds
from slo_compiler.replay.evaluate import Evaluation, evaluate
from slo_compiler.replay.grid import Span
from slo_compiler.replay.past import draw, expect, grid_of, healthy
from slo_compiler.replay.score import Measures, Outcome, heard, measure, measure_all, outcome
from slo_compiler.replay.traffic import Traffic
from slo_compiler.replay.worth import worth

DRAWS: Final = 10
"""How often each incident is tried: where traffic is low, chance has a say."""

HEALTHY_MONTHS: Final = 12
MONTH: Final = 30 * DAY
HISTORY: Final = DAY
"""How long the service was healthy before an incident; what is missing counts as healthy, too."""


class Trial(Struct, frozen=True, eq=False):
    """An incident, and what came of it, draw by draw; ``evaluation`` is that of the first.

    ``budget`` is the share of the period's error budget that it spends, ``span`` from its onset to its end in
    the seconds of the evaluation.
    """

    incident: Incident
    budget: float
    worth: Severity | None
    span: Span
    outcomes: tuple[Outcome, ...]
    evaluation: Evaluation

    @property
    def measures(self) -> Measures:
        """The four measures of this incident alone."""
        return measure(self.outcomes)

    def told(self) -> tuple[str, ...]:
        """The tiers that were heard in at least half of the draws, in the order in which they mostly were."""
        return mostly_heard(self.outcomes, *Severity)


class Simulation(Struct, frozen=True, eq=False):
    """All incidents tried on an SLO at some traffic; ``false_pages`` and ``false_tickets`` are a month's."""

    plan: Plan
    traffic: Traffic
    trials: tuple[Trial, ...]
    false_pages: float
    false_tickets: float

    @property
    def measures(self) -> Measures:
        """Precision and recall over all incidents, and the times of those that are worth a page."""
        return measure_all(each for trial in self.trials for each in trial.outcomes)


def simulate(plan: Plan, incidents: Iterable[Incident], traffic: Traffic) -> Simulation:
    """Try incidents on the alerts of a plan, each several times, and a year of no incidents.

    Args:
        plan: whose alerts.
        incidents: what happens.
        traffic: how many events there are; slices of time are as many as ever.
    """
    trials = tuple(try_out(plan, incident, traffic) for incident in incidents)
    pages, tickets = _false_alerts(plan, traffic)
    return Simulation(plan, traffic, trials, pages, tickets)


def mostly_heard(outcomes: Sequence[Outcome], *severities: Severity) -> tuple[str, ...]:
    """What was heard of some severities in at least half of some draws, in its usual order."""
    heard = [
        dict.fromkeys(each.source for each in outcome.heard if each.severity in severities)
        for outcome in outcomes
    ]
    places = {
        source: [list(each).index(source) for each in heard if source in each]
        for each in heard
        for source in each
    }
    often = [source for source, seen in places.items() if 2 * len(seen) >= len(outcomes)]
    return tuple(sorted(often, key=lambda source: statistics.mean(places[source])))


def try_out(plan: Plan, incident: Incident, traffic: Traffic, draws: int = DRAWS) -> Trial:
    """Try one incident, after a healthy day and until the last alert must have resolved."""
    begin = HISTORY
    end = begin + incident.duration
    settled = max(tier.short + tier.keep_firing for tier in plan.tiers) + HOUR
    lasts = float(end + _late(plan) + settled)
    expected = expect(plan, traffic, (healthy(HISTORY), *incident.phases), lasts)
    evaluation = evaluate(plan, draw(plan, expected, draws), grid_of(plan, lasts))
    span = _worst(incident, plan, begin)
    deserved = worth(plan, incident, traffic) if incident.worth is None else incident.worth.severity
    watched = Span(float(begin), lasts)
    return Trial(
        incident=incident,
        budget=_spent(plan, incident),
        worth=deserved,
        span=span,
        outcomes=tuple(outcome(timelines, deserved, span, watched) for timelines in evaluation.timelines),
        evaluation=evaluation.only(0),
    )


def _late(plan: Plan) -> Seconds:
    """How long after they happened events are counted."""
    indicator = plan.slo.indicator
    return indicator.labelling.shift if isinstance(indicator, Quality) else Seconds(0)


def _worst(incident: Incident, plan: Plan, begin: Seconds) -> Span:
    """From the first phase in which the objective is not kept, or not seen to be, to the last; else all."""
    at, bad = begin, []
    for phase in incident.phases:
        if _hurts(phase, plan):
            bad.append((at, at + phase.duration))
        at += phase.duration
    if not bad:
        return Span(float(begin), float(at))
    return Span(float(bad[0][0]), float(bad[-1][1]))


def _hurts(phase: Phase, plan: Plan) -> bool:
    return not phase.scraped or phase.error_ratio(plan.slo.budget) > plan.slo.budget


def _spent(plan: Plan, incident: Incident) -> float:
    """The share of the period's budget that the incident spends, at the usual traffic before and after."""
    errors = sum(
        (phase.duration * phase.traffic * phase.error_ratio(plan.slo.budget) for phase in incident.phases),
        start=Fraction(0),
    )
    return float(errors / (plan.slo.budget * plan.slo.period))


def _false_alerts(plan: Plan, traffic: Traffic) -> tuple[float, float]:
    """Pages and tickets a month of a healthy service, after its first day."""
    lasts = float(DAY + HEALTHY_MONTHS * MONTH)
    counts = Counter(severity for severity in _without_incident(plan, traffic, lasts))
    return counts[Severity.PAGE] / HEALTHY_MONTHS, counts[Severity.TICKET] / HEALTHY_MONTHS


def _without_incident(plan: Plan, traffic: Traffic, lasts: float) -> Iterator[Severity]:
    expected = expect(plan, traffic, (healthy(Fraction(0)),), lasts)
    evaluation = evaluate(plan, draw(plan, expected, 1), grid_of(plan, lasts))
    for severity in Severity:
        for span in heard(evaluation.timelines[0], severity):
            if span.begin >= float(DAY):
                yield severity
