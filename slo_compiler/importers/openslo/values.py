"""Durations and targets as OpenSLO writes them: ``m`` is a minute and ``M`` a month, 0.999 is 99.9 %."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import telling
from slo_compiler.importers.fields import Fields, number_in
from slo_compiler.quantities import DAY, HOUR, MINUTE, SECOND, Seconds, format_percent
from slo_compiler.schema.refusal import described
from slo_compiler.schema.yaml.nodes import ScalarNode

UNITS: Final = {
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
    "d": DAY,
    "w": 7 * DAY,
    "M": 30 * DAY,
    "Q": 90 * DAY,
    "Y": 365 * DAY,
}
"""The postfixes of a duration. Months differ in length, and windows here do not."""

OF_DIFFERENT_LENGTH: Final = ("M", "Q", "Y")

NAMED_UNITS: Final = {
    "second": "s",
    "minute": "m",
    "hour": "h",
    "day": "d",
    "week": "w",
    "month": "M",
    "quarter": "Q",
    "year": "Y",
}
"""The units of v1alpha."""

LONGEST: Final = 10 * 365 * DAY

_DURATION: Final = re.compile(rf"([0-9]{{1,9}})\s*([{''.join(UNITS)}])")


def duration(value: ScalarNode, found: list[Diagnostic]) -> Seconds | None:
    """The seconds of a duration such as ``4w``; a plain number is minutes."""
    minutes = number_in(value)
    if minutes is not None and 0 < minutes <= LONGEST / MINUTE and (minutes * MINUTE).denominator == 1:
        return minutes * MINUTE
    written = _DURATION.fullmatch(value.text.strip())
    if written is None:
        message = (
            f"{described(value.text)} is not a duration: a number and one of m (minutes), h, d, w, M "
            "(months), Q and Y, such as 28d"
        )
        found.append(telling.invalid(value.position, message))
        return None
    return int(written[1]) * UNITS[written[2]]


def unit_of(value: ScalarNode) -> str:
    """The postfix of a duration."""
    return value.text.strip()[-1:]


def target(objective: Fields, found: list[Diagnostic]) -> tuple[Fraction, ScalarNode] | None:
    """The share of good events that is promised, and where: ``target`` or ``targetPercent``."""
    share, percent = objective.scalar("target"), objective.scalar("targetPercent")
    given = [value for value in (share, percent) if value is not None]
    if len(given) != 1:
        message = (
            "target and targetPercent exclude each other: which of them is promised is not clear"
            if given
            else "target is missing: nothing is promised"
        )
        found.append(telling.invalid(objective.position, message))
        return None
    (value,) = given
    text = value.text.strip()
    number = (
        Fraction(text[:-1]) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,20})?\s*%", text) else number_in(value)
    )
    if number is None:
        found.append(
            telling.invalid(value.position, f"{described(value.text)} stands where a target is wanted")
        )
        return None
    is_percent = percent is not None or text.endswith("%")
    if not is_percent and number > 1:
        message = f"a target is a share of 1, such as 0.999: {text} is taken for {text}%"
        found.append(telling.changed(value.position, message))
        is_percent = True
    if percent is not None and number <= 1:
        message = (
            f"targetPercent: {text} promises {format_percent(number / 100)}; did you mean target: {text}?"
        )
        found.append(telling.changed(value.position, message))
    return (number / 100 if is_percent else number), value
