"""Expressions as their authors wrote them, with ``$window`` in brackets for a window that comes later."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from slo_compiler.promql.check import REMEMBERED, Expression, parse
from slo_compiler.promql.lexer import PLACEHOLDER, Kind, tokens_of
from slo_compiler.promql.problems import Problem
from slo_compiler.promql.release import Release
from slo_compiler.quantities import parse_duration

_VARIABLE: Final = re.compile(r"\$[A-Za-z_]+")


class Template(Struct, frozen=True):
    """An expression that a release takes whatever the window."""

    expression: Expression
    """As it was written, comments and all."""
    pieces: tuple[str, ...]
    """Its text without comments and without space around it, cut where ``$window`` stands."""

    @property
    def has_window(self) -> bool:
        """Whether ``$window`` stands anywhere in it."""
        return len(self.pieces) > 1

    def substitute(self, window: str) -> str:
        """The text without comments, with a window for every ``$window``, else as written, to the letter.

        Args:
            window: a duration such as ``5m``, or a variable of Grafana such as ``$__rate_interval``.

        Raises:
            ValueError: the window is neither.
        """
        if not _VARIABLE.fullmatch(window) and not parse_duration(window):
            raise ValueError(f"{window} is no window")
        return window.join(self.pieces)


def parse_template(text: str, release: Release) -> Template | list[Problem]:
    """The template that a text stands for, or all its problems in reading order, never none."""
    expression = parse(text, release, placeholders=True)
    if not isinstance(expression, Expression):
        return expression
    return Template(expression, _pieces(text, release))


def embeddable(text: str, release: Release) -> str:
    """An expression without comments and space around it, so that it may stand within another one.

    The release must take it; but for that its author's text stays as it is, to the letter.
    """
    return PLACEHOLDER.join(_pieces(text, release))


@lru_cache(maxsize=REMEMBERED)  # errors and events, and each window of raw series, are of the same text
def _pieces(text: str, release: Release) -> tuple[str, ...]:
    """The text without comments and without space around it, cut at the placeholders."""
    if "#" not in text and "$" not in text:
        return (text.strip(),)
    pieces = [""]
    position = 0
    for token in tokens_of(text, release):
        if token.kind is Kind.COMMENT:
            pieces[-1] += text[position : token.start]
            position = token.end
        elif token.kind is Kind.PLACEHOLDER:
            pieces[-1] += text[position : token.start]
            pieces.append("")
            position = token.end
    pieces[-1] += text[position:]
    pieces[0] = pieces[0].lstrip()
    pieces[-1] = pieces[-1].rstrip()
    return tuple(pieces)
