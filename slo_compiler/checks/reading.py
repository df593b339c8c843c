"""How each selector of a spec is read: as a counter, as a histogram, or for its value."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from msgspec import Struct

from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import (
    ErrorRatio,
    Events,
    Freshness,
    Guardrail,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
)
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import range_calls, vector_selectors
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import Expr, MatrixSelector, VectorSelector

_OF_COUNTERS: Final = ("rate", "increase", "irate")


class As(enum.Enum):
    """What a selector's series is taken for."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    VALUE = "value"


class Reading(Struct, frozen=True):
    """A selector in an expression of a spec."""

    expression: Expression
    selector: VectorSelector
    taken: As
    alone: bool
    """Whether the selector is all of the expression."""


def readings(slo: Slo) -> Iterator[Reading]:
    """Every selector of an SLO's indicator, except in what is no PromQL, which is told elsewhere."""
    return _readings(_expressions(slo), slo.target)


def readings_of_signals(service: Service) -> Iterator[Reading]:
    """The same of what a service watches beside its SLOs."""
    return _readings(_of_signals(service), service.target)


def _readings(expressions: Iterable[tuple[Expression, As]], target: str) -> Iterator[Reading]:
    for expression, taken in expressions:
        parsed = parse(expression.text, release_named(target), placeholders=True)
        if isinstance(parsed, list):
            continue
        if isinstance(parsed.tree, VectorSelector):
            yield Reading(expression, parsed.tree, taken, alone=True)
        else:
            yield from _within(parsed.tree, expression, taken)


def _of_signals(service: Service) -> Iterator[tuple[Expression, As]]:
    values: list[Expression | None] = [service.deployed]
    counters: list[Expression | None] = []
    serving, label_lag, cold_start = service.serving, service.guards.label_lag, service.guards.cold_start
    if serving is not None:
        values += serving.replicas, serving.waiting, serving.utilisation
        if serving.engines is not None:
            values.append(serving.engines.running)
            counters.append(serving.engines.progress)
        if serving.queue is not None:
            counters += serving.queue.time, serving.queue.total
    if label_lag is not None:
        counters += label_lag.joined, label_lag.predictions
    if cold_start is not None:
        values.append(cold_start.ready)
        counters.append(cold_start.restarts)
    for drift in service.drifts:
        threshold = drift.threshold if isinstance(drift.threshold, Expression) else None
        values += drift.score, threshold, drift.detector, drift.last_run
    for slo in service.slos:
        if isinstance(slo.indicator, Guardrail):
            counters += slo.indicator.fail_open, slo.indicator.blocked, slo.indicator.traffic
    yield from ((each, As.VALUE) for each in values if each is not None)
    yield from ((each, As.COUNTER) for each in counters if each is not None)


def _expressions(slo: Slo) -> Iterator[tuple[Expression, As]]:
    match slo.indicator:
        case (
            Ratio(counted=counted, total=total)
            | Quality(judged=Ratio(counted=counted, total=total))
            | Guardrail(checks=Ratio(counted=counted, total=total))
        ):
            yield counted.expression, As.COUNTER
            yield total, As.COUNTER
        case Latency(histogram=histogram):
            yield histogram, As.HISTOGRAM
        case Events(counted=counted, total=total):
            yield counted.expression, As.VALUE
            yield total, As.VALUE
        case ErrorRatio(expression=expression):
            yield expression, As.VALUE
        case Probe(gauge=gauge) | Threshold(gauge=gauge):
            yield gauge, As.VALUE
        case Freshness(timestamp=timestamp):
            yield timestamp, As.VALUE
        case _:
            assert_never(slo.indicator)


def _within(tree: Expr, expression: Expression, taken: As) -> Iterator[Reading]:
    """The selectors within a tree; whatever a function of counters is given is taken for one."""
    counters = {
        call.range.selector.start
        for call in range_calls(tree)
        if call.function in _OF_COUNTERS and isinstance(call.range, MatrixSelector)
    }
    for selector in vector_selectors(tree):
        as_ = As.COUNTER if selector.start in counters else taken
        yield Reading(expression, selector, as_, alone=False)
