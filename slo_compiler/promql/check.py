"""Reads an expression as a Prometheus release would: the tree and its type, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from slo_compiler.promql.functions import ValueType
from slo_compiler.promql.lexer import Kind, Token, tokens_of
from slo_compiler.promql.parser import parse_tokens
from slo_compiler.promql.problems import Problem, SyntaxFault
from slo_compiler.promql.release import Release
from slo_compiler.promql.syntax import Expr
from slo_compiler.promql.typecheck import check_types

REMEMBERED: Final = 32_768
"""Expressions: those of some ten thousand SLOs."""


class Expression(Struct, frozen=True):
    """An expression that the release takes."""

    text: str
    tree: Expr
    type: ValueType
    pieces: tuple[str, ...]
    """Its text without comments and without space around it, cut where ``$window`` stands."""


def parse(text: str, release: Release, *, placeholders: bool = False) -> Expression | list[Problem]:
    """The expression that a text stands for, or all its problems in reading order, never none.

    Args:
        text: the expression as its author wrote it, comments and all.
        release: the Prometheus release that is to take it.
        placeholders: whether ``$window`` may stand for a duration in brackets.

    Returns:
        the expression, or else the first problem of syntax, or all problems of types, functions and matchers.
    """
    read = _read(text, release, placeholders and "$" in text)
    return read if isinstance(read, Expression) else list(read)


# A dozen of checks, the rules, their tests and the runbooks each ask for the tree of what an author wrote.
@lru_cache(maxsize=REMEMBERED)
def _read(text: str, release: Release, placeholders: bool) -> Expression | tuple[Problem, ...]:  # noqa: FBT001
    try:
        tokens = tokens_of(text, release)
        tree = parse_tokens(tokens, release, placeholders=placeholders)
    except SyntaxFault as fault:
        return (fault.problem,)
    type_, problems = check_types(tree, release)
    return tuple(problems) or Expression(text, tree, type_, _pieces(text, tokens))


def _pieces(text: str, tokens: Sequence[Token]) -> tuple[str, ...]:
    if "#" not in text and "$" not in text:
        return (text.strip(),)
    pieces = [""]
    position = 0
    for token in tokens:
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
