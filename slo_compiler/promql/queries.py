"""What other rooms ask of an expression: its selectors, its ranges, the labels of its result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import (
    RANGES,
    Aggregation,
    Binary,
    Call,
    Expr,
    MatchOperator,
    MatrixSelector,
    NumberLiteral,
    Parentheses,
    Subquery,
    Unary,
    VectorSelector,
    walk,
)
from slo_compiler.quantities import Seconds


class RangeCall(Struct, frozen=True):
    """A function and the range vector it is given: ``rate`` and ``metric[5m]``."""

    function: str
    range: MatrixSelector | Subquery


def vector_selectors(root: Expr) -> Iterator[VectorSelector]:
    """All selectors in an expression, those with a range included, in reading order."""
    return (node for node in walk(root) if isinstance(node, VectorSelector))


def metric_of(selector: VectorSelector) -> str | None:
    """The one metric that a selector can select, ``None`` where a matcher allows others."""
    if selector.metric is not None:
        return selector.metric
    for matcher in selector.matchers:
        if matcher.label == METRIC_NAME and matcher.operator is MatchOperator.EQUAL:
            return matcher.value
    return None


def range_calls(root: Expr) -> Iterator[RangeCall]:
    """All functions of range vectors in an expression, with their range vectors, in reading order."""
    for node in walk(root):
        if isinstance(node, Call):
            for argument in node.arguments:
                inner = argument
                while isinstance(inner, Parentheses):
                    inner = inner.inner
                if isinstance(inner, RANGES):
                    yield RangeCall(node.function, inner)


def look_behind(root: Expr) -> Seconds:
    """How far back an expression reads: ranges and offsets, those of subqueries around them included.

    What ``@`` names is no distance, and counts as none.
    """
    farthest = Seconds(0)
    waiting = [(root, Seconds(0))]
    while waiting:
        node, before = waiting.pop()
        match node:
            case VectorSelector(offset=offset):
                before += offset
            case MatrixSelector(range=range_):
                before += range_.seconds or 0
            case Subquery(range=range_, offset=offset):
                before += offset + (range_.seconds or 0)
        farthest = max(farthest, before)
        waiting.extend((child, before) for child in node.children)
    return farthest


Labels: TypeAlias = frozenset[str] | None
"""All labels that series of a result can have, ``None`` where the expression does not tell."""

_NO_LABELS: Final[frozenset[str]] = frozenset()
_SERIES_PICKERS: Final = ("bottomk", "topk")  # their grouping forms the groups to pick from, not the result
_LABEL_KEEPERS: Final = (
    "abs",
    "ceil",
    "clamp",
    "clamp_max",
    "clamp_min",
    "floor",
    "round",
    "sort",
    "sort_desc",
)


def output_labels(root: Expr) -> Labels:
    """The labels that the result can have, as far as aggregations in the expression limit them.

    A label among them may still be missing from a series. The metric's name is no label here.
    """
    known: dict[int, Labels] = {}
    for node in reversed(list(walk(root))):  # what is under a node comes before it
        known[id(node)] = _labels_of(node, known)
    return known[id(root)]


def _labels_of(node: Expr, known: dict[int, Labels]) -> Labels:
    match node:
        case NumberLiteral():
            return _NO_LABELS
        case Unary():
            return known[id(node.operand)]
        case Parentheses():
            return known[id(node.inner)]
        case Aggregation():
            return _aggregated(node, known)
        case Binary():
            return _matched(node, known[id(node.left)], known[id(node.right)])
        case Call(function="vector" | "scalar" | "time" | "pi"):
            return _NO_LABELS
        case Call() if node.function in _LABEL_KEEPERS:
            return known[id(node.arguments[0])]
        case _:
            return None


def _aggregated(node: Aggregation, known: dict[int, Labels]) -> Labels:
    operand = known[id(node.arguments[-1])]
    if node.operator in _SERIES_PICKERS:
        return operand
    if node.operator == "count_values":
        return None
    if node.grouping is None:
        return _NO_LABELS
    listed = frozenset(node.grouping.labels)
    if node.grouping.without:
        return None if operand is None else operand - listed
    return listed if operand is None else listed & operand


def _matched(node: Binary, left: Labels, right: Labels) -> Labels:
    """The labels of a result of two operands; for those of a scalar, there being none, no case is needed."""
    if node.operator in ("and", "unless"):
        return left
    matching = node.matching
    if matching is not None and matching.group is not None:
        many = left if matching.group == "group_left" else right
        return None if many is None else many | frozenset(matching.include)
    if matching is not None and matching.on and node.operator != "or":
        return frozenset(matching.labels)
    either = None if left is None or right is None else left | right
    if matching is None or node.operator == "or":
        return either
    return None if either is None else either - frozenset(matching.labels)
