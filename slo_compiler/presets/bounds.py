"""The bounds of a histogram's buckets: a threshold has to be one of them, and is written as a duration."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from slo_compiler.model.system import Metric, Unit
from slo_compiler.quantities import MILLISECOND, Seconds, format_decimal, parse_duration

# Finer than Prometheus's own durations, for bounds that are no whole number of milliseconds.
_DECIMAL: Final = r"([0-9]{1,12}(?:\.[0-9]{1,20})?)(us|ms|s)"


@lru_cache(maxsize=1024)  # as parse_duration
def parse_bound(text: str) -> Seconds:
    """The seconds of a threshold: a duration such as ``250ms``, or a decimal such as ``0.7481827642679213s``.

    Raises:
        ValueError: the text is neither, or no time at all.
    """
    match = re.fullmatch(_DECIMAL, text)
    seconds = parse_duration(text) if match is None else Fraction(match[1]) * (Unit(match[2]).seconds or 0)
    if seconds <= 0:
        raise ValueError("no request is answered within 0 or less; give a positive threshold")
    return seconds


def format_bound(bound: Fraction, unit: Unit) -> str:
    """A bound in a metric's unit, as ``parse_bound`` reads it: ``500ms``, ``2.5s``, or else in that unit."""
    milliseconds = bound * seconds_of(unit) / MILLISECOND
    if milliseconds.denominator != 1:
        return f"{format_decimal(bound, digits=17)}{unit.value}"
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    return f"{format_decimal(milliseconds / 1000)}s"


def seconds_of(unit: Unit | None) -> Fraction:
    """How many seconds a unit of time is.

    Raises:
        ValueError: it is no unit of time.
    """
    seconds = None if unit is None else unit.seconds
    if seconds is None:
        raise ValueError(f"{unit} is no unit of time")
    return seconds


def neighbours(bound: Fraction, bounds: tuple[Fraction, ...]) -> tuple[Fraction | None, Fraction | None]:
    """The next bound below and above one."""
    below = [each for each in bounds if each < bound]
    above = [each for each in bounds if each > bound]
    return (below[-1] if below else None, above[0] if above else None)


def unbounded_problem(threshold: str, bound: Fraction, metric: Metric, bounds: tuple[Fraction, ...]) -> str:
    """What a message says of a threshold that is no bound."""
    unit = metric.unit or Unit.SECONDS
    near = [format_bound(each, unit) for each in neighbours(bound, bounds) if each is not None]
    return (
        f"{metric.name} has no bucket that ends at {threshold}, so that nothing would count as fast enough; "
        f"choose {' or '.join(near)}"
    )
