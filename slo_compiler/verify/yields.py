"""Whether a rule can yield anything at all of the metrics that are there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import assert_never

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


def can_yield(tree: Expr, there: Callable[[VectorSelector], bool]) -> bool:
    """Whether an expression has a value, if just those selectors find series that are ``there``.

    It recurses, so that the expression has to be one of ours, which are not deep.
    """
    match tree:
        case NumberLiteral() | StringLiteral():
            return True
        case VectorSelector():
            return there(tree)
        case MatrixSelector(selector=selector):
            return there(selector)
        case Subquery(operand=inner) | Unary(operand=inner) | Parentheses(inner=inner):
            return can_yield(inner, there)
        case Call(arguments=arguments) | Aggregation(arguments=arguments):
            return all(can_yield(argument, there) for argument in arguments)
        case Binary(operator="or", left=left, right=right):
            return can_yield(left, there) or can_yield(right, there)
        case Binary(operator="unless", left=left):
            return can_yield(left, there)
        case Binary(left=left, right=right):
            return can_yield(left, there) and can_yield(right, there)
        case _:
            assert_never(tree)


def yielding(
    rules: Mapping[str, Iterable[Expr]], there: Callable[[VectorSelector, Collection[str]], bool]
) -> set[str]:
    """The metrics of which at least one rule can yield something, those that others are made of first.

    Args:
        rules: the expressions that record each metric.
        there: whether a selector finds series, given the metrics that are recorded so far.
    """
    known: set[str] = set()
    while True:
        found = partial(_there, there, known)
        new = {name for name, trees in rules.items() if any(can_yield(tree, found) for tree in trees)}
        if new <= known:
            return known
        known = known | new


def _there(
    there: Callable[[VectorSelector, Collection[str]], bool], known: Collection[str], selector: VectorSelector
) -> bool:
    return there(selector, known)
