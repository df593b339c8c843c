"""Whether authored PromQL is a plain selector of the target release, and how it is told when it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.model.expression import Expression
from slo_compiler.promql import check
from slo_compiler.promql.problems import Problem
from slo_compiler.promql.release import release_named
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import VectorSelector

EVENTS: Final = "for anything else use the indicator events"

_OFFSET: Final = r"at offset ([0-9]+)"


def plain_selector(
    expression: Expression, target: str, what: str, advice: str = EVENTS
) -> tuple[VectorSelector | None, list[Diagnostic]]:
    """The selector that an expression is, or what keeps it from being one.

    Args:
        expression: as its author wrote it.
        target: the release that has to take it.
        what: what it stands for, with an article.
        advice: what to do with anything that is no selector.
    """
    parsed = check.parse(expression.text, release_named(target), placeholders=True)
    if isinstance(parsed, list):
        return None, located(expression, parsed, target)
    selector = parsed.tree
    if not isinstance(selector, VectorSelector):
        message = (
            f'{what} is a plain selector such as metric{{job="api"}}, because the compiler adds the window; '
            f"{advice}"
        )
        return None, [error(expression.position, "promql/not-a-selector", message)]
    if selector.offset or selector.at is not None:
        message = f"{what} is read at the time of the rule; an offset or @ would shift it against the rest"
        return None, [error(expression.position, "promql/shifted", message)]
    return selector, []


def check_named(selector: VectorSelector, expression: Expression) -> Iterator[Diagnostic]:
    """Whether the selector says which metric it is of."""
    if selector.metric is None and all(matcher.label != METRIC_NAME for matcher in selector.matchers):
        message = (
            "this selects every metric with these labels, whatever it measures; write the name of the one "
            "that is meant before the braces"
        )
        yield error(expression.position, "promql/unnamed", message)


def located(expression: Expression, problems: Sequence[Problem], target: str) -> list[Diagnostic]:
    """The problems of an expression at their places in the file."""
    return [
        error(expression.locate(problem.offset), "promql/syntax", _refused(problem, expression, target))
        for problem in problems
    ]


def _refused(problem: Problem, expression: Expression, target: str) -> str:
    """The message with its consequence, and with places in the file for offsets, which no editor shows."""

    def place(offset: re.Match[str]) -> str:
        return _line_and_column(expression.locate(int(offset[1])))

    message = re.sub(_OFFSET, place, problem.message)
    return message if target in message else f"{message}; {target} refuses it"


def _line_and_column(position: Position) -> str:
    return f"at {position.line}:{position.column}"
