"""What an unquoted scalar stands for by the core schema of YAML 1.2, with numbers kept exact."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from slo_compiler.schema.yaml.nodes import ScalarValue

# Tag resolution of the core schema of YAML 1.2.2. By YAML 1.1, which PyYAML implements, "no" would be false,
# 1:30 would be 90, 010 would be 8 and 2024-01-01 a date.
# https://yaml.org/spec/1.2.2/#1032-tag-resolution
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL: Final = r"[-+]?[0-9]+"
_FLOAT: Final = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE](?P<exponent>[-+]?[0-9]+))?"
_NOT_FINITE: Final = r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
_OCTAL_OR_HEXADECIMAL: Final = r"0o[0-7]+|0x[0-9a-fA-F]+"
_NUMBER: Final = re.compile(
    rf"(?P<decimal>{_DECIMAL})|(?P<float>{_FLOAT})|(?P<based>{_OCTAL_OR_HEXADECIMAL})|{_NOT_FINITE}"
)

# Far beyond every quantity of a spec and far below where exact arithmetic becomes slow: 1e999999999 is eleven
# characters long, and as an exact number a gigabyte.
_MOST_CHARACTERS: Final = 40
_LARGEST_EXPONENT: Final = 99

_FIRST_CHARACTERS: Final = frozenset("-+.0123456789")


def resolve(text: str) -> ScalarValue:
    """The value of the text of a plain scalar: null, a boolean, an exact number, or else the text itself.

    Raises:
        ValueError: the text is a number that no spec can mean: infinite, undefined or with too many digits.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST_CHARACTERS:
        return text
    return _number_or_text(text)


def _number_or_text(text: str) -> ScalarValue:
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text
    if number.lastgroup is None:
        raise ValueError(
            f"{text} is no number to compute with, and no key takes it; if it is text, put it in quotes"
        )
    if len(text) > _MOST_CHARACTERS or abs(int(number["exponent"] or 0)) > _LARGEST_EXPONENT:
        shortened = text[:_MOST_CHARACTERS]
        raise ValueError(
            f"{shortened} is a longer number than any key takes; if it is text, put it in quotes"
        )
    if number["float"]:
        return Fraction(text)
    return int(text) if number["decimal"] else int(text, base=0)
