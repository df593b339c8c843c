"""Reads selectors: a metric name, matchers in braces, and lists of label names."""

from __future__ import annotations

from typing import Final

from slo_compiler.promql.cursor import Cursor
from slo_compiler.promql.lexer import Kind, Token
from slo_compiler.promql.literals import is_utf8, string_value
from slo_compiler.promql.problems import SyntaxFault
from slo_compiler.promql.release import QUOTED_GROUPING, QUOTED_NAMES
from slo_compiler.promql.syntax import Matcher, MatchOperator, VectorSelector

METRIC_NAME: Final = "__name__"
"""The label that a metric's name is kept in."""

_NO_LABELS: Final = {"inf", "nan", "without"}
_OPERATORS: Final = {operator.value: operator for operator in MatchOperator}


def vector_selector(cursor: Cursor) -> VectorSelector:
    """The selector that the next token, a name or a brace, begins."""
    start = cursor.token.start
    metric = cursor.take().text if cursor.token.kind is Kind.WORD else None
    matchers = _matchers(cursor) if cursor.keyword == "{" else ()
    return VectorSelector(start, cursor.end, metric, matchers)


def _matchers(cursor: Cursor) -> tuple[Matcher, ...]:
    opening = cursor.take()
    matchers: list[Matcher] = []
    while not cursor.accept("}"):
        matchers.append(_matcher(cursor))
        if not cursor.accept(",") and cursor.keyword != "}":
            raise cursor.unexpected(f", or }} to close the brace at offset {opening.start}")
    return tuple(matchers)


def _matcher(cursor: Cursor) -> Matcher:
    label = cursor.token
    if label.kind is Kind.STRING:
        name = _quoted_name(cursor)
        if cursor.keyword not in _OPERATORS:
            return Matcher(label.start, cursor.end, METRIC_NAME, MatchOperator.EQUAL, name)
    elif label.kind is Kind.WORD and ":" not in label.text:
        name = cursor.take().text
    else:
        raise cursor.unexpected("a label name or }")
    operator = _OPERATORS.get(cursor.keyword)
    if operator is None:
        raise cursor.unexpected("=, !=, =~ or !~")
    cursor.take()
    quoted = cursor.token
    if quoted.kind is not Kind.STRING:
        raise cursor.unexpected("a quoted value")
    value = string_value(quoted.text, quoted.start)
    if operator.is_regex:
        cursor.note_pattern(value)
    cursor.take()
    return Matcher(label.start, cursor.end, name, operator, value)


def _quoted_name(cursor: Cursor) -> str:
    if cursor.release < QUOTED_NAMES:
        raise SyntaxFault(cursor.token.start, f"a quoted name in a selector needs {QUOTED_NAMES} or later")
    token = cursor.take()
    return string_value(token.text, token.start)


def label_list(cursor: Cursor) -> tuple[str, ...]:
    """The label names in parentheses of ``by``, ``on`` and their like."""
    opening = cursor.expect("(", "and label names")
    labels: list[str] = []
    while not cursor.accept(")"):
        labels.append(_label(cursor))
        if not cursor.accept(",") and cursor.keyword != ")":
            raise cursor.unexpected(f", or ) to close the parenthesis at offset {opening.start}")
    return tuple(labels)


def _label(cursor: Cursor) -> str:
    token = cursor.token
    if token.kind is Kind.STRING:
        label = string_value(token.text, token.start)
        _require_utf8(label, token, cursor)
    elif token.kind is Kind.WORD and cursor.keyword not in _NO_LABELS:
        label = token.text
        if ":" in label:
            _require_utf8(label, token, cursor)
    else:
        raise cursor.unexpected("a label name or )")
    cursor.take()
    return label


def _require_utf8(label: str, token: Token, cursor: Cursor) -> None:
    """Refuse a label name beyond letters, digits and underscores where the release does."""
    if cursor.release < QUOTED_GROUPING:
        raise SyntaxFault(token.start, f"{token.text[:40]} as a label name needs {QUOTED_GROUPING} or later")
    if not label or not is_utf8(label):
        raise SyntaxFault(token.start, f"{token.text[:40]} is no label name")
