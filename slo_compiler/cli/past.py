"""Which past a command is to look at: the options that say so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource
from msgspec import Struct

from slo_compiler.cli.cache_folder import cache_folder
from slo_compiler.cli.connection import READABLE, Connection, connection
from slo_compiler.cli.moment import read_moment
from slo_compiler.quantities import DAY, Seconds, parse_duration

Command = TypeVar("Command", bound=Callable[..., Any])

_SOURCES: Final = ("prometheus", "openmetrics", "csv")


class Past(Struct, frozen=True):
    """Which past is asked about; one of the three sources is named."""

    prometheus: str | None
    openmetrics: Path | None
    csv: Path | None
    last: Seconds | None
    until: float | None
    cache: Path | None
    """None to keep nothing."""
    how: Connection


def past_options(command: Command) -> Command:
    """The options that name a past, beside ``--prometheus``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS: Final = (
    click.option(
        "--openmetrics", type=READABLE, help="Read the history from this file in OpenMetrics format."
    ),
    click.option("--csv", type=READABLE, help="Read the history from this file: time, total, errors."),
    click.option(
        "--last", help="How much of the past to look at; 30d, and of a file all.", metavar="DURATION"
    ),
    click.option("--until", help="When it ends; now, and of a file its end.", metavar="TIME"),
    click.option(
        "--cache",
        type=click.Path(file_okay=False, path_type=Path),
        help="Keep answers of Prometheus here.  [default: in the user's cache folder]",
    ),
    click.option("--no-cache", is_flag=True, help="Keep no answers, and use none that were kept."),
)


def names_a_past() -> bool:
    """Whether the command line names a history, or a time."""
    told = click.get_current_context().get_parameter_source
    return any(told(name) is ParameterSource.COMMANDLINE for name in (*_SOURCES, "last", "until"))


def take_past(options: dict[str, Any]) -> Past:
    """Takes the options of a past out of what click hands to a command.

    Raises:
        click.UsageError: they do not name one past.
    """
    how = connection(options)
    sources = {name: options.pop(name) for name in _SOURCES}
    said = click.get_current_context().get_parameter_source("prometheus")
    if (sources["openmetrics"] or sources["csv"]) and said is not ParameterSource.COMMANDLINE:
        sources["prometheus"] = None  # that of the environment is for when nothing else is said
    if sum(source is not None for source in sources.values()) != 1:
        raise click.UsageError("name one history: --prometheus URL, --openmetrics FILE or --csv FILE")
    last, until = options.pop("last"), options.pop("until")
    cache, no_cache = options.pop("cache"), options.pop("no_cache")
    return Past(
        **sources,
        last=None if last is None else _duration(last),
        until=None if until is None else read_moment(until),
        cache=None if no_cache else cache or cache_folder("backtest"),
        how=how,
    )


def _duration(said: str) -> Seconds:
    try:
        found = parse_duration(said)
    except ValueError as failure:
        raise click.UsageError(f"--last {failure}") from failure
    if not 0 < found <= 3660 * DAY:
        raise click.UsageError(f"--last {said} is not between 0 and ten years")
    return found
