"""The types of quantities in a spec: how each is read, refused, and described to an editor."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, TypeVar

from slo_compiler.quantities import (
    DAY,
    Ratio,
    Seconds,
    format_decimal,
    format_percent,
    parse_duration,
    parse_percent,
)
from slo_compiler.schema.refusal import MistypedError, RefusedError, described
from slo_compiler.schema.shape import Json, before, reads

Read = TypeVar("Read")

# What an editor checks before the compiler does: as much of the rules below as a regular expression can say.
DURATION = (
    r"^(?=.*[1-9])([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"  # and not 0
)
OBJECTIVE = r"^(?!0*(\.0*)?\s*%)0{0,18}[0-9]{1,2}(\.[0-9]{1,10})?\s*%$"  # above 0% and below 100%
PERCENTAGE = r"^0{0,18}[0-9]{1,5}(\.[0-9]{1,20})?\s*%$"
SHARE = r"^(?!0*(\.0*)?\s*%)0{0,18}[0-9]{1,2}(\.[0-9]{1,20})?\s*%$"

MOST_DECIMALS = 10
"""Of an objective in percent: 99.9999999999% allows a millisecond in 30 years."""

MOST_ERRORS = 1_000_000

MOST_TRAFFIC = 100
"""How many times the usual traffic there may be."""


def _from_text(parse: Callable[[str], Read], kind: str, example: str) -> Callable[[Any], Read]:
    """A validator that parses text and says what it wanted when it is given anything else."""

    def read(value: Any) -> Read:
        if not isinstance(value, str):
            raise MistypedError(
                f"{described(value)} stands where {kind} is wanted; write for example {example}"
            )
        return parse(value)

    return read


def _objective(value: Any) -> Ratio:
    if not isinstance(value, str | bool) and isinstance(value, int | Fraction):
        number = Fraction(value)
        percent = format_decimal(number * 100 if 0 < number < 1 else number)
        raise RefusedError(f"{format_decimal(number)} is not a percentage; did you mean {percent}%?")
    return _from_text(_promised, "a percentage", "99.9%")(value)


@lru_cache(maxsize=1024)  # thousands of SLOs promise the same
def _promised(text: str) -> Ratio:
    ratio = parse_percent(text)
    if ratio >= 1:
        raise RefusedError(
            f"an objective of {text} leaves no error budget: nothing could burn, and no alert ever fire; "
            "choose one below 100%"
        )
    if ratio <= 0:
        raise RefusedError(f"an objective of {text} is always kept: no alert could ever fire")
    if (ratio * 100 * 10**MOST_DECIMALS).denominator != 1:
        rounded = format_percent(Fraction(int(ratio * 10**6), 10**6))
        raise RefusedError(
            f"an objective of {text} has more than {MOST_DECIMALS} decimals, which no rule could tell from "
            f"a rounded one; write for example {rounded}"
        )
    return ratio


def _share(value: Any) -> Ratio:
    ratio = _from_text(parse_percent, "a percentage", "2%")(value)
    if not 0 < ratio < 1:
        raise RefusedError(f"{value} of the budget is no part of it; choose more than 0% and less than 100%")
    return ratio


def _error_share(value: Any) -> Ratio:
    ratio = _from_text(parse_percent, "a percentage", "20%")(value)
    if ratio > 1:
        raise RefusedError(f"{value} of events cannot fail: there are no more than 100%")
    return ratio


def _traffic_share(value: Any) -> Ratio:
    ratio = _from_text(parse_percent, "a percentage", "10%")(value)
    if ratio > MOST_TRAFFIC:
        raise RefusedError(f"{value} of the usual traffic is more than a hundred times as much; choose less")
    return ratio


def _part(value: Any) -> Ratio:
    ratio = _from_text(parse_percent, "a percentage", "50%")(value)
    if not 0 < ratio <= 1:
        raise RefusedError(f"{value} is no part of a whole; choose more than 0%, and 100% at most")
    return ratio


def _label_share(value: Any) -> Ratio:
    ratio = _from_text(parse_percent, "a percentage", "30%")(value)
    if ratio > MOST_TRAFFIC:
        raise RefusedError(f"{value} of the labels is more than a hundred times as many as are due")
    return ratio


def _drift_score(value: Any) -> Fraction:
    number = _number(value)
    if number <= 0:
        raise RefusedError(
            f"a score of {format_decimal(number)} times its threshold is none; above 1 it drifts, so write "
            "for example 2.5"
        )
    return number


def _period(value: Any) -> Seconds:
    seconds = _positive_duration(value)
    if seconds < DAY:
        raise RefusedError(f"into a window of {value} fits no burn-rate tier; choose at least 1d")
    if seconds > 366 * DAY:
        raise RefusedError(
            f"over a window of {value} a budget burns too slowly for anybody to act on, and few Prometheus "
            "servers keep samples for so long; choose at most 366d"
        )
    return seconds


def _positive_duration(value: Any) -> Seconds:
    seconds = _from_text(parse_duration, "a duration", "30d, 6h or 5m")(value)
    if seconds == 0:
        raise RefusedError("a duration of 0 holds no samples; give a positive one such as 5m")
    return seconds


def _number(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise MistypedError(f"{described(value)} stands where a number is wanted; write for example 0.8")
    return Fraction(value)


def _burn_rate(value: Any) -> Fraction:
    number = _number(value)
    if number <= 0:
        raise RefusedError(
            f"at a burn rate of {format_decimal(number)} no budget burns; write how many times faster than "
            "the objective allows it does, for example 14.4"
        )
    return number


def _drift_threshold(value: Any) -> Fraction | str:
    """A number, or the selector of a gauge."""
    if isinstance(value, str) and value:
        return value
    number = _number(value)
    if number <= 0:
        raise RefusedError(
            f"above a threshold of {format_decimal(number)} everything drifts; give a positive one"
        )
    return number


def _tolerance(value: Any) -> Fraction:
    number = _number(value)
    if not 1 <= number <= 10:
        raise RefusedError(
            f"a tolerance of {format_decimal(number)} is not between 1, with which the usual score itself "
            "is the limit, and 10; write for example 1.3"
        )
    return number


def _threshold(value: Any) -> Seconds | str:
    """A duration as text, or a plain number in the histogram's own unit."""
    number = parse_duration(value) if isinstance(value, str) else _number(value)
    if number <= 0:
        raise RefusedError("no request is answered within 0 or less; give a positive threshold")
    return value if isinstance(value, str) else number


def _min_errors(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise MistypedError(f"{described(value)} stands where a whole number is wanted; write for example 3")
    if not 1 <= value <= MOST_ERRORS:
        raise RefusedError(
            f"{value} is not between 1, with which a single error is enough to alert, and {MOST_ERRORS:,}"
        )
    return value


def _given(value: Any) -> Any:
    if value is None:
        raise RefusedError(
            "nothing is given here, so that the default would hold; give a value or remove the key"
        )
    return value


def _written(pattern: str, example: str) -> Json:
    return {"type": "string", "pattern": pattern, "maxLength": 40, "examples": [example]}


Given: TypeAlias = Annotated[Read | None, before(_given)]
"""What may be left out; a key with nothing behind it is refused all the same."""

Objective: TypeAlias = Annotated[Fraction, reads(_objective, _written(OBJECTIVE, "99.9%"))]
InheritedObjective: TypeAlias = Annotated[Fraction | None, reads(_objective, _written(OBJECTIVE, "99.9%"))]
"""An objective that may be left out, where a class has one; nothing behind the key is no objective."""
Share: TypeAlias = Annotated[Fraction, reads(_share, _written(SHARE, "2%"))]
ErrorShare: TypeAlias = Annotated[Fraction, reads(_error_share, _written(PERCENTAGE, "20%"))]
TrafficShare: TypeAlias = Annotated[Fraction, reads(_traffic_share, _written(PERCENTAGE, "10%"))]
Part: TypeAlias = Annotated[Fraction, reads(_part, _written(PERCENTAGE, "50%"))]
LabelShare: TypeAlias = Annotated[Fraction, reads(_label_share, _written(PERCENTAGE, "30%"))]
DriftScore: TypeAlias = Annotated[
    Fraction,
    reads(_drift_score, {"type": "number", "exclusiveMinimum": 0, "examples": [2.5]}),
]
Period: TypeAlias = Annotated[Fraction, reads(_period, _written(DURATION, "30d"))]
Duration: TypeAlias = Annotated[Fraction, reads(_positive_duration, _written(DURATION, "5m"))]
Number: TypeAlias = Annotated[Fraction, reads(_number, {"type": "number"})]
BurnRate: TypeAlias = Annotated[
    Fraction,
    reads(_burn_rate, {"type": "number", "exclusiveMinimum": 0, "examples": [14.4]}),
]
LatencyThreshold: TypeAlias = Annotated[
    Fraction | str,
    reads(
        _threshold,
        {
            "anyOf": [
                {"type": "string", "pattern": DURATION, "maxLength": 40},
                {"type": "number", "exclusiveMinimum": 0},
            ],
            "examples": ["250ms"],
        },
    ),
]
DriftThreshold: TypeAlias = Annotated[
    Fraction | str,
    reads(
        _drift_threshold,
        {"anyOf": [{"type": "number"}, {"type": "string", "minLength": 1}], "examples": [0.2]},
    ),
]
Tolerance: TypeAlias = Annotated[
    Fraction,
    reads(_tolerance, {"type": "number", "minimum": 1, "maximum": 10, "examples": [1.3]}),
]
MinErrors: TypeAlias = Annotated[
    int,
    reads(_min_errors, {"type": "integer", "minimum": 1, "maximum": MOST_ERRORS}),
]
