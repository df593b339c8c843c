"""What may be told: each value is refused where it would mislead an alert, before it reaches a metric."""

from __future__ import annotations

import math
import time
from collections.abc import Collection
from datetime import datetime
from typing import Final, TypeAlias

Moment: TypeAlias = datetime | float
"""A time: aware, or in seconds since 1970."""

_FIRST_IN_MILLISECONDS: Final = 1e11
"""As seconds, this is the year 5138; as milliseconds, 1973."""


def text(name: str, value: str) -> str:
    """The value of a label that has to say something.

    Raises:
        ValueError: it is empty, which Prometheus takes for no label at all.
    """
    if not isinstance(value, str) or not value:
        raise ValueError(
            f"{name} is {value!r}; rules find a series by it, so it has to be a text with something in it"
        )
    return value


def one_of(name: str, value: str, known: Collection[str]) -> str:
    """The value of a label that has only a few.

    Raises:
        ValueError: it is none of them.
    """
    if value not in known:
        raise ValueError(
            f"{name} is {value!r}, which no rule looks for; it has to be one of {', '.join(known)}"
        )
    return value


def level(name: str, value: float) -> float:
    """A number of at least 0 for a gauge.

    Raises:
        ValueError: it is negative, infinite or no number, which compares with no threshold.
    """
    number = float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError(
            f"{name} is {value!r}; it has to be a finite number of at least 0, or no alert could compare it"
        )
    return number


def count(value: int) -> int:
    """How many events there were.

    Raises:
        ValueError: fewer than none, or no whole number.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no count of events, which is a whole number of at least 0")
    return value


def seconds(moment: Moment | None) -> float:
    """A time as seconds since 1970; now for None.

    Raises:
        ValueError: the time zone is not known, or the number can only be milliseconds.
    """
    if moment is None:
        return time.time()
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError(
                f"{moment!r} has no time zone, and could be hours away from what is meant; add tzinfo"
            )
        return moment.timestamp()
    number = level("a time", moment)
    if number >= _FIRST_IN_MILLISECONDS:
        raise ValueError(
            f"{moment!r} is no time in seconds since 1970; it looks like milliseconds, divide it by 1000"
        )
    return number
