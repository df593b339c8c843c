"""From a service of machine learning and what was scraped of it to who hears of what.

All its alerts are looked at together, as Alertmanager does: an SLO's, those of signals, and guards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.model.labels import GUARD
from slo_compiler.model.slo import Slo
from slo_compiler.replay.evaluate import Evaluation, evaluate
from slo_compiler.replay.firing import Yielding, fire
from slo_compiler.replay.grid import Grid, Mask
from slo_compiler.replay.inhibit import Timeline, inhibit
from slo_compiler.replay.signals.drift import DriftSeen
from slo_compiler.replay.signals.evaluate_signals import evaluate_signals, see_drifts
from slo_compiler.replay.signals.scraped import ServicePast
from slo_compiler.replay.signals.yields import Yields
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.notification import inhibitions
from slo_compiler.rules.signals.lower_signals import lower_signals
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.rules.traits import traits_of

SOME: str = "some"
"""The value of a label that only Prometheus knows, the same on all alerts of a server."""


class ServiceEvaluation(Struct, frozen=True, eq=False):
    """What a service's rules say of a past: its SLOs and drifts by name, and all its alerts.

    ``left_out`` names the alerts of signals of which the past does not tell.
    """

    watched: Watched
    grid: Grid
    slos: Mapping[str, Evaluation]
    drifts: Mapping[str, DriftSeen]
    timelines: tuple[Timeline, ...]
    left_out: tuple[str, ...]


def evaluate_service(watched: Watched, past: ServicePast, grid: Grid) -> ServiceEvaluation:
    """Evaluate all rules of a service over a past.

    Args:
        watched: the service, with the plans of its SLOs.
        past: what was scraped of it; an SLO or signal that is not in it does not alert.
        grid: when the rules are evaluated.
    """
    slos = {
        plan.slo.name: evaluate(plan, past.slos[plan.slo.name], grid)
        for plan in watched.plans
        if plan.slo.name in past.slos
    }
    rules = [alert for signal in lower_signals(watched) for alert in signal.alerts()]
    drifts = see_drifts(watched, slos, past, grid)
    yields = tuple(evaluate_signals(watched, slos, drifts, past, grid))
    timelines = (*_of_slos(slos), *_of_signals(watched, yields, grid))
    inhibit_rules = inhibitions(traits_of(watched.plans, [watched.service], rules))
    left_out = {rule.alert for rule in rules} - {timeline.alert for timeline in timelines}
    return ServiceEvaluation(
        watched, grid, slos, drifts, inhibit(timelines, inhibit_rules), tuple(sorted(left_out))
    )


def _of_slos(slos: Mapping[str, Evaluation]) -> Iterator[Timeline]:
    for evaluation in slos.values():
        for row, timelines in enumerate(evaluation.timelines):
            added = _of_row(evaluation.plan.slo, row)
            yield from (replace(each, labels={**added, **each.labels}) for each in timelines)


def _of_row(slo: Slo, row: int) -> dict[str, str]:
    """The labels of one group that only Prometheus knows."""
    return {**dict.fromkeys(slo.run_time_labels, SOME), **dict.fromkeys(slo.group_by, f"{row}")}


def _of_signals(watched: Watched, yields: Iterable[Yields], grid: Grid) -> Iterator[Timeline]:
    """The alerts of signals, as their rules label them, hold them and keep them firing."""
    found = {(each.subject, each.alert, each.guard): each.holds for each in yields}
    for signal in lower_signals(watched):
        for rule in signal.alerts():
            holds = found.get((signal.subject.id, rule.alert, rule.labels.get(GUARD)))
            if holds is not None:
                yield from _fired(rule, holds, grid)


def _fired(rule: AlertingRule, holds: Mask, grid: Grid) -> Iterator[Timeline]:
    for row in range(len(holds)):
        alert = Yielding(rule.alert, _labels(rule, row), rule.hold, rule.keep_firing_for, holds)
        yield fire(alert, row, grid)


def _labels(rule: AlertingRule, row: int) -> dict[str, str]:
    return {**dict.fromkeys(rule.run_time_labels, f"{row}"), **rule.labels}
