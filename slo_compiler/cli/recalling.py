"""From the past that a command is told of to what is known of it: asked for, or read from a file."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NoReturn, TypeVar

import click
from msgspec import Struct, field
from msgspec.structs import replace

from slo_compiler.backtest import openmetrics, tallies
from slo_compiler.backtest.asking import Asking, whole_pieces
from slo_compiler.backtest.cache import Cache
from slo_compiler.backtest.history import Source, Steps
from slo_compiler.backtest.openmetrics import read_openmetrics
from slo_compiler.backtest.questions import amount, ask_all
from slo_compiler.backtest.scope import Scope, expressions, reach
from slo_compiler.backtest.scraped import scraped_source
from slo_compiler.backtest.tallies import read_tallies, tallied_source
from slo_compiler.burnrate.plan import Plan
from slo_compiler.cli.connection import fail, prometheus
from slo_compiler.cli.named_file import read_text
from slo_compiler.cli.past import Past
from slo_compiler.cli.progress import progress_bar
from slo_compiler.cli.report import report
from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.prometheus.answers import Answer
from slo_compiler.prometheus.client import Prometheus
from slo_compiler.prometheus.failure import Failure, Reason
from slo_compiler.quantities import DAY, Seconds, parse_duration
from slo_compiler.replay.grid import Span

Value = TypeVar("Value")

LAST: Final = 30 * DAY


class Recalled(Struct, frozen=True):
    """A past that can be recalled: by evaluation interval, the time asked about, and what to say of it."""

    sources: Mapping[Seconds, Source]
    asked: Span
    notes: list[str] = field(default_factory=list)

    def of(self, scope: Scope) -> Source:
        """The past at the evaluations of a scope."""
        return self.sources[scope.interval]


def recall(past: Past, scopes: Sequence[Scope]) -> Recalled:
    """What recalls the past of the scopes, each at its own evaluations.

    Raises:
        click.ClickException: there is none to be had.
    """
    if past.prometheus is not None and past.until is None:
        past = replace(past, until=time.time())  # the same for all
    intervals = sorted({scope.interval for scope in scopes})
    found = {
        interval: _recall(past, [scope for scope in scopes if scope.interval == interval])
        for interval in intervals
    }
    if not found:
        raise click.ClickException("there is no SLO whose history could be looked at")
    notes = [note for each in found.values() for note in each.notes]
    sources = {interval: source for each in found.values() for interval, source in each.sources.items()}
    return Recalled(sources, found[intervals[0]].asked, list(dict.fromkeys(notes)))


def _recall(past: Past, scopes: Sequence[Scope]) -> Recalled:
    """The same of scopes that are evaluated at the same time."""
    if past.prometheus is not None:
        return _from_prometheus(past.prometheus, past, scopes)
    return _from_file(past, scopes)


def _from_file(past: Past, scopes: Sequence[Scope]) -> Recalled:
    """A file is read whole, and says itself when its time begins and ends."""
    file = past.openmetrics or past.csv
    if file is None:
        raise TypeError("a past has a source")
    content = read_text(file)
    if past.openmetrics:
        series = _sound(read_openmetrics(file.as_posix(), content))
        asked = _asked(past, openmetrics.span_of(series))
        return _recalled(scopes, scraped_source(_plans(scopes), series, _steps(scopes, asked)), asked)
    counted = _sound(read_tallies(file.as_posix(), content))
    asked = _asked(past, tallies.span_of(counted))
    ids = sorted({slo_id for scope in scopes for slo_id in scope.asked})
    if ids[1:] and not any(each.slo for each in counted):
        why = f"there is no column slo, and there are {len(ids)} SLOs: choose one with --slo, or name them"
        _refuse(error(Position(file.as_posix()), "history/columns", why))
    unnamed = None if ids[1:] else next(iter(ids), None)
    return _recalled(scopes, tallied_source(counted, _steps(scopes, asked), unnamed), asked)


def _recalled(scopes: Sequence[Scope], source: Source, asked: Span, notes: Iterable[str] = ()) -> Recalled:
    return Recalled({scopes[0].interval: source}, asked, list(notes))


def _plans(scopes: Iterable[Scope]) -> list[Plan]:
    return [plan for scope in scopes for plan in scope.plans]


def _sound(read: list[Value] | list[Diagnostic]) -> list[Value]:
    """What was read.

    Raises:
        click.exceptions.Exit: there are problems instead, which were reported.
    """
    problems = [each for each in read if isinstance(each, Diagnostic)]
    if problems:
        _refuse(*problems)
    return [each for each in read if not isinstance(each, Diagnostic)]


def _refuse(*problems: Diagnostic) -> NoReturn:
    report(problems)
    raise click.exceptions.Exit(1)


def _asked(past: Past, held: Span) -> Span:
    """What is asked about of the time that a file holds.

    Raises:
        click.UsageError: nothing of it.
    """
    end = held.end if past.until is None else min(past.until, held.end)
    if past.until is not None and past.last is None and end <= held.begin:
        begin = datetime.fromtimestamp(held.begin, UTC).isoformat(timespec="seconds")
        raise click.UsageError(f"--until is not after the beginning of the history, {begin}: nothing is left")
    return Span(held.begin if past.last is None else end - float(past.last), end)


def _steps(scopes: Sequence[Scope], asked: Span) -> Steps:
    interval = float(scopes[0].interval)
    return whole_pieces(Steps.within(asked.begin - reach(scopes), asked.end, interval))


def _from_prometheus(url: str, past: Past, scopes: Sequence[Scope]) -> Recalled:
    now = time.time()
    end = min(now, now if past.until is None else past.until)
    asked = Span(end - float(past.last or LAST), end)
    steps, plans, exprs = _steps(scopes, asked), _plans(scopes), expressions(scopes)
    with progress_bar("asking", amount(plans, exprs, steps)) as bar:
        client = prometheus(url, past.how, bar.say)
        _greet(client)
        notes = list(_forgotten(client, now - steps.begin, now - asked.begin))
        asking = Asking(client, now, _cache(past, client.url), step=bar.step)
        source = ask_all(plans, exprs, steps, asking, bar.doing)
    if isinstance(source, Failure):
        fail(source)
    notes += [f"{client.url}: {warning}" for warning in sorted(asking.warnings)]
    return _recalled(scopes, source, asked, notes)


def _greet(client: Prometheus) -> None:
    """Asks something small first, so that what is wrong with the address is told at once."""
    greeting: Answer[object] | Failure = client.build_info()
    if isinstance(greeting, Failure) and greeting.reason is Reason.NO_API:
        greeting = client.query("vector(1)")  # not all that speak the API say who they are
    if isinstance(greeting, Failure):
        fail(greeting)


def _forgotten(client: Prometheus, read: float, asked: float) -> Iterator[str]:
    """What a server has forgotten of the seconds that are read, and of those that are asked about.

    Not all that speak the API say how long they keep samples.
    """
    told = client.retention()
    if isinstance(told, Failure):
        return
    try:
        kept = float(parse_duration(told.value.partition(" ")[0]))
    except ValueError:
        return
    if kept < asked:
        yield (
            f"{client.url} keeps samples for {told.value} (--storage.tsdb.retention.time): of what was "
            "before that nothing is known"
        )
    elif kept < read:
        yield (
            f"{client.url} keeps samples for {told.value}: in the first days the longest windows do not see "
            "all that they look back at, so that tickets may be missing there"
        )


def _cache(past: Past, url: str) -> Cache | None:
    """Answers are those of a server to a tenant and a user, or to who has a token."""
    if past.cache is None:
        return None
    who = past.how.user or str(past.how.token_file or "")
    return Cache(past.cache, "\n".join((url, who, *sorted(past.how.headers))))
