"""Whether ``events`` are empty where they should not be, or never are and so are never missed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.diagnostics import Diagnostic, warning
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import Bad, Events
from slo_compiler.model.slo import Slo
from slo_compiler.promql.constants import is_never_empty, window_readers
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import Binary, Expr, walk
from slo_compiler.promql.template import Template, parse_template
from slo_compiler.rules.names import ABSENT_ALERT

_BAD: Final = "the errors of the other side are not counted either"
_GOOD: Final = "everything counts as bad"
_TOTAL: Final = "the indicator has no data"


def check_gaps(slo: Slo) -> Iterator[Diagnostic]:
    """Sums of counts that have nothing to fall back on, and a total that always has."""
    if not isinstance(slo.indicator, Events):
        return
    counted = slo.indicator.counted
    yield from _gap(counted.expression, _BAD if isinstance(counted, Bad) else _GOOD, slo)
    yield from _gap(slo.indicator.total, _TOTAL, slo)
    if slo.absent.enabled:
        yield from _never_absent(slo.indicator.total, slo)


def _gap(expression: Expression, consequence: str, slo: Slo) -> Iterator[Diagnostic]:
    template = parse_template(expression.text, release_named(slo.target))
    if not isinstance(template, Template):
        return
    found = _first_sum(template.expression.tree)
    if found is not None:
        yield warning(
            expression.locate(found.operator_start),
            "promql/gap",
            f"a {'sum' if found.operator == '+' else 'difference'} is empty wherever one of its sides has "
            f"no series, as before its first event: {consequence}; {_advice(found)}",
        )


def _never_absent(total: Expression, slo: Slo) -> Iterator[Diagnostic]:
    template = parse_template(total.text, release_named(slo.target))
    if isinstance(template, Template) and is_never_empty(template.expression.tree):
        yield warning(
            total.position,
            "promql/never-absent",
            f"this falls back on a number where there are no series, so that {ABSENT_ALERT} cannot fire: "
            "nobody is told when the metrics are gone; leave the fallback out, or say that you do without "
            "the alert (absent: false)",
        )


def _first_sum(root: Expr) -> Binary | None:
    """The first one of two counts, outside of ``… or a count`` and with no ``or`` on either side."""
    sums = [node for node in walk(root) if isinstance(node, Binary) and node.operator in ("+", "-")]
    if not sums:
        return None
    counted = window_readers(root)
    cared_for = {*_with_fallback(root, counted), *_holding_or(root)}
    return next(
        (
            node
            for node in sums
            if id(node) not in cared_for and id(node.left) in counted and id(node.right) in counted
        ),
        None,
    )


def _with_fallback(root: Expr, counted: frozenset[int]) -> set[int]:
    """The ``id`` of all that is left of an ``or`` with a count right of it."""
    found: set[int] = set()
    for node in walk(root):  # what is under a node comes after it
        if id(node) in found:
            found.update(map(id, node.children))
        elif isinstance(node, Binary) and node.operator == "or" and id(node.right) in counted:
            found.add(id(node.left))
    return found


def _holding_or(root: Expr) -> set[int]:
    """The ``id`` of all that holds an ``or``: its author knows of gaps."""
    found: set[int] = set()
    for node in reversed(list(walk(root))):  # what is under a node comes before it
        is_or = isinstance(node, Binary) and node.operator == "or"
        if is_or or any(id(child) in found for child in node.children):
            found.add(id(node))
    return found


def _advice(found: Binary) -> str:
    return "write a - b or a" if found.operator == "-" else "write a + b or a or b"
