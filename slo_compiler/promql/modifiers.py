"""Reads what may stand behind a selector: a range or subquery in brackets, ``offset`` and ``@``."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from msgspec.structs import replace

from slo_compiler.promql.cursor import Cursor
from slo_compiler.promql.lexer import Kind, Token
from slo_compiler.promql.literals import number_value
from slo_compiler.promql.problems import SyntaxFault
from slo_compiler.promql.release import NUMBERS_ARE_DURATIONS, Release
from slo_compiler.promql.syntax import Duration, Expr, MatrixSelector, Subquery, Timestamp, VectorSelector
from slo_compiler.quantities import Seconds, parse_duration

_LONGEST: Final = 2**63 / 1e9  # in the very floating-point numbers that Prometheus compares
_NANOSECONDS: Final = 10**9
_LAST_TIMESTAMP: Final = 2**63
_ARITHMETIC: Final = ("+", "-", "*", "/", "%", "^")


def bracketed(cursor: Cursor, operand: Expr) -> MatrixSelector | Subquery:
    """The operand with the range or subquery that the next token, a bracket, begins."""
    opening = cursor.take()
    length = _duration(cursor)
    if cursor.accept(":"):
        step = None if cursor.keyword == "]" else _duration(cursor)
        cursor.expect("]", f"to close the bracket at offset {opening.start}")
        return Subquery(operand.start, cursor.end, operand, length, step)
    cursor.expect("]", f"to close the bracket at offset {opening.start}, or : for a subquery")
    if not isinstance(operand, VectorSelector):
        raise SyntaxFault(opening.start, "only a selector has a range; a subquery needs a colon, as in [5m:]")
    if operand.offset:
        raise SyntaxFault(opening.start, "the offset belongs behind the range")
    if isinstance(operand.at, Seconds):
        raise SyntaxFault(opening.start, "the @ belongs behind the range")
    return MatrixSelector(operand.start, cursor.end, operand, length)


def _duration(cursor: Cursor) -> Duration:
    """A duration in brackets, longer than nothing, or the placeholder for one."""
    start = cursor.token.start
    if cursor.token.kind is Kind.PLACEHOLDER:
        if not cursor.placeholders:
            raise SyntaxFault(start, f"{cursor.token.text} is not known here; write a duration")
        cursor.take()
        return Duration(start, cursor.end, None)
    seconds = _sign(cursor) * seconds_of(cursor.token, cursor.release)
    if seconds <= 0:
        raise SyntaxFault(start, "a duration in brackets must be longer than 0s")
    cursor.take()
    if cursor.keyword in _ARITHMETIC:
        raise SyntaxFault(cursor.token.start, "arithmetic on durations is experimental; write its result")
    return Duration(start, cursor.end, seconds)


def _sign(cursor: Cursor) -> int:
    """The sign that any number of plus and minus make; before release 3 there is none."""
    sign = 1
    while cursor.release >= NUMBERS_ARE_DURATIONS and cursor.keyword in ("+", "-"):
        sign = -sign if cursor.take().text == "-" else sign
    return sign


def seconds_of(token: Token, release: Release) -> Seconds:
    """The seconds that a token means in the place of a duration.

    Raises:
        SyntaxFault: it is no duration, or none that Prometheus can hold.
    """
    if token.kind is Kind.DURATION:
        try:
            return parse_duration(token.text)
        except ValueError as error:
            raise SyntaxFault(token.start, str(error)) from None
    if token.kind is not Kind.NUMBER:
        raise SyntaxFault(token.start, f"expected a duration such as 5m, found {token}")
    if release < NUMBERS_ARE_DURATIONS:
        message = f"a number as a duration needs {NUMBERS_ARE_DURATIONS} or later; write {token.text[:40]}s"
        raise SyntaxFault(token.start, message)
    value = number_of(token, release)
    if value > _LONGEST:
        raise SyntaxFault(token.start, f"{token.text[:40]} s is longer than Prometheus can count (292 years)")
    return Fraction(round(value * _NANOSECONDS), _NANOSECONDS)


def number_of(token: Token, release: Release) -> float:
    """The value of a number, or of a duration in its place.

    Raises:
        SyntaxFault: the token is a duration, and the release takes none for a number.
    """
    if token.kind is Kind.DURATION:
        if release < NUMBERS_ARE_DURATIONS:
            raise SyntaxFault(token.start, f"a duration as a number needs {NUMBERS_ARE_DURATIONS} or later")
        return float(seconds_of(token, release))
    return number_value(token.text, release) or 0.0


def offset_modifier(cursor: Cursor, operand: Expr) -> Expr:
    """The operand moved into the past by the ``offset`` that the next token begins."""
    keyword = cursor.take()
    sign = cursor.accept("-") or (cursor.accept("+") if cursor.release >= NUMBERS_ARE_DURATIONS else None)
    token = cursor.token
    seconds = seconds_of(token, cursor.release)
    if not seconds and cursor.release < NUMBERS_ARE_DURATIONS:
        raise SyntaxFault(token.start, f"an offset of 0s needs {NUMBERS_ARE_DURATIONS} or later")
    cursor.take()
    selector = _selector_of(operand, keyword)
    if selector.offset:
        raise SyntaxFault(keyword.start, "there is an offset already")
    offset = -seconds if sign is not None and sign.text == "-" else seconds
    return _modified(operand, replace(selector, offset=offset), cursor.end)


def at_modifier(cursor: Cursor, operand: Expr) -> Expr:
    """The operand fixed in time by the ``@`` that the next token is."""
    keyword = cursor.take()
    at = _timestamp(cursor)
    selector = _selector_of(operand, keyword)
    if selector.at is not None:
        raise SyntaxFault(keyword.start, "there is an @ already")
    return _modified(operand, replace(selector, at=at), cursor.end)


def _timestamp(cursor: Cursor) -> Timestamp:
    preprocessor = cursor.accept("start", "end")
    if preprocessor is not None:
        cursor.expect("(", "after start and end")
        cursor.expect(")", "after start( and end(")
        return "start()" if preprocessor.text.lower() == "start" else "end()"
    sign = cursor.accept("-", "+")
    token = cursor.token
    if token.kind not in (Kind.NUMBER, Kind.DURATION):
        raise cursor.unexpected("a time in seconds since 1970, start() or end()")
    seconds = number_of(token, cursor.release)
    if seconds >= _LAST_TIMESTAMP:
        raise SyntaxFault(token.start, f"{token.text[:40]} is out of range for a time")
    cursor.take()
    milliseconds = round(seconds * 1000)
    return Fraction(-milliseconds if sign is not None and sign.text == "-" else milliseconds, 1000)


def _selector_of(operand: Expr, keyword: Token) -> VectorSelector | Subquery:
    """The node that a modifier of the operand changes."""
    if isinstance(operand, MatrixSelector):
        return operand.selector
    if isinstance(operand, VectorSelector | Subquery):
        return operand
    raise SyntaxFault(keyword.start, f"{keyword.text} stands behind a selector or a subquery only")


def _modified(operand: Expr, changed: VectorSelector | Subquery, end: int) -> Expr:
    if isinstance(operand, MatrixSelector) and isinstance(changed, VectorSelector):
        return replace(operand, selector=changed, end=end)
    return replace(changed, end=end)
