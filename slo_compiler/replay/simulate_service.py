"""Incidents, tried on all alerts of a service of machine learning at once: who is told, and who waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.model.alerting import Severity
from slo_compiler.model.incident import Detector, Guarding, Incident, Phase
from slo_compiler.model.indicator import Guardrail, Latency, Quality
from slo_compiler.quantities import DAY
from slo_compiler.replay.grid import Span
from slo_compiler.replay.held_back import HeldBack, held_back, name_of
from slo_compiler.replay.past import grid_of
from slo_compiler.replay.score import Measures, Outcome, heard, measure, measure_all, outcome
from slo_compiler.replay.service import ServiceEvaluation, evaluate_service
from slo_compiler.replay.service_past import draw_past
from slo_compiler.replay.simulate import MONTH, mostly_heard
from slo_compiler.replay.staged import Staged, history_before, seen_by, settling_after, surface_of
from slo_compiler.replay.traffic import Traffic
from slo_compiler.replay.worth import worth
from slo_compiler.rules.signals.watched import Watched

DRAWS: Final = 3
HEALTHY_MONTHS: Final = 3


class ServiceTrial(Struct, frozen=True, eq=False):
    """An incident, and what came of it, draw by draw; ``evaluation`` is that of the first.

    ``span`` is from its onset to its end in the seconds of the evaluation.
    """

    incident: Incident
    worth: Severity | None
    span: Span
    outcomes: tuple[Outcome, ...]
    evaluation: ServiceEvaluation

    @property
    def measures(self) -> Measures:
        """The four measures of this incident alone."""
        return measure(self.outcomes)

    def told(self, *severities: Severity) -> tuple[str, ...]:
        """What was heard in at least half of the draws, in the order in which it mostly was.

        Args:
            severities: of what; of all where none is given.
        """
        return mostly_heard(self.outcomes, *(severities or Severity))

    def held_back(self) -> Iterator[HeldBack]:
        """What was held back in the first draw, and by whom."""
        return held_back(self.evaluation.timelines, self.span)


class ServiceSimulation(Struct, frozen=True, eq=False):
    """All incidents tried on a service at some traffic; false alerts are a month's.

    ``not_tried`` are those that are about something it has not, ``left_out`` the alerts that none is about.
    """

    watched: Watched
    traffic: Traffic
    trials: tuple[ServiceTrial, ...]
    not_tried: tuple[Incident, ...]
    left_out: tuple[str, ...]
    false_pages: float
    false_tickets: float

    @property
    def measures(self) -> Measures:
        """Precision and recall over all incidents, and the times of those that are worth a page."""
        return measure_all(each for trial in self.trials for each in trial.outcomes)


def simulate_service(watched: Watched, incidents: Iterable[Incident], traffic: Traffic) -> ServiceSimulation:
    """Try incidents on all alerts of a service, each several times, and some months of no incidents.

    Args:
        watched: the service.
        incidents: what happens.
        traffic: how many requests there are, and predictions.
    """
    incidents = tuple(incidents)
    concerned = [incident for incident in incidents if _concerns(incident, watched)]
    trials = tuple(try_out_on(watched, incident, traffic) for incident in concerned)
    healthy = _without_incident(watched, traffic)
    counts = Counter(_told_of(healthy))
    return ServiceSimulation(
        watched=watched,
        traffic=traffic,
        trials=trials,
        not_tried=tuple(each for each in incidents if each not in concerned),
        left_out=healthy.left_out,
        false_pages=counts[Severity.PAGE] / HEALTHY_MONTHS,
        false_tickets=counts[Severity.TICKET] / HEALTHY_MONTHS,
    )


def try_out_on(watched: Watched, incident: Incident, traffic: Traffic, draws: int = DRAWS) -> ServiceTrial:
    """Try one incident, after a healthy history and until its alerts must have settled."""
    begin = history_before(incident, watched)
    end = begin + incident.duration
    lasts = float(end + settling_after(watched))
    staged = Staged(watched, (Phase(begin), *incident.phases), lasts, traffic)
    span, seen = Span(float(begin), float(end)), Span(float(begin), lasts)
    deserved = _worth(incident, watched, traffic)
    evaluations = [_evaluate(staged, number) for number in range(draws)]
    return ServiceTrial(
        incident=incident,
        worth=deserved,
        span=span,
        outcomes=tuple(outcome(each.timelines, deserved, span, seen, name_of) for each in evaluations),
        evaluation=evaluations[0],
    )


def _evaluate(staged: Staged, number: int) -> ServiceEvaluation:
    plan = staged.watched.plans[0]
    return evaluate_service(staged.watched, draw_past(staged, number), grid_of(plan, staged.lasts))


def _worth(incident: Incident, watched: Watched, traffic: Traffic) -> Severity | None:
    """What the author says, or the highest of what the tiers of its SLOs promise."""
    if incident.worth is not None:
        return incident.worth.severity
    found = {
        worth(plan, replace(incident, phases=tuple(seen_by(plan, each) for each in incident.phases)), traffic)
        for plan in watched.plans
    }
    return next((severity for severity in Severity if severity in found), None)


def _concerns(incident: Incident, watched: Watched) -> bool:
    """Whether the service has all that the incident is about."""
    return all(_has(watched, phase) for phase in incident.phases)


def _has(watched: Watched, phase: Phase) -> bool:
    signs = phase.signs
    kinds = {drift.kind for drift in watched.service.drifts}
    drifting = not signs.drifts or signs.kind in kinds
    detected = kinds or (signs.detector is Detector.RUNS and not signs.rules_changed)
    labelled = signs.labels == 1 or any(watched.plans_of(Quality))
    replicated = not signs.cold_replicas or any(watched.plans_of(Latency))
    surfaces = {None, *(surface_of(plan) for plan in watched.plans)}
    return (
        drifting
        and bool(detected)
        and labelled
        and replicated
        and signs.surface in surfaces
        and _is_guarded(watched, signs.guardrail)
    )


def _is_guarded(watched: Watched, guardrail: Guarding) -> bool:
    """Whether it has a guardrail of which anything tells that it fares so."""
    indicators = [indicator for _, indicator in watched.plans_of(Guardrail)]
    match guardrail:
        case Guarding.CHECKS:
            return True
        case Guarding.FAILS_OPEN:
            return any(each.fail_open is not None for each in indicators)
        case Guarding.BYPASSED:
            return any(each.traffic is not None for each in indicators)
        case _:
            assert_never(guardrail)


def _without_incident(watched: Watched, traffic: Traffic) -> ServiceEvaluation:
    """Some healthy months, after a first day."""
    lasts = float(DAY + HEALTHY_MONTHS * MONTH)
    return _evaluate(Staged(watched, (Phase(DAY),), lasts, traffic), 0)


def _told_of(evaluation: ServiceEvaluation) -> Iterator[Severity]:
    """Its alerts after the first day."""
    for severity in Severity:
        for span in heard(evaluation.timelines, severity):
            if span.begin >= float(DAY):
                yield severity
