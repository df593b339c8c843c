"""Expressions as their authors wrote them, with ``$window`` in brackets for a window that comes later."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.lexer import PLACEHOLDER
from slo_compiler.promql.problems import Problem
from slo_compiler.promql.release import Release
from slo_compiler.quantities import parse_duration

_VARIABLE: Final = re.compile(r"\$[A-Za-z_]+")


class Template(Struct, frozen=True):
    """An expression that a release takes whatever the window."""

    expression: Expression
    """As it was written, comments and all."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """Its text without comments and without space around it, cut where ``$window`` stands."""
        return self.expression.pieces

    @property
    def has_window(self) -> bool:
        """Whether ``$window`` stands anywhere in it."""
        return len(self.pieces) > 1

    @property
    def embeddable(self) -> str:
        """The same as one text, which may stand within another expression."""
        return PLACEHOLDER.join(self.pieces)

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
    return Template(expression) if isinstance(expression, Expression) else expression


def embeddable(text: str, release: Release) -> str:
    """An expression without comments and space around it, so that it may stand within another one.

    But for that its author's text stays as it is, to the letter.

    Raises:
        ValueError: the release does not take it.
    """
    template = parse_template(text, release)
    if isinstance(template, list):
        raise ValueError(f"{text}: {template[0].message}")  # noqa: TRY004  not the type is wrong, but the text
    return template.embeddable
