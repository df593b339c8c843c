"""Whether guards that were asked for can see what they look at: blind ones would hold back nothing."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.checks.drifts import check_selector
from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model.guard import ColdStart, GuardKind, LabelLag
from slo_compiler.model.indicator import Latency, Quality
from slo_compiler.model.service import Service
from slo_compiler.rules.signals.evidence import label_counters


def check_guards(service: Service) -> Iterator[Diagnostic]:
    """What guards that the author asked for lack, and what is wrong with their PromQL."""
    guards = service.guards
    for guard, kind in (
        (guards.detector_moved, GuardKind.DETECTOR_MOVED),
        (guards.spec_moved, GuardKind.SPEC_MOVED),
        (guards.seasonality, GuardKind.SEASONALITY),
    ):
        if guard is not None and guard.asked and not service.drifts:
            yield _nothing_seen(
                service, kind, "there is no drift in this spec whose tickets it could hold back"
            )
    if guards.detector_moved is not None and guards.detector_moved.asked:
        yield from _check_detectors(service)
    if guards.label_lag is not None:
        yield from _check_label_lag(service, guards.label_lag)
    if guards.cold_start is not None:
        yield from _check_cold_start(service, guards.cold_start)


def _check_detectors(service: Service) -> Iterator[Diagnostic]:
    for drift in service.drifts:
        if drift.detector is None:
            reason = (
                f"nothing says when the detector of {drift.name} changes; give its info series as detector"
            )
            yield _nothing_seen(service, GuardKind.DETECTOR_MOVED, reason)


def _check_label_lag(service: Service, guard: LabelLag) -> Iterator[Diagnostic]:
    for counter, what in (
        (guard.joined, "the counter of labels"),
        (guard.predictions, "the counter of predictions"),
    ):
        if counter is not None:
            yield from check_selector(counter, service, what)
    if not guard.asked:
        return
    late = [slo for slo in service.slos if isinstance(slo.indicator, Quality) and slo.indicator.labelling.lag]
    if not late:
        yield _nothing_seen(
            service,
            GuardKind.LABEL_LAG,
            "no quality SLO here says how late its labels come; add labels: {lag: 6h} to its indicator",
        )
    for slo in late:
        if label_counters(guard, slo, service) is None:
            yield _nothing_seen(
                service,
                GuardKind.LABEL_LAG,
                f"the predictions and labels of {slo.name} are not those of ml_quality_evaluations_total; "
                "give the selectors joined and predictions",
            )


def _check_cold_start(service: Service, guard: ColdStart) -> Iterator[Diagnostic]:
    for gauge, what in ((guard.ready, "the time of readiness"), (guard.restarts, "the counter of restarts")):
        if gauge is not None:
            yield from check_selector(gauge, service, what)
    if not guard.asked:
        return
    if guard.ready is None:
        reason = (
            "when each replica became ready, and how often it restarted, is not said; give ready and restarts"
        )
        yield _nothing_seen(service, GuardKind.COLD_START, reason)
    elif not any(isinstance(slo.indicator, Latency) for slo in service.slos):
        reason = "there is no latency SLO in this spec whose alerts it could hold back"
        yield _nothing_seen(service, GuardKind.COLD_START, reason)


def _nothing_seen(service: Service, kind: GuardKind, reason: str) -> Diagnostic:
    return error(
        service.locate("guards", kind.value, "[key]"),
        "guard/evidence",
        f"the guard {kind.value} would never hold back anything: {reason}",
    )
