"""Evaluates expressions of PromQL over a past, at all of its steps at once: those that our own rules are of.

What is not spoken of here, such as native histograms, only a Prometheus can evaluate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.backtest.history import Steps, Table, group_of
from slo_compiler.backtest.openmetrics import Scraped
from slo_compiler.backtest.over_ranges import OVER_RANGES, instant
from slo_compiler.backtest.vectors import (
    AGGREGATIONS,
    ARITHMETIC,
    COMPARISONS,
    aggregated,
    intersected,
    matched,
    merged,
    reduced,
    united,
    without_names,
)
from slo_compiler.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    Parentheses,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
)
from slo_compiler.replay.grid import Array

Value: TypeAlias = Table | Array
"""An instant vector, or a scalar, at each of the steps."""

SETS: Final = {"and": intersected, "unless": reduced, "or": united}

ELEMENTWISE: Final[Mapping[str, Callable[..., Array]]] = {
    "abs": np.abs,
    "sgn": np.sign,
    "sqrt": np.sqrt,
    "clamp_min": np.maximum,
    "clamp_max": np.minimum,
}


class NeedsPrometheus(Exception):  # noqa: N818 - not an error: there is just no telling what it would be
    """The expression, or what it reads, is beyond what is evaluated here."""


class Sight(Struct, frozen=True):
    """What an expression can see.

    ``series`` finds the samples of a selector. ``told`` is asked of every expression first, and answers where
    its value is known already.
    """

    steps: Steps
    series: Callable[[VectorSelector], Sequence[Scraped]]
    told: Callable[[Expr], Table | None] = lambda _: None


def evaluate(expr: Expr, sight: Sight) -> Value:
    """The value of an expression at each step. It is as deep as our own rules are, so that this may recurse.

    Raises:
        NeedsPrometheus: it cannot be evaluated here.
    """
    known = sight.told(expr)
    if known is not None:
        return known
    match expr:
        case NumberLiteral(value=number):
            return np.full(sight.steps.count, number)
        case Parentheses(inner=inner):
            return evaluate(inner, sight)
        case Unary(operator=operator, operand=operand):
            value = evaluate(operand, sight)
            return value if operator == "+" else _each(without_names, value, np.negative)
        case VectorSelector():
            return _looked_up(expr, sight)
        case Aggregation():
            return _aggregation(expr, sight)
        case Binary():
            return _binary(expr, sight)
        case Call():
            return _call(expr, sight)
        case _:
            raise NeedsPrometheus


def table_of(expr: Expr, sight: Sight) -> Table:
    """The same of what is to be an instant vector."""
    value = evaluate(expr, sight)
    if not isinstance(value, Table):
        raise NeedsPrometheus
    return value


def _looked_up(selector: VectorSelector, sight: Sight) -> Table:
    at = _ends(selector, sight)
    return _rows([(each, instant(each.values, each.times, at)) for each in sight.series(selector)], sight)


def _ends(selector: VectorSelector | Subquery, sight: Sight) -> Array:
    if selector.at is not None:
        raise NeedsPrometheus
    return sight.steps.times - float(selector.offset)


def _rows(found: Sequence[tuple[Scraped, Array]], sight: Sight) -> Table:
    return merged(((group_of(each.labels), values) for each, values in found), sight.steps.count)


def _aggregation(expr: Aggregation, sight: Sight) -> Table:
    if expr.operator == "quantile":
        share, operand = expr.arguments
        if not isinstance(share, NumberLiteral):
            raise NeedsPrometheus
        return aggregated("quantile", table_of(operand, sight), expr.grouping, share.value)
    if expr.operator not in AGGREGATIONS:
        raise NeedsPrometheus
    return aggregated(expr.operator, table_of(expr.arguments[0], sight), expr.grouping)


def _call(expr: Call, sight: Sight) -> Value:
    match expr.function, expr.arguments:
        case "time", ():
            return sight.steps.times
        case "vector", (operand,):
            value = evaluate(operand, sight)
            return value if isinstance(value, Table) else Table(((),), value[np.newaxis])
        case "absent", (operand,):
            there = ~np.isnan(table_of(operand, sight).values).all(axis=0)
            return Table(((),), np.where(there, np.nan, 1.0)[np.newaxis])
        case "label_replace", (operand, *texts):
            return _labelled(table_of(operand, sight), texts)
        case function, (MatrixSelector() | Subquery() as ranges,) if function in OVER_RANGES:
            return _over_range(function, ranges, sight)
        case function, (operand, *others) if function in ELEMENTWISE:
            scalars = [evaluate(each, sight) for each in others]
            with np.errstate(invalid="ignore"):
                return _each(without_names, evaluate(operand, sight), ELEMENTWISE[function], *scalars)
        case _:
            raise NeedsPrometheus


def _over_range(function: str, ranges: MatrixSelector | Subquery, sight: Sight) -> Table:
    if ranges.range.seconds is None:
        raise NeedsPrometheus
    reach = float(ranges.range.seconds)
    ends = _ends(ranges if isinstance(ranges, Subquery) else ranges.selector, sight)
    samples = (
        _evaluations(ranges, reach, sight) if isinstance(ranges, Subquery) else sight.series(ranges.selector)
    )
    over = OVER_RANGES[function]
    table = _rows([(each, over(each.values, each.times, ends, reach)) for each in samples], sight)
    return table if function == "last_over_time" else without_names(table)


def _evaluations(subquery: Subquery, reach: float, sight: Sight) -> list[Scraped]:
    """What a subquery comes to at whole multiples of its step, as far as any of its ranges reaches."""
    if subquery.step is None or not subquery.step.seconds:
        raise NeedsPrometheus
    begin, end = sight.steps.begin - float(subquery.offset) - reach, sight.steps.end - float(subquery.offset)
    steps = Steps.within(begin, end, float(subquery.step.seconds))
    table = table_of(subquery.operand, replace(sight, steps=steps))
    rows = zip(table.groups, table.values, strict=True)
    return [Scraped(dict(group), steps.times, row) for group, row in rows]


def _labelled(table: Table, texts: Sequence[Expr]) -> Table:
    """``label_replace`` where it sets a label to a text, whatever the others are."""
    said = [each.value for each in texts if isinstance(each, StringLiteral)]
    label, replacement, _, regex = said
    if regex or "$" in replacement:
        raise NeedsPrometheus
    rows = zip(table.groups, table.values, strict=True)
    return merged(
        ((group_of({**dict(group), label: replacement}), row) for group, row in rows),
        table.values.shape[1],
    )


def _binary(expr: Binary, sight: Sight) -> Value:
    if expr.operator in SETS:
        return SETS[expr.operator](table_of(expr.left, sight), table_of(expr.right, sight), expr.matching)
    if expr.operator not in {**COMPARISONS, **ARITHMETIC} or (expr.matching and expr.matching.group):
        raise NeedsPrometheus
    left, right = evaluate(expr.left, sight), evaluate(expr.right, sight)
    with np.errstate(invalid="ignore", divide="ignore"):
        if isinstance(left, Table) and isinstance(right, Table):
            return matched(left, right, expr.matching, _operation(expr, keep_right=False))
        if isinstance(left, Table):
            return _each(_names_of(expr), left, _operation(expr, keep_right=False), right)
        operation = _operation(expr, keep_right=isinstance(right, Table))
        return _each(_names_of(expr), right, lambda value, scalar: operation(scalar, value), left)


def _operation(expr: Binary, *, keep_right: bool) -> Callable[[Any, Any], Any]:
    """What the operator makes of two values; a comparison keeps the one of the vector where it holds."""
    if expr.operator in ARITHMETIC:
        return ARITHMETIC[expr.operator]
    compare = COMPARISONS[expr.operator]
    if expr.returns_bool:
        return lambda left, right: np.where(
            np.isnan(left) | np.isnan(right), np.nan, np.asarray(compare(left, right), dtype=np.float64)
        )
    return lambda left, right: np.where(compare(left, right), right if keep_right else left, np.nan)


def _names_of(expr: Binary) -> Callable[[Table], Table]:
    """A comparison that only chooses leaves series their names."""
    chooses = expr.operator in COMPARISONS and not expr.returns_bool
    return (lambda table: table) if chooses else without_names


def _each(
    named: Callable[[Table], Table], value: Value, operation: Callable[..., Array], *others: Value
) -> Value:
    """An operation with scalars on each value."""
    if not isinstance(value, Table):
        return operation(value, *others)
    table = named(value)
    return Table(table.groups, np.asarray(operation(table.values, *others)))
