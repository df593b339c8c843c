"""The series that a spec says there are, beside those of its SLOs and scores, whose own alerts miss them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from slo_compiler.model.expression import Expression
from slo_compiler.model.guard import ColdStart, LabelLag
from slo_compiler.model.indicator import Guardrail
from slo_compiler.model.service import Service
from slo_compiler.model.surface import Surface


class Declared(Struct, frozen=True):
    """A series that is evidence, and what goes blind without it."""

    name: str
    """What it is in the spec, such as ``serving.running``."""
    selector: Expression
    surface: Surface
    """Whose owner has it exported."""
    blind: str
    """What cannot be told without it, as the end of a sentence."""


def declared(service: Service) -> Iterator[Declared]:
    """The evidence of a service that nothing else watches.

    Counters that are born with their first event, such as those of a guardrail that fails open, are not among
    it: where nothing ever happened they are rightly missing.
    """
    yield from _of_serving(service)
    if service.deployed is not None:
        yield Declared(
            "deployed", service.deployed, Surface.MODEL, "bad quality is never put down to a deploy"
        )
    yield from _of_drifts(service)
    yield from _of_guards(service)
    for slo in service.slos:
        if isinstance(slo.indicator, Guardrail) and slo.indicator.traffic is not None:
            yield Declared(
                f"{slo.name}.traffic",
                slo.indicator.traffic,
                slo.surface,
                "nobody is told when requests go around the guardrail",
            )


def _of_serving(service: Service) -> Iterator[Declared]:
    serving = service.serving
    if serving is None:
        return
    if serving.engines is not None:
        stalls = "no engine is ever found stalled"
        yield Declared("serving.running", serving.engines.running, Surface.SERVING, stalls)
        yield Declared("serving.progress", serving.engines.progress, Surface.SERVING, stalls)
    if serving.replicas is not None:
        yield Declared(
            "serving.replicas", serving.replicas, Surface.SERVING, "the autoscaler is never found thrashing"
        )
    for name, gauge, blind in (
        ("waiting", serving.waiting, "how many requests wait is not known"),
        ("utilisation", serving.utilisation, "how busy the accelerators are is not known"),
    ):
        if gauge is not None:
            yield Declared(f"serving.{name}", gauge, Surface.SERVING, blind)
    if serving.queue is not None:
        share = "how much of the time requests wait is not known"
        yield Declared("serving.queue_time", serving.queue.time, Surface.SERVING, share)
        yield Declared("serving.total_time", serving.queue.total, Surface.SERVING, share)


def _of_drifts(service: Service) -> Iterator[Declared]:
    for drift in service.drifts:
        if drift.detector is not None and service.guards.detector_moved is not None:
            yield Declared(
                f"{drift.name}.detector",
                drift.detector,
                drift.surface,
                "drift is never put down to a detector that moved",
            )
        if drift.last_run is not None:
            yield Declared(
                f"{drift.name}.last_run",
                drift.last_run,
                drift.surface,
                "a detector that hangs is not told from one that finds nothing",
            )


def _of_guards(service: Service) -> Iterator[Declared]:
    match service.guards.label_lag:
        case LabelLag(joined=Expression() as joined, predictions=Expression() as predictions):
            late = "quality is never put down to labels that are late"
            yield Declared("guards.label_lag.joined", joined, Surface.MODEL, late)
            yield Declared("guards.label_lag.predictions", predictions, Surface.MODEL, late)
    match service.guards.cold_start:
        case ColdStart(ready=Expression() as ready, restarts=Expression() as restarts):
            cold = "slow requests are never put down to replicas that warm up"
            yield Declared("guards.cold_start.ready", ready, Surface.SERVING, cold)
            yield Declared("guards.cold_start.restarts", restarts, Surface.SERVING, cold)
