"""Makes a syntax tree of tokens: operators by precedence climbing, all else by recursive descent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slo_compiler.promql.cursor import Cursor
from slo_compiler.promql.functions import AGGREGATORS
from slo_compiler.promql.lexer import Kind, Token
from slo_compiler.promql.literals import string_value
from slo_compiler.promql.modifiers import at_modifier, bracketed, number_of, offset_modifier
from slo_compiler.promql.problems import SyntaxFault
from slo_compiler.promql.release import Release
from slo_compiler.promql.selectors import label_list, vector_selector
from slo_compiler.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Expr,
    Group,
    Grouping,
    NumberLiteral,
    Parentheses,
    StringLiteral,
    Unary,
    VectorMatching,
)

# How tightly binary operators bind, from the precedences of promql/parser/generated_parser.y.
_PRECEDENCE: Final = {
    **dict.fromkeys(("or",), 1),
    **dict.fromkeys(("and", "unless"), 2),
    **dict.fromkeys(("==", "!=", "<=", "<", ">=", ">"), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "%", "atan2"), 5),
    **dict.fromkeys(("^",), 6),
}
_SIGN_PRECEDENCE: Final = _PRECEDENCE["*"]
_RIGHT_ASSOCIATIVE: Final = "^"

# Keywords are known in any case of letters. Some may name a metric, too; none may name a function.
_NO_METRICS: Final = {"atan2", "bool", "group_left", "group_right", "ignoring", "on"}
_NO_FUNCTIONS: Final = {"and", "by", "end", "offset", "or", "start", "unless", "without"}


def parse_tokens(tokens: Sequence[Token], release: Release, *, placeholders: bool) -> Expr:
    """The tree that the tokens of an expression make.

    Raises:
        SyntaxFault: at its offset the grammar of the release allows no such token.
    """
    cursor = Cursor(tokens, release, placeholders=placeholders)
    if cursor.at_end():
        raise SyntaxFault(0, "there is no expression")
    tree = _expression(cursor)
    if not cursor.at_end():
        raise cursor.unexpected("an operator or the end of the expression")
    return tree


def _expression(cursor: Cursor, loosest: int = 1) -> Expr:
    """Operands joined by operators that bind at least as tightly as the loosest."""
    cursor.descend()
    left = _operand(cursor)
    while _PRECEDENCE.get(cursor.keyword, 0) >= loosest:
        operator = cursor.take()
        name = operator.text.lower()
        returns_bool = cursor.accept("bool") is not None
        matching = _vector_matching(cursor)
        right = _expression(cursor, _PRECEDENCE[name] + (name != _RIGHT_ASSOCIATIVE))
        left = Binary(left.start, cursor.end, name, operator.start, returns_bool, matching, left, right)
    cursor.ascend()
    return left


def _vector_matching(cursor: Cursor) -> VectorMatching | None:
    keyword = cursor.accept("on", "ignoring")
    if keyword is None:
        if cursor.keyword in ("group_left", "group_right"):
            raise cursor.unexpected("on (...) or ignoring (...) before group_left and group_right")
        return None
    on = keyword.text.lower() == "on"
    labels = label_list(cursor)
    keyword = cursor.accept("group_left", "group_right")
    if keyword is None:
        return VectorMatching(on, labels)
    include = label_list(cursor) if cursor.keyword == "(" else ()
    group: Group = "group_left" if keyword.text.lower() == "group_left" else "group_right"
    return VectorMatching(on, labels, group, include)


def _operand(cursor: Cursor) -> Expr:
    sign = cursor.accept("+", "-")
    if sign is not None:
        operand = _expression(cursor, _SIGN_PRECEDENCE + 1)
        return Unary(sign.start, cursor.end, sign.text, operand)
    operand = _primary(cursor)
    while True:
        if cursor.keyword == "[":
            operand = bracketed(cursor, operand)
        elif cursor.keyword == "offset":
            operand = offset_modifier(cursor, operand)
        elif cursor.keyword == "@":
            operand = at_modifier(cursor, operand)
        else:
            return operand


def _primary(cursor: Cursor) -> Expr:
    token = cursor.token
    if token.kind is Kind.WORD:
        return _named(cursor)
    if token.kind in (Kind.NUMBER, Kind.DURATION):
        cursor.take()
        return NumberLiteral(token.start, token.end, number_of(token, cursor.release))
    if token.kind is Kind.STRING:
        cursor.take()
        return StringLiteral(token.start, token.end, string_value(token.text, token.start))
    if token.text == "(":
        cursor.take()
        inner = _expression(cursor)
        cursor.expect(")", f"to close the parenthesis at offset {token.start}")
        return Parentheses(token.start, cursor.end, inner)
    if token.text == "{":
        return vector_selector(cursor)
    if token.kind is Kind.PLACEHOLDER:
        raise SyntaxFault(token.start, f"{token} stands for a duration in brackets only, as in [{token}]")
    raise cursor.unexpected("a metric, a function, a number or (")


def _named(cursor: Cursor) -> Expr:
    """What begins with a word, which only the token after it tells."""
    token, name = cursor.token, cursor.keyword
    if name in ("inf", "nan"):
        cursor.take()
        return NumberLiteral(token.start, token.end, float(name))
    following = cursor.following()
    aggregator = AGGREGATORS.get(name)
    if aggregator is not None and aggregator.since <= cursor.release:
        return _aggregation(cursor) if following in ("(", "by", "without") else vector_selector(cursor)
    if name in _NO_METRICS:
        raise cursor.unexpected("a metric, a function, a number or (")
    if following == "(" and name not in _NO_FUNCTIONS and ":" not in name:
        return _call(cursor)
    return vector_selector(cursor)


def _call(cursor: Cursor) -> Call:
    name = cursor.take()
    arguments = _arguments(cursor)
    return Call(name.start, cursor.end, name.text, arguments)


def _aggregation(cursor: Cursor) -> Aggregation:
    operator = cursor.take()
    grouping = _grouping(cursor)
    arguments = _arguments(cursor)
    if grouping is None:
        grouping = _grouping(cursor)
    return Aggregation(operator.start, cursor.end, operator.text.lower(), arguments, grouping)


def _grouping(cursor: Cursor) -> Grouping | None:
    keyword = cursor.accept("by", "without")
    if keyword is None:
        return None
    return Grouping(without=keyword.text.lower() == "without", labels=label_list(cursor))


def _arguments(cursor: Cursor) -> tuple[Expr, ...]:
    opening = cursor.expect("(", "and the vector to aggregate")
    if cursor.accept(")"):
        return ()
    arguments = [_expression(cursor)]
    while not cursor.accept(")"):
        cursor.expect(",", f"or ) to close the parenthesis at offset {opening.start}")
        arguments.append(_expression(cursor))
    return tuple(arguments)
