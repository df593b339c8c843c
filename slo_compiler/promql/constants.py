"""What in an expression depends on the window, and what never changes at all."""

from __future__ import annotations

from typing import Final

from slo_compiler.promql.syntax import (
    RANGES,
    Aggregation,
    Binary,
    Call,
    Expr,
    NumberLiteral,
    Parentheses,
    Unary,
    VectorSelector,
    walk,
)

_OF_THE_CLOCK: Final = (
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "hour",
    "minute",
    "month",
    "time",
    "year",
)


def window_readers(root: Expr) -> frozenset[int]:
    """The ``id`` of every node of an expression that is or holds a range of ``$window``."""
    found: set[int] = set()
    for node in reversed(list(walk(root))):  # what is under a node comes before it
        ranged = isinstance(node, RANGES) and node.range.seconds is None
        if ranged or any(id(child) in found for child in node.children):
            found.add(id(node))
    return frozenset(found)


def is_constant(root: Expr) -> bool:
    """Whether it reads neither series nor the clock, so that it is the same for ever."""
    return not any(
        isinstance(node, VectorSelector) or (isinstance(node, Call) and node.function in _OF_THE_CLOCK)
        for node in walk(root)
    )


def is_zero(root: Expr) -> bool:
    """Whether it is 0, as a number, as ``vector(0)`` or as ``0 * up``, as far as its shape tells."""
    node = root
    while True:
        match node:
            case NumberLiteral(value=value):
                return value == 0
            case (
                Parentheses(inner=inner) | Unary(operand=inner) | Call(function="vector", arguments=(inner,))
            ):
                node = inner
            case Binary(operator="*", left=NumberLiteral(value=0)):
                return True
            case Binary(operator="*", right=right):
                node = right
            case _:
                return False


def is_never_empty(root: Expr) -> bool:
    """Whether it has a value whatever series there are, as ``up or vector(0)``, as far as its shape tells."""
    found: set[int] = set()
    for node in reversed(list(walk(root))):  # what is under a node comes before it
        match node:
            case NumberLiteral() | Call(function="vector"):
                found.add(id(node))
            case Parentheses(inner=inner) | Unary(operand=inner) | Aggregation(arguments=(inner,)):
                found |= {id(node)} if id(inner) in found else set()
            case Binary(operator="or", left=left, right=right):
                found |= {id(node)} if id(left) in found or id(right) in found else set()
            case Binary(operator="+" | "-" | "*" | "/", left=left, right=right):
                found |= {id(node)} if id(left) in found and id(right) in found else set()
    return id(root) in found
