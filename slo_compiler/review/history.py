"""How far back recorded series look, and so how long they take after a merge until they are whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.windows import Raw
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.release import RELEASES
from slo_compiler.promql.syntax import (
    Call,
    Expr,
    MatrixSelector,
    Subquery,
    VectorSelector,
    walk,
)
from slo_compiler.quantities import Seconds
from slo_compiler.rules import names

_ONE_SAMPLE_IS_ENOUGH: Final = ("last_over_time", "present_over_time")


class Reach(Struct, frozen=True):
    """How far back a series of an SLO looks, and at which series of the base window."""

    length: Seconds
    bases: tuple[str, ...]


def reaches(plan: Plan) -> dict[str, Reach]:
    """The series of an SLO that look back, by metric.

    All but those that read raw series are added up from the base window, one way or another, so that each is
    whole at once where the base window was recorded before, and else when its length has passed.
    """
    errors, events = names.errors(plan.windows.base), names.events(plan.windows.base)
    longer = [window.length for window in plan.windows.recorded if not isinstance(window.source, Raw)]
    return {
        **{names.errors(length): Reach(length, (errors,)) for length in longer},
        **{names.events(length): Reach(length, (events,)) for length in longer},
        names.BURN_RATE: Reach(plan.tiers[0].long, (errors, events)),
        names.BUDGET_REMAINING: Reach(plan.slo.period, (errors, events)),
    }


def whole_after(expr: str, begun: Mapping[str, Seconds]) -> Seconds | None:
    """How long after a merge the expression sees nothing but what the new rules count; None if it does now.

    Raw series and recorded ones that go on unchanged have their history. What is read in place of something
    that is missing is taken for no better than that.

    Args:
        expr: PromQL of a rule of a signal.
        begun: the recorded series that begin or count anew with the merge, each with how long it takes
            until it is whole.
    """
    if not any(metric in expr for metric in begun):
        return None
    expression = parse(expr, RELEASES[-1])
    if isinstance(expression, list):
        raise TypeError(f"{expr} was to be checked to be an expression")
    known: dict[int, Seconds | None] = {}
    for node in reversed(list(walk(expression.tree))):  # what is under a node comes before it
        known[id(node)] = _whole(node, begun, known)
    return known[id(expression.tree)]


def _whole(node: Expr, begun: Mapping[str, Seconds], known: Mapping[int, Seconds | None]) -> Seconds | None:
    inner = [known[id(child)] for child in node.children]
    waiting = [time for time in inner if time is not None]
    match node:
        case VectorSelector(offset=offset):
            time = begun.get(metric_of(node) or "")
            return None if time is None else time + offset
        case MatrixSelector(range=range_) if waiting:
            return waiting[0] + (range_.seconds or 0)
        case Call(function=function, arguments=(MatrixSelector(selector=selector),)) if (
            function in _ONE_SAMPLE_IS_ENOUGH
        ):
            return known[id(selector)]
        case Subquery(range=range_, offset=offset) if waiting:
            return waiting[0] + (range_.seconds or 0) + offset
        case _:
            return max(waiting, default=None)
