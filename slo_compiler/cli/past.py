"""Where history comes from: the options that say so, and what they lead to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

from slo_compiler.backtest import openmetrics, tallies
from slo_compiler.backtest.asking import Asking, whole_pieces
from slo_compiler.backtest.backtest import look_back
from slo_compiler.backtest.cache import Cache
from slo_compiler.backtest.history import Recall, Steps
from slo_compiler.backtest.openmetrics import read_openmetrics
from slo_compiler.backtest.questions import amount, ask_all
from slo_compiler.backtest.scraped import scraped_history
from slo_compiler.backtest.tallies import read_tallies, tallied_history
from slo_compiler.burnrate.plan import Plan
from slo_compiler.cli.connection import READABLE, Connection, connection, fail, prometheus
from slo_compiler.cli.progress import progress_bar
from slo_compiler.cli.report import report
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.prometheus.answers import Answer
from slo_compiler.prometheus.client import Prometheus
from slo_compiler.prometheus.failure import Failure, Reason
from slo_compiler.quantities import DAY, Seconds, parse_duration
from slo_compiler.replay.grid import Span

Command = TypeVar("Command", bound=Callable[..., Any])

Value = TypeVar("Value")

LAST: Final = 30 * DAY


@dataclass(frozen=True, slots=True)
class Past:
    """Which past is asked about; one of the three sources is named."""

    prometheus: str | None
    openmetrics: Path | None
    csv: Path | None
    last: Seconds | None
    until: float | None
    cache: Path | None
    """None to keep nothing."""
    how: Connection


@dataclass(frozen=True, slots=True)
class Recalled:
    """A past that can be recalled plan by plan: the time asked about, and what there is to say of it."""

    recall: Recall
    asked: Span
    notes: list[str] = field(default_factory=list)


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


def take_past(options: dict[str, Any]) -> Past:
    """Takes the options of a past out of what click hands to a command.

    Raises:
        click.UsageError: they do not name one past.
    """
    how = connection(options)
    sources = {name: options.pop(name) for name in ("prometheus", "openmetrics", "csv")}
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
        until=None if until is None else _time(until),
        cache=None if no_cache else cache or _cache_folder(),
        how=how,
    )


def recall(past: Past, plans: Sequence[Plan]) -> Recalled:
    """What recalls the history of the plans.

    Raises:
        click.ClickException: there is none to be had.
    """
    if past.prometheus is not None:
        return _from_prometheus(past.prometheus, past, plans)
    return _from_file(past, plans)


def _from_file(past: Past, plans: Sequence[Plan]) -> Recalled:
    """A file is read whole, and says itself when its time begins and ends."""
    file = past.openmetrics or past.csv
    if file is None:
        raise TypeError("a past has a source")
    content = _text(file)
    if past.openmetrics:
        series = _sound(read_openmetrics(file.as_posix(), content))
        asked = _asked(past, openmetrics.span_of(series))
        steps = _steps(plans, asked)
        return Recalled(lambda plan: scraped_history(plan, series, steps), asked)
    counted = _sound(read_tallies(file.as_posix(), content))
    asked = _asked(past, tallies.span_of(counted))
    steps = _steps(plans, asked)
    alone = len({plan.slo.id for plan in plans}) == 1
    return Recalled(lambda plan: tallied_history(plan, counted, steps, alone=alone), asked)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as failure:
        raise click.ClickException(f"{file} is no UTF-8 text, and so no history") from failure


def _sound(read: list[Value] | list[Diagnostic]) -> list[Value]:
    """What was read.

    Raises:
        click.exceptions.Exit: there are problems instead, which were reported.
    """
    problems = [each for each in read if isinstance(each, Diagnostic)]
    if problems:
        report(problems)
        raise click.exceptions.Exit(1)
    return [each for each in read if not isinstance(each, Diagnostic)]


def _asked(past: Past, held: Span) -> Span:
    end = held.end if past.until is None else past.until
    return Span(held.begin if past.last is None else end - float(past.last), end)


def _steps(plans: Sequence[Plan], asked: Span) -> Steps:
    interval = float(plans[0].windows.evaluation_interval) if plans else 60.0
    return whole_pieces(Steps.within(asked.begin - look_back(plans), asked.end, interval))


def _from_prometheus(url: str, past: Past, plans: Sequence[Plan]) -> Recalled:
    now = time.time()
    end = past.until or now
    asked = Span(end - float(past.last or LAST), end)
    steps = _steps(plans, asked)
    with progress_bar("asking", amount(plans, steps)) as bar:
        client = prometheus(url, past.how, bar.say)
        _greet(client)
        asking = Asking(client, now, _cache(past, client.url), step=bar.step)
        recalled = ask_all(plans, steps, asking, bar.doing)
    if isinstance(recalled, Failure):
        fail(recalled)
    return Recalled(recalled, asked, [f"{client.url}: {warning}" for warning in sorted(asking.warnings)])


def _greet(client: Prometheus) -> None:
    """Asks something small first, so that what is wrong with the address is told at once."""
    greeting: Answer[object] | Failure = client.build_info()
    if isinstance(greeting, Failure) and greeting.reason is Reason.NO_API:
        greeting = client.query("vector(1)")  # not all that speak the API say who they are
    if isinstance(greeting, Failure):
        fail(greeting)


def _cache(past: Past, url: str) -> Cache | None:
    """Answers are those of a server to a tenant and a user."""
    if past.cache is None:
        return None
    return Cache(past.cache, "\n".join((url, past.how.user or "", *sorted(past.how.headers))))


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "slo-compiler" / "backtest"


def _duration(said: str) -> Seconds:
    try:
        found = parse_duration(said)
    except ValueError as failure:
        raise click.UsageError(f"--last {failure}") from failure
    if not 0 < found <= 3660 * DAY:
        raise click.UsageError(f"--last {said} is not between 0 and ten years")
    return found


def _time(said: str) -> float:
    """A time of RFC 3339, in UTC where it does not say."""
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as failure:
        raise click.UsageError(
            f"--until {said} is no time; write for example 2026-11-01 or 2026-11-01T08:00:00Z"
        ) from failure
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
