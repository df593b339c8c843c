"""Whether serving, deploys and guardrails can be watched: selectors, times, and who is told."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.checks.drifts import check_selector
from slo_compiler.diagnostics import Diagnostic, error, warning
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import Guardrail
from slo_compiler.model.service import Service
from slo_compiler.model.serving import Serving
from slo_compiler.quantities import format_duration
from slo_compiler.rules.signals.declared import declared


def check_serving(service: Service) -> Iterator[Diagnostic]:
    """Everything that is wrong with what a service watches of its serving, its deploys and its guardrails."""
    for expression, what in _selectors(service):
        yield from check_selector(expression, service, what)
    yield from _too_hasty(service)
    yield from _unread_tools(service)
    yield from _ownerless(service)


def _selectors(service: Service) -> Iterator[tuple[Expression, str]]:
    if service.deployed is not None:
        yield service.deployed, "the time of a deploy"
    if service.serving is not None:
        yield from _of_serving(service.serving)
    for slo in service.slos:
        match slo.indicator:
            case Guardrail(fail_open=fail_open, blocked=blocked, traffic=traffic):
                for counter in (fail_open, blocked, traffic):
                    if counter is not None:
                        yield counter, "a guardrail's counter"


def _unread_tools(service: Service) -> Iterator[Diagnostic]:
    if service.tools and not any(isinstance(slo.indicator, Guardrail) for slo in service.slos):
        yield warning(
            service.locate("tools", "[key]"),
            "tools/unread",
            "tools say what a prompt injection could reach, in the runbooks of guardrails alone, and no SLO "
            "here is one: nobody would read them; add an SLO with the indicator guardrail, or a preset "
            "of that kind",
        )


def _of_serving(serving: Serving) -> Iterator[tuple[Expression, str]]:
    if serving.engines is not None:
        yield serving.engines.running, "the gauge of running requests"
        yield serving.engines.progress, "the counter of progress"
    if serving.queue is not None:
        yield serving.queue.time, "the counter of waiting time"
        yield serving.queue.total, "the counter of all time"
    for gauge, what in (
        (serving.replicas, "the gauge of wanted replicas"),
        (serving.waiting, "the gauge of waiting requests"),
        (serving.utilisation, "the gauge of utilisation"),
    ):
        if gauge is not None:
            yield gauge, what


def _too_hasty(service: Service) -> Iterator[Diagnostic]:
    engines = None if service.serving is None else service.serving.engines
    if engines is None or engines.stalled_after is None:
        return
    base, after = service.clock.base_window, format_duration(engines.stalled_after)
    if engines.stalled_after < base:
        yield error(
            service.locate("serving", "stalled_after"),
            "serving/stalled-after",
            f"in {after} there are too few scrapes to tell an engine that is stalled from one whose progress "
            f"was not seen yet; choose at least {format_duration(base)}, the base window",
        )


def _ownerless(service: Service) -> Iterator[Diagnostic]:
    """Evidence of which nobody would be told that it is missing, or that it says something.

    Of a surface one is enough; that of drifts is missed with them.
    """
    told_of = {*service.owners, *(drift.surface for drift in service.drifts)}
    for series in declared(service):
        surface = series.surface
        if surface not in told_of:
            told_of.add(surface)
            yield error(
                series.selector.position,
                "owner/missing",
                f"{series.name} is evidence of the {surface.value} surface, which has no owner: nobody would "
                f"be told of it; add owners: {{{surface.value}: ...}} to the spec or to defaults.yaml",
            )
