"""Whether the expressions of ``events`` add up: a long window is the sum of what they are in short ones.

From the root of an expression down to the functions that count, each operator has to make of two windows
together what it makes of each, added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic, Position, error, warning
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import Events
from slo_compiler.model.slo import Slo
from slo_compiler.promql.constants import is_constant, is_zero, window_readers
from slo_compiler.promql.queries import range_calls
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Expr,
    MatrixSelector,
    Parentheses,
    Subquery,
    Unary,
)
from slo_compiler.promql.template import Template, parse_template
from slo_compiler.quantities import Seconds, format_duration
from slo_compiler.rules.counting import counting_of, counts_events

_ADDING: Final = ("sum", "limit_ratio")
_MORE: Final = ("max", "topk", "limitk")
_FEWER: Final = ("min", "bottomk")
_COMPARISONS: Final = ("==", "!=", "<=", "<", ">=", ">")
_OF_THE_SAME: Final = (
    "histogram_count",
    "histogram_sum",
    "info",
    "label_join",
    "label_replace",
    "scalar",
    "sort",
    "sort_by_label",
    "sort_by_label_desc",
    "sort_desc",
    "vector",
)
_LIMITING: Final = ("ceil", "clamp", "clamp_max", "clamp_min", "floor", "round")

Told: TypeAlias = Callable[[Position, str, str], Diagnostic]
"""``error`` or ``warning``: surely wrong, or perhaps."""


class _Fault(Struct, frozen=True):
    told: Told
    start: int
    message: str


class _Shift(Struct, frozen=True):
    """How much earlier than now a range ends."""

    expression: Expression
    start: int
    offset: Seconds


def check_adding_up(slo: Slo) -> Iterator[Diagnostic]:
    """The operators over counts that make something of them that is no count any more."""
    if not isinstance(slo.indicator, Events):
        return
    shifts: list[_Shift] = []
    for expression in (slo.indicator.counted.expression, slo.indicator.total):
        template = parse_template(expression.text, release_named(slo.target))
        if not isinstance(template, Template) or counting_of(template.expression.tree) is None:
            continue
        for fault in _faults(template.expression.tree):
            yield fault.told(expression.locate(fault.start), "promql/not-additive", fault.message)
        ranges = [call.range for call in range_calls(template.expression.tree)]
        yield from _fixed(expression, ranges)
        shifts += (_Shift(expression, range_.start, _offset(range_)) for range_ in ranges)
    for shift in shifts:
        if shift.offset != shifts[0].offset:
            yield error(
                shift.expression.locate(shift.start),
                "promql/shifted",
                f"this counts {_until(shift.offset)} and the first range {_until(shifts[0].offset)}: errors "
                "are divided by the events of another time; give all of them the same offset, or none",
            )
            return


def _faults(root: Expr) -> Iterator[_Fault]:
    """The topmost operator on each way from the root to a count that does not add up."""
    counted = window_readers(root)
    waiting = [root]
    while waiting:
        node = waiting.pop()
        found = _fault(node, counted)
        if found is not None:
            yield found
        else:
            waiting += [child for child in _carrying(node) if id(child) in counted]


def _carrying(node: Expr) -> tuple[Expr, ...]:
    """The parts of a node whose counts become its own."""
    match node:
        case Parentheses(inner=inner) | Unary(operand=inner):
            return (inner,)
        case Aggregation(arguments=arguments):
            return arguments[-1:]
        case Call(function=function, arguments=arguments):
            return () if counts_events(function) else arguments[:1]
        case Binary(operator="and" | "unless", left=left):
            return (left,)
        case Binary(left=left, right=right):
            return left, right
        case _:
            return ()


def _fault(node: Expr, counted: frozenset[int]) -> _Fault | None:
    match node:
        case Aggregation():
            return _aggregation_fault(node)
        case Call():
            return _call_fault(node, counted)
        case Binary():
            return _binary_fault(node, id(node.left) in counted, id(node.right) in counted)
        case _:
            return None


def _aggregation_fault(node: Aggregation) -> _Fault | None:
    operator = node.operator
    if operator in _ADDING:
        return None
    if operator == "avg":
        message = (
            "avg divides by the number of series that there are in each base window; where that changes, "
            "the windows that are added up weigh differently; use sum"
        )
        return _Fault(warning, node.start, message)
    if operator in (*_MORE, *_FEWER):
        message = (
            f"{operator} picks series anew in every base window, and long windows add up what it picked: "
            "unless the series are copies of each other, these are "
            f"{'more' if operator in _MORE else 'fewer'} events than any of them has; use sum"
        )
        return _Fault(warning, node.start, message)
    return _Fault(error, node.start, f"{operator} gives no number of events: {_SENSELESS}; use sum")


_SENSELESS: Final = "added up from window to window it means nothing, and neither does a ratio of it"


def _call_fault(node: Call, counted: frozenset[int]) -> _Fault | None:
    function = node.function
    if counts_events(function):
        return _nested_fault(node, counted)
    if function in _OF_THE_SAME or (function == "clamp_min" and is_zero(node.arguments[1])):
        return None
    if function == "abs":
        message = "abs does not add up where what it is given is negative in some base window; leave it out"
        return _Fault(warning, node.start, message)
    if function in _LIMITING:
        message = (
            f"{function} is applied in every base window anew, and long windows add up what is left: of an "
            "hour that is not what it would be of the hour's events; leave it out"
        )
        return _Fault(error, node.start, message)
    return _Fault(error, node.start, f"{function} gives no number of events: {_SENSELESS}; leave it out")


def _nested_fault(node: Call, counted: frozenset[int]) -> _Fault | None:
    argument = node.arguments[-1]
    while isinstance(argument, Parentheses):
        argument = argument.inner
    if isinstance(argument, Subquery) and id(argument.operand) in counted:
        message = (
            f"{node.function} counts what already counts within $window: each event is in there as often as "
            "it is looked at; use one range of $window"
        )
        return _Fault(error, node.start, message)
    return None


def _binary_fault(node: Binary, left: bool, right: bool) -> _Fault | None:  # noqa: FBT001 which of two counts
    operator, place = node.operator, node.operator_start
    other = node.right if left else node.left
    match operator:
        case "and" | "unless" if left:
            return None
        case "+" | "-" | "or" if (left and right) or is_zero(other):
            return None
        case "+" | "-" | "or" | "and" | "unless":
            message = (
                "this does not depend on $window: it is counted in every base window anew, as events that "
                "never were; leave it out"
            )
            return _Fault(error, other.start, message)
        case "*" if not (left and right):
            return _factor_fault(node, other)
        case "/" if left and not right:
            return _factor_fault(node, other)
        case _ if operator in _COMPARISONS:
            return _comparison_fault(node, other, counts_kept=left or is_constant(other))
        case _:
            message = f"{operator} of counts is no number of events: {_SENSELESS}; count each side by itself"
            return _Fault(error, place, message)


def _factor_fault(node: Binary, factor: Expr) -> _Fault | None:
    """A constant factor adds up, and so does a join with the labels of an info metric, which is 1."""
    if is_constant(factor) or (node.operator == "*" and node.matching is not None):
        return None
    message = (
        "each base window is weighed by what this is at its end, so that long windows, which are added up, "
        "weigh some of their events more than others; use a constant"
    )
    return _Fault(warning, factor.start, message)


def _comparison_fault(node: Binary, other: Expr, *, counts_kept: bool) -> _Fault | None:
    if node.returns_bool or not counts_kept:
        message = f"this comparison gives no number of events: {_SENSELESS}; leave it out"
        return _Fault(error, node.operator_start, message)
    if node.operator == ">=" and is_zero(other):
        return None
    message = (
        "base windows in which this does not hold are not counted: a total has no data then, and in a long "
        "window their events are missing; leave it out"
    )
    return _Fault(warning, node.operator_start, message)


def _fixed(expression: Expression, ranges: Sequence[MatrixSelector | Subquery]) -> Iterator[Diagnostic]:
    for range_ in ranges:
        selected = range_ if isinstance(range_, Subquery) else range_.selector
        if selected.at is not None:
            yield error(
                expression.locate(range_.start),
                "promql/shifted",
                "@ reads the same time for ever: all windows would hold the same events, whatever happens; "
                "leave it out",
            )


def _offset(range_: MatrixSelector | Subquery) -> Seconds:
    return range_.offset if isinstance(range_, Subquery) else range_.selector.offset


def _until(offset: Seconds) -> str:
    if not offset:
        return "until now"
    return f"until {format_duration(abs(offset))} {'ago' if offset > 0 else 'from now'}"
