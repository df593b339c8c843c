"""Whether an expression can yield anything at all of the metrics that are there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Final

from slo_compiler.promql.syntax import Binary, Call, Expr, VectorSelector, walk

_OF_NOTHING: Final = ("absent", "absent_over_time")


def can_yield(tree: Expr, there: Callable[[VectorSelector], bool]) -> bool:
    """Whether an expression has a value, if just those selectors find series that are ``there``."""
    yields: dict[int, bool] = {}
    for node in reversed([*walk(tree)]):  # each after what is under it
        parts = [yields[id(part)] for part in node.children]
        match node:
            case VectorSelector():
                yields[id(node)] = there(node)
            case Call(function=function) if function in _OF_NOTHING:
                yields[id(node)] = True
            case Binary(operator="or"):
                yields[id(node)] = any(parts)
            case Binary(operator="unless"):
                yields[id(node)] = parts[0]
            case _:
                yields[id(node)] = all(parts)
    return yields[id(tree)]


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
