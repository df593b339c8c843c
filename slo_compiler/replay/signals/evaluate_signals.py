"""All signals of a service of machine learning, evaluated on a past: to add one, name it here.

Recorded evidence that nothing alerts on, such as the attribution to a surface, is not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slo_compiler.model.guard import ColdStart
from slo_compiler.model.indicator import Guardrail, Latency, Quality
from slo_compiler.replay.evaluate import Evaluation
from slo_compiler.replay.grid import Grid
from slo_compiler.replay.signals.cold_start import cold_start
from slo_compiler.replay.signals.drift import drift_yields, see_drift
from slo_compiler.replay.signals.drift_guards import drift_guards
from slo_compiler.replay.signals.guardrail import guardrail
from slo_compiler.replay.signals.label_lag import label_lag
from slo_compiler.replay.signals.scraped import ServicePast
from slo_compiler.replay.signals.slices import slices
from slo_compiler.replay.signals.yields import Yields
from slo_compiler.rules.signals.watched import Watched


def evaluate_signals(
    watched: Watched, slos: Mapping[str, Evaluation], past: ServicePast, grid: Grid
) -> Iterator[Yields]:
    """Where the alerts yield of those signals whose series are in the past.

    Args:
        watched: the service.
        slos: the evaluations of its SLOs by their names, on the same evaluations.
        past: what was scraped of it.
        grid: the evaluations.
    """
    yield from _drifts(watched, slos, past, grid)
    for plan, quality in watched.plans_of(Quality):
        guard = watched.service.guards.label_lag
        if guard is not None and plan.slo.name in past.labels:
            yield from label_lag(guard, plan, quality, past.labels[plan.slo.name], grid)
        if quality.slices and plan.slo.name in past.slices:
            yield from slices(plan, quality, past.slices[plan.slo.name], grid)
    for plan, _ in watched.plans_of(Latency):
        settings = watched.service.guards.cold_start
        if isinstance(settings, ColdStart) and plan.slo.name in past.replicas:
            yield from cold_start(settings, slos[plan.slo.name], past.replicas[plan.slo.name], grid)
    for plan, indicator in watched.plans_of(Guardrail):
        if plan.slo.name in past.guardrails:
            scraped = past.guardrails[plan.slo.name]
            yield from guardrail(indicator, plan.slo, watched.service, scraped, grid)


def _drifts(
    watched: Watched, slos: Mapping[str, Evaluation], past: ServicePast, grid: Grid
) -> Iterator[Yields]:
    service = watched.service
    for drift in service.drifts:
        if drift.name in past.drifts:
            subject = service.signal(drift.name, (), drift.position).id
            judge = None if drift.quality is None else slos.get(drift.quality)
            seen = see_drift(drift, subject, past.drifts[drift.name], judge, grid)
            yield from drift_yields(seen)
            yield from drift_guards(seen, service, past.rules_changed)
