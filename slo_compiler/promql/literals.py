"""What the numbers and strings of an expression stand for, as each release reads them."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

from slo_compiler.promql.problems import SyntaxFault
from slo_compiler.promql.release import UNDERSCORES_IN_NUMBERS, Release

# What the lexer takes for a number, and then Go's ParseInt(_, 0, 64) or ParseFloat: 010 is 8, and so is 08.
_DIGITS: Final = "[0-9]++(?:_[0-9]++)*+"
_DECIMAL: Final = re.compile(rf"(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?")
_OCTAL: Final = r"0(?:_?[0-7]++)++"
_HEXADECIMAL: Final = r"0[xX](?:_?[0-9a-fA-F]++)++"
_MISREAD_SINCE_3: Final = r"0[xX](?:_?[0-9a-fA-F][eE]|.*_[eE])"
_LARGEST_INTEGER: Final = 2**63 - 1

_ESCAPE: Final = r"\\(?:([abfnrtv\\\"'])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))?"
_CONTROL_CHARACTERS: Final = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))
_LARGEST_CODE_POINT: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


@lru_cache(maxsize=1024)  # the numbers of an SLO stand in all its expressions
def number_value(text: str, release: Release) -> float | None:
    """The value of a number, ``None`` where the release does not take the text for one."""
    if "_" in text and release < UNDERSCORES_IN_NUMBERS:
        return None
    if text[:1] == "0" and text[1:2] not in {"", "."}:
        return _value_behind_zero(text, release)
    return _decimal(text)


def _value_behind_zero(text: str, release: Release) -> float | None:
    # Since release 3 the lexer takes a hexadecimal e for an exponent where one may stand.
    if re.match(_MISREAD_SINCE_3, text) and release >= UNDERSCORES_IN_NUMBERS:
        return None
    if re.fullmatch(_HEXADECIMAL, text):
        return _within_64_bits(int(text, 16))
    if re.fullmatch(_OCTAL, text) and int(text, 8) <= _LARGEST_INTEGER:
        return float(int(text, 8))
    return _decimal(text)


def _decimal(text: str) -> float | None:
    if not _DECIMAL.fullmatch(text):
        return None
    value = float(text)
    return None if math.isinf(value) else value


def _within_64_bits(integer: int) -> float | None:
    return float(integer) if integer <= _LARGEST_INTEGER else None


def string_value(text: str, start: int) -> str:
    r"""The value of a quoted string; bytes such as ``\xff`` that are no UTF-8 become surrogate escapes.

    Args:
        text: the string with its quotes.
        start: the offset of the first quote.

    Raises:
        SyntaxFault: an escape sequence is unknown, or the string holds U+FFFD, which Prometheus takes for bad
            UTF-8.
    """
    replacement = text.find("\N{REPLACEMENT CHARACTER}")
    if replacement >= 0:
        raise SyntaxFault(start + replacement, r"Prometheus refuses U+FFFD in a string; write \ufffd")
    if text[0] == "`" or "\\" not in text:
        return text[1:-1]
    value = bytearray()
    position = 1
    for match in re.compile(_ESCAPE).finditer(text, 1, len(text) - 1):
        value += text[position : match.start()].encode()
        value += _escaped(match, text[0], start)
        position = match.end()
    value += text[position:-1].encode()
    return value.decode(errors="surrogateescape")


def is_utf8(value: str) -> bool:
    """Whether the value of a string has no surrogate escapes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _escaped(match: re.Match[str], quote: str, start: int) -> bytes:
    simple, octal, byte, short, long = match.groups()
    if simple is not None and (simple not in "\"'" or simple == quote):
        return _CONTROL_CHARACTERS.get(simple, simple).encode()
    if octal is not None and int(octal, 8) <= 0xFF:
        return bytes([int(octal, 8)])
    if byte is not None:
        return bytes.fromhex(byte)
    digits = short or long
    if digits is not None:
        code_point = int(digits, 16)
        if code_point <= _LARGEST_CODE_POINT and code_point not in _SURROGATES:
            return chr(code_point).encode()
    shown = match.string[match.start() : match.end() + 1] if match[0] == "\\" else match[0]
    message = rf"{shown} is no escape sequence; a backslash itself is written \\"
    raise SyntaxFault(start + match.start(), message)
