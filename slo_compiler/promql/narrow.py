"""Rewrites the selectors of an expression, the rest kept to the letter: further conditions, other names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slo_compiler.promql.check import Expression
from slo_compiler.promql.queries import vector_selectors
from slo_compiler.promql.syntax import VectorSelector


def narrowed(expression: Expression, conditions: Callable[[VectorSelector], Sequence[str]]) -> str:
    """The text of an expression with further matchers in its selectors.

    Args:
        expression: as the release took it. Empty braces are not looked for.
        conditions: the matchers to add to a selector, as text.
    """
    text = expression.text
    for selector in _from_the_end(expression):
        added = ", ".join(conditions(selector))
        if not added:
            continue
        if selector.matchers:
            place = selector.matchers[-1].end
            text = f"{text[:place]}, {added}{text[place:]}"
        else:
            place = selector.start + len(selector.metric or "")
            text = f"{text[:place]}{{{added}}}{text[place:]}"
    return text


def rewritten(expression: Expression, write: Callable[[VectorSelector], str]) -> str:
    """The text of an expression with other selectors.

    Args:
        expression: as the release took it, and without offset and ``@``.
        write: the text of a selector.
    """
    text = expression.text
    for selector in _from_the_end(expression):
        text = f"{text[: selector.start]}{write(selector)}{text[selector.end :]}"
    return text


def _from_the_end(expression: Expression) -> list[VectorSelector]:
    """The selectors, so ordered that a change to one moves none that is still to come."""
    return sorted(vector_selectors(expression.tree), key=lambda found: found.start, reverse=True)
