"""The text of an expression as tokens with offsets."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from slo_compiler.promql.literals import number_value
from slo_compiler.promql.problems import SyntaxFault
from slo_compiler.promql.release import RELEASES, Release

LONGEST: Final = 16 * 1024
"""Characters in an expression: more than anybody reads, and few enough that no input takes long."""

PLACEHOLDER: Final = "$window"


class Kind(enum.Enum):
    """What a token is. Words and symbols are told apart by their text alone."""

    WORD = enum.auto()
    NUMBER = enum.auto()
    DURATION = enum.auto()
    STRING = enum.auto()
    PLACEHOLDER = enum.auto()
    SYMBOL = enum.auto()
    COMMENT = enum.auto()
    END = enum.auto()
    UNKNOWN = enum.auto()
    """A character with which no token starts."""


class Token(Struct, frozen=True):
    """A token, as it is written, and the offset of its first character."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset just after the token."""
        return self.start + len(self.text)

    def __str__(self) -> str:
        return "the end of the expression" if self.kind is Kind.END else self.text[:40]


# After promql/parser/lex.go of Prometheus 2.42, 2.53 and 3.5. All repetition is possessive (`++`, `*+`), so
# that no text is tried twice. In brackets a colon is a symbol, elsewhere it is part of a metric name.
_PATTERN: Final = r"""
    [ \t\n\r]*+
    (?: (?P<WORD>        [A-Za-z_{colon}] [A-Za-z0-9_{colon}]*+ )
      | (?P<NUMBER>      0[xX][0-9A-Za-z_.]*+ | \.?[0-9] (?: [eE][+-] | [0-9A-Za-z_.] )*+ )
      | (?P<STRING>      "(?: [^"\\\n]++ | \\[^\n] )*+" | '(?: [^'\\\n]++ | \\[^\n] )*+' | `[^`]*+` )
      | (?P<SYMBOL>      [=!]~ | [=!<>]= | [-+*/%^=<>@,(){{}}\[\]:] )
      | (?P<COMMENT>     \# [^\r\n]*+ )
      | (?P<PLACEHOLDER> \$window (?![A-Za-z0-9_]) )
      | (?P<END>         \Z )
      | (?P<UNKNOWN>     [^ \t\n\r] )
    )
"""
_OUTSIDE_BRACKETS: Final = re.compile(_PATTERN.format(colon=":"), re.VERBOSE)
_INSIDE_BRACKETS: Final = re.compile(_PATTERN.format(colon=""), re.VERBOSE)
_USUAL: Final = (Kind.WORD, Kind.SYMBOL, Kind.STRING)
_BRACKETS: Final = {"[": _INSIDE_BRACKETS, "]": _OUTSIDE_BRACKETS}
_UNITS: Final = ("y", "w", "d", "h", "m", "s", "ms")
_DURATION: Final = re.compile("".join(rf"(?:[0-9]++{unit})?" for unit in _UNITS))
_LONE_SURROGATE: Final = "[\ud800-\udfff]"
_KINDS: Final = {index: Kind[name] for name, index in _OUTSIDE_BRACKETS.groupindex.items()}


def tokens_of(text: str, release: Release) -> list[Token]:
    """The tokens of an expression, comments included, the last one an ``END``.

    Raises:
        SyntaxFault: the expression is too long, or at its offset no token can start.
    """
    if len(text) > LONGEST:
        raise SyntaxFault(LONGEST, f"the expression is longer than {LONGEST} characters")
    lone_surrogate = None if text.isascii() else re.search(_LONE_SURROGATE, text)
    if lone_surrogate:
        raise SyntaxFault(lone_surrogate.start(), "half a surrogate pair is no character")
    tokens: list[Token] = []
    pattern, position = _OUTSIDE_BRACKETS, 0
    while True:  # once for each stretch of text between brackets
        for match in pattern.finditer(text, position):  # pragma: no branch - the last is an END
            group = match.lastindex or 0
            kind, word, start = _KINDS[group], match[group], match.start(group)
            if kind not in _USUAL:
                kind = _judged(kind, word, start, tokens, release)
            tokens.append(Token(kind, word, start))
            if kind is Kind.END:
                return tokens
            if word in _BRACKETS:
                pattern, position = _BRACKETS[word], match.end()
                break


def _judged(kind: Kind, word: str, start: int, before: Sequence[Token], release: Release) -> Kind:
    """The kind of a token that depends on more than its pattern, or the fault that it is."""
    match kind:
        case Kind.NUMBER:
            return _number_or_duration(word, start, release)
        case Kind.UNKNOWN:
            raise _fault(word, start)
        case Kind.COMMENT if before and before[-1].text == "[":
            raise SyntaxFault(start, "Prometheus takes no comment right behind an opening bracket")
        case _:
            return kind


def _number_or_duration(word: str, start: int, release: Release) -> Kind:
    if number_value(word, release) is not None:
        return Kind.NUMBER
    if _DURATION.fullmatch(word):
        return Kind.DURATION
    takers = [known for known in RELEASES if number_value(word, known) is not None]
    hint = f" in {release}; it needs {takers[0]} or later" if takers and takers[0] > release else ""
    raise SyntaxFault(start, f"{word[:40]} is neither a number nor a duration{hint}")


def _fault(character: str, start: int) -> SyntaxFault:
    if character in "\"'`":
        where = "" if character == "`" else " on its line"
        return SyntaxFault(start, f"this string is not closed{where}")
    return SyntaxFault(start, f"{character!r} means nothing in PromQL")
