"""A moment as a user writes it on the command line."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import click


def read_moment(said: str) -> float:
    """The seconds since 1970 of a time such as ``2026-03-01T12:00:00Z``, or of such seconds.

    Raises:
        click.UsageError: it is neither, or says not in which zone it is.
    """
    try:
        seconds = float(said)
    except ValueError:
        seconds = _timestamp(said)
    if not (math.isfinite(seconds) and 0 <= seconds < 1e11):
        raise click.UsageError(f"{said} is no moment: seconds since 1970 have ten digits")
    return seconds


def _timestamp(said: str) -> float:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as failure:
        raise click.UsageError(
            f"{said} is no moment; write for example {datetime(2026, 3, 1, 12, tzinfo=UTC).isoformat()}"
        ) from failure
    if moment.tzinfo is None:
        raise click.UsageError(f"{said} says not in which zone it is; write for example {said}Z")
    return moment.timestamp()
