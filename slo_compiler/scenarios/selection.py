"""The one selector whose series an authored expression adds up, where that is all that it does."""

from __future__ import annotations

from typing import Final

from slo_compiler.model.expression import Expression
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.quote import matcher as quoted_matcher
from slo_compiler.promql.quote import selector as quoted_selector
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import (
    Aggregation,
    Call,
    Expr,
    MatchOperator,
    MatrixSelector,
    Parentheses,
    VectorSelector,
)
from slo_compiler.scenarios.untestable import Untestable

COUNTING: Final = frozenset({"sum", "rate", "increase"})
"""What may stand around a counter, so that its events are what the expression counts."""

GAUGING: Final = frozenset(
    {"sum", "max", "min", "avg", "avg_over_time", "max_over_time", "min_over_time", "last_over_time"}
)
"""What may stand around a gauge: of one series that does not change all of them are its value."""


def counter(expression: Expression, target: str) -> VectorSelector:
    """The selector of the counters that the expression counts.

    Raises:
        Untestable: the expression does anything else.
    """
    return _selector(expression, target, COUNTING)


def gauge(expression: Expression, target: str) -> VectorSelector:
    """The selector of the gauge that the expression is the value of.

    Raises:
        Untestable: the expression does anything else.
    """
    return _selector(expression, target, GAUGING)


def metric(selector: VectorSelector) -> str:
    """The metric that the selector names.

    Raises:
        Untestable: it names none, or one that not every promtool can write down.
    """
    name = metric_of(selector)
    if name is None:
        raise Untestable("its selector names no metric")
    try:
        quoted_selector(
            name, [quoted_matcher(each.label, MatchOperator.EQUAL, "") for each in selector.matchers]
        )
    except ValueError:
        raise Untestable("the promtool of Prometheus 2.42 cannot write the names in its selector") from None
    return name


def _selector(expression: Expression, target: str, around: frozenset[str]) -> VectorSelector:
    parsed = parse(expression.text, release_named(target), placeholders=True)
    if isinstance(parsed, list):
        raise ValueError(  # noqa: TRY004 - the type is that of an outcome, not of an argument
            f"{expression.text} was to be checked before it is tested: {parsed[0].message}"
        )
    node: Expr = parsed.tree
    while not isinstance(node, VectorSelector):
        node = _inner(node, around)
    if node.offset or node.at is not None:
        raise Untestable("its selector looks at another time")
    return node


def _inner(node: Expr, around: frozenset[str]) -> Expr:
    match node:
        case Parentheses(inner=inner):
            return inner
        case Aggregation(operator=operator, arguments=(inner,)) if operator in around:
            return inner
        case Call(function=function, arguments=(inner,)) if function in around:
            return inner
        case MatrixSelector(selector=selector, range=range_) if range_.seconds is None:
            return selector
        case _:
            allowed = ", ".join(sorted(around))
            raise Untestable(f"its expression is more than one selector within {allowed}")
