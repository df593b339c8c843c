"""A moment as a user writes it on the command line."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Final

import click

from slo_compiler.quantities import is_number

_SKEW: Final = 60.0
"""By so many seconds the clock of a server may be ahead of ours."""


def read_moment(said: str) -> float:
    """The seconds since 1970 of a time such as ``2026-03-01T12:00:00Z``, a day in UTC, or such seconds.

    Raises:
        click.UsageError: it is neither, or says not in which zone it is.
    """
    seconds = float(said) if is_number(said) else _timestamp(said)
    if not 0 <= seconds < 1e11:
        raise click.UsageError(f"{said} is no moment: seconds since 1970 have ten digits")
    return seconds


def read_past_moment(said: str) -> float:
    """The same of a time that has come.

    Raises:
        click.UsageError: it has not.
    """
    moment = read_moment(said)
    if moment > time.time() + _SKEW:
        raise click.UsageError(f"{said} is in the future, of which nothing is known yet")
    return moment


def _timestamp(said: str) -> float:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as failure:
        raise click.UsageError(f"{said} is no moment; write for example 2026-03-01T12:00:00Z") from failure
    if moment.tzinfo is not None:
        return moment.timestamp()
    if not _is_day(said):
        raise click.UsageError(f"{said} says not in which zone it is; write for example {said}Z")
    return moment.replace(tzinfo=UTC).timestamp()


def _is_day(said: str) -> bool:
    try:
        date.fromisoformat(said)
    except ValueError:
        return False
    return True
