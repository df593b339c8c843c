"""How an indicator reads each of its selectors: as a counter, as a histogram, or for its value."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, assert_never

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
from slo_compiler.model.slo import Slo
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import range_calls, vector_selectors
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import Expr, MatrixSelector, VectorSelector

_OF_COUNTERS: Final = ("rate", "increase", "irate")


class As(enum.Enum):
    """What an indicator takes a selector's series for."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Reading:
    """A selector in an expression of an indicator."""

    expression: Expression
    selector: VectorSelector
    taken: As
    alone: bool
    """Whether the selector is all of the expression."""


def readings(slo: Slo) -> Iterator[Reading]:
    """Every selector of an SLO's indicator, except in what is no PromQL, which is told elsewhere."""
    for expression, taken in _expressions(slo):
        parsed = parse(expression.text, release_named(slo.target), placeholders=True)
        if not isinstance(parsed, list):
            yield from _of_tree(expression, parsed.tree, taken)


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


def _of_tree(expression: Expression, tree: Expr, taken: As) -> Iterator[Reading]:
    """The selectors of a tree; whatever a function of counters is given is taken for one."""
    counters = {
        call.range.selector.start
        for call in range_calls(tree)
        if call.function in _OF_COUNTERS and isinstance(call.range, MatrixSelector)
    }
    for selector in vector_selectors(tree):
        as_ = As.COUNTER if selector.start in counters else taken
        yield Reading(expression, selector, as_, tree is selector)
