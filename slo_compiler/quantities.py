"""Durations and ratios: read from text and printed as text, exactly.

A duration is a ``Fraction`` of seconds, a ratio a plain ``Fraction``: nothing here is ever a float.
"""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from functools import lru_cache
from typing import Final, TypeAlias

Seconds: TypeAlias = Fraction
"""A length of time in seconds."""

Ratio: TypeAlias = Fraction
"""A dimensionless number, such as an objective of 999/1000."""

MILLISECOND: Final = Fraction(1, 1000)
SECOND: Final = Fraction(1)
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

# The units of Prometheus, largest first: a duration names each at most once, in this order.
# https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
_UNITS: Final = {
    "y": 365 * DAY,
    "w": 7 * DAY,
    "d": DAY,
    "h": HOUR,
    "m": MINUTE,
    "s": SECOND,
    "ms": MILLISECOND,
}
_DURATION: Final = re.compile("".join(rf"(?:([0-9]+){unit})?" for unit in _UNITS))
# 28d reads better than 4w, and 365d than 1y. In whole milliseconds: fractions cost ten times as much.
_PRINTED_UNITS: Final = {unit: int(_UNITS[unit] / MILLISECOND) for unit in ("d", "h", "m", "s", "ms")}
# The rules of many SLOs have few numbers between them. What is remembered goes by integers: the hash of a
# fraction takes a modular inverse, and with it nearly as long as printing.
_REMEMBERED: Final = 4096

_LONGEST: Final = Fraction(2**63 - 1, 10**9)  # Prometheus counts nanoseconds in a signed 64-bit integer
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_PERCENT: Final = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,20})?)\s*%")


@lru_cache(maxsize=1024)  # the windows of an SLO stand in all its expressions
def parse_duration(text: str) -> Seconds:
    """The seconds that a Prometheus duration such as ``1h30m`` or ``250ms`` stands for.

    Raises:
        ValueError: the text is no such duration, or Prometheus could not hold it.
    """
    match = _DURATION.fullmatch(text)
    if not text or match is None or len(text) > 40:
        raise ValueError(f"{_shortened(text)} is not a duration; write for example 30d, 6h, 5m or 1h30m")
    total = sum(
        (int(count) * unit for count, unit in zip(match.groups(), _UNITS.values(), strict=True) if count),
        start=Fraction(0),
    )
    if total > _LONGEST:
        raise ValueError(f"{text!r} is longer than Prometheus can count (292 years)")
    return total


def format_duration(seconds: Seconds) -> str:
    """The seconds as Prometheus writes them, exactly: ``5m``, ``1h30m``, ``30d``, ``0s``.

    Raises:
        ValueError: the duration is negative or no whole number of milliseconds.
    """
    numerator, denominator = seconds.as_integer_ratio()
    milliseconds, remainder = divmod(numerator * 1000, denominator)
    if milliseconds < 0 or remainder:
        raise ValueError(f"{seconds} s cannot be written as a Prometheus duration")
    return _duration(milliseconds)


@lru_cache(maxsize=_REMEMBERED)
def _duration(rest: int) -> str:
    parts = []
    for unit, length in _PRINTED_UNITS.items():
        if rest >= length:
            count, rest = divmod(rest, length)
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def approximate_duration(seconds: Seconds) -> str:
    """The seconds for a human: the two largest units, rounded (``8m38s``, ``4.3s``, ``3d2h``)."""
    return _approximate(*seconds.as_integer_ratio())


@lru_cache(maxsize=_REMEMBERED)
def _approximate(numerator: int, denominator: int) -> str:
    seconds = Fraction(numerator, denominator)
    if seconds < 10:
        return f"{format_decimal(seconds, digits=2)}s"
    for larger, smaller in itertools.pairwise(("d", "h", "m", "s")):
        if seconds >= _UNITS[larger]:
            rounded = round(seconds / _UNITS[smaller]) * _UNITS[smaller]
            return format_duration(rounded)
    return format_duration(Fraction(round(seconds)))


def is_number(text: str) -> bool:
    """Whether a text is a decimal number as any program writes it, maybe with an exponent.

    Python reads more: ``1_000``, ``nan``, ``infinity``, digits of all scripts, ``1/3`` as a fraction, and
    exponents that take all memory there is.
    """
    return _NUMBER.fullmatch(text) is not None


@lru_cache(maxsize=1024)  # thousands of SLOs promise the same
def parse_percent(text: str) -> Ratio:
    """The ratio that a percentage such as ``99.9%`` stands for: 999/1000, exactly.

    Raises:
        ValueError: the text is no decimal number followed by a percent sign.
    """
    match = _PERCENT.fullmatch(text)
    if match is None:
        raise ValueError(f"{_shortened(text)} is not a percentage; write for example 99.9%")
    return Fraction(match[1]) / 100


def format_percent(ratio: Ratio, *, digits: int = 12) -> str:
    """The ratio as a percentage, exact where at most ``digits`` significant digits can say it: ``99.9%``."""
    return f"{format_decimal(ratio * 100, digits=digits)}%"


def format_decimal(number: Fraction, *, digits: int = 12) -> str:
    """The number in plain decimal notation, never with an exponent, rounded to significant digits.

    Args:
        number: any fraction.
        digits: how many significant digits to keep. A number that needs no more is printed exactly.
    """
    return _decimal(number.numerator, number.denominator, digits)


@lru_cache(maxsize=_REMEMBERED)
def _decimal(number: int, denominator: int, digits: int) -> str:
    if number == 0:
        return "0"
    sign, numerator = "-" if number < 0 else "", abs(number)
    scale = digits - 1 - _decimal_exponent(numerator, denominator)
    scaled = round(Fraction(numerator * 10 ** max(scale, 0), denominator * 10 ** max(-scale, 0)))
    if scale <= 0:
        return f"{sign}{scaled * 10**-scale}"
    whole, fraction = divmod(scaled, 10**scale)
    decimals = str(fraction).zfill(scale).rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def _decimal_exponent(numerator: int, denominator: int) -> int:
    """The e for which 10**e <= numerator / denominator < 10**(e + 1)."""
    exponent = len(str(numerator)) - len(str(denominator))
    reached = numerator * 10 ** max(-exponent, 0) >= denominator * 10 ** max(exponent, 0)
    return exponent if reached else exponent - 1


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
