"""Narrows an expression: further conditions on the labels of its selectors, the rest kept to the letter."""

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
    for selector in sorted(vector_selectors(expression.tree), key=lambda found: found.start, reverse=True):
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
