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
from slo_compiler.replay.signals.drift import DriftSeen, drift_yields, see_drift
from slo_compiler.replay.signals.drift_guards import drift_guards
from slo_compiler.replay.signals.guardrail import guardrail
from slo_compiler.replay.signals.label_lag import label_lag
from slo_compiler.replay.signals.scraped import ServicePast
from slo_compiler.replay.signals.slices import slices
from slo_compiler.replay.signals.yields import Yields
from slo_compiler.rules.signals.watched import Watched


def see_drifts(
    watched: Watched, slos: Mapping[str, Evaluation], past: ServicePast, grid: Grid
) -> dict[str, DriftSeen]:
    """What is recorded of those drifts whose series are in the past, by their names.

    Args:
        watched: the service.
        slos: the evaluations of its SLOs by their names, on the same evaluations.
        past: what was scraped of it.
        grid: the evaluations.
    """
    service = watched.service
    return {
        drift.name: see_drift(
            drift,
            service.signal(drift.name, (), drift.position).id,
            past.drifts[drift.name],
            None if drift.quality is None else slos.get(drift.quality),
            grid,
        )
        for drift in service.drifts
        if drift.name in past.drifts
    }


def evaluate_signals(
    watched: Watched,
    slos: Mapping[str, Evaluation],
    drifts: Mapping[str, DriftSeen],
    past: ServicePast,
    grid: Grid,
) -> Iterator[Yields]:
    """Where the alerts yield of those signals whose series are in the past; as ``see_drifts``, after it."""
    for seen in drifts.values():
        yield from drift_yields(seen)
        yield from drift_guards(seen, watched.service, past.rules_changed)
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
