"""Events and errors from a CSV file: a line for each stretch of time, with what was counted in it."""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct

from slo_compiler.backtest.history import (
    MOST_EVENTS,
    Group,
    History,
    Source,
    Steps,
    Table,
    history,
    raw_windows,
)
from slo_compiler.burnrate.plan import Plan
from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.model.indicator import ErrorRatio
from slo_compiler.quantities import Seconds, is_number
from slo_compiler.replay.grid import Array, Span

TIME, SLO, TOTAL, ERRORS, GOOD = "time", "slo", "total", "errors", "good"
KNOWN: Final = (TIME, SLO, TOTAL, ERRORS, GOOD)


class Tally(Struct, frozen=True, eq=False):
    """What was counted of one group of an SLO: in the time before each of ``times``, as long as ``apart``.

    ``slo`` is as the file names it: empty where it names none.
    """

    slo: str
    group: Group
    apart: float
    times: Array
    events: Array
    errors: Array


class _Row(NamedTuple):
    line: int
    slo: str
    group: Group
    time: float
    events: float
    errors: float


def read_tallies(path: str, text: str) -> list[Tally] | list[Diagnostic]:
    """What a file has counted, or everything that is wrong with it."""
    lines = csv.reader(text.splitlines())
    columns = [name.strip() for name in next(lines, [])]
    problems = list(_column_problems(path, columns))
    if problems:
        return problems
    rows: list[_Row] = []
    for number, fields in enumerate(lines, start=2):
        if fields:
            row = _row(Position(path, number), columns, fields)
            if isinstance(row, Diagnostic):
                problems.append(row)
            else:
                rows.append(row)
    grouped: dict[tuple[str, Group], list[_Row]] = defaultdict(list)
    for row in rows:
        grouped[row.slo, row.group].append(row)
    problems += [problem for each in grouped.values() for problem in _order_problems(path, each)]
    if not rows and not problems:
        problems = [error(Position(path), "history/empty", "there is no line in it below the columns")]
    return problems or [_tally(*key, each) for key, each in grouped.items()]


def span_of(tallies: Sequence[Tally]) -> Span:
    """From the begin of the first stretch of time to the end of the last."""
    return Span(
        min(float(each.times[0]) - each.apart for each in tallies),
        max(float(each.times[-1]) for each in tallies),
    )


def tallied_source(tallies: Sequence[Tally], steps: Steps, unnamed: str | None) -> Source:
    """The past that was counted, of which nothing else is known.

    Args:
        tallies: of all SLOs.
        steps: when it is evaluated.
        unnamed: the id of the SLO that lines are of which name none.
    """
    return Source(
        recall=lambda plan: tallied_history(plan, tallies, steps, alone=plan.slo.id == unnamed),
        raw=lambda _: None,
        steps=steps,
        blind="a CSV file counts the events of SLOs alone",
    )


def tallied_history(
    plan: Plan, tallies: Sequence[Tally], steps: Steps, *, alone: bool
) -> History | list[Diagnostic]:
    """The history of a plan: what was counted, evenly spread over the time in which it was.

    Args:
        plan: whose history.
        tallies: of all SLOs.
        steps: when it is evaluated.
        alone: whether it is the only SLO, so that lines that name none are its.
    """
    slo = plan.slo
    named = ("",) if alone else ()
    mine = [each for each in tallies if each.slo in (slo.id, slo.name, *named)]
    wanted = [each for each in mine if {name for name, _ in each.group} <= set(slo.group_by)]
    if mine and not wanted:
        asked = ", ".join(slo.group_by) or "none, for it has no group_by"
        why = f"the columns of labels are not those that {slo.id} is grouped by: {asked}"
        return [error(slo.position, "history/columns", why)]
    windows = raw_windows(plan)
    is_ratio = isinstance(slo.indicator, ErrorRatio)
    read = {length: [_within(each, length, steps) for each in wanted] for length in windows}
    if is_ratio:
        read = {
            length: [(events / events, errors / events) for events, errors in each]
            for length, each in read.items()
        }
    groups = tuple(each.group for each in wanted)
    return history(
        steps,
        {length: _table(groups, [events for events, _ in read[length]], steps) for length in windows},
        {length: _table(groups, [errors for _, errors in read[length]], steps) for length in windows},
        counts_good=False,
    )


def _table(groups: tuple[Group, ...], rows: Sequence[Array], steps: Steps) -> Table:
    return Table(groups, np.array(rows).reshape(len(groups), steps.count))


def _within(tally: Tally, length: Seconds, steps: Steps) -> tuple[Array, Array]:
    """Events and errors within a window before each step; no number where nothing of it was counted."""
    begins = np.maximum(tally.times - tally.apart, np.concatenate(([-np.inf], tally.times[:-1])))
    edges = np.column_stack((begins, tally.times)).ravel()
    ends, starts = steps.times, steps.times - float(length)

    def counted(amounts: Array) -> Array:
        so_far = np.concatenate(([0.0], np.cumsum(amounts)))
        levels = np.column_stack((so_far[:-1], so_far[1:])).ravel()
        found: Array = np.interp(ends, edges, levels) - np.interp(starts, edges, levels)
        return found

    known = counted(tally.times - begins) > 0
    return (
        np.where(known, counted(tally.events), np.nan),
        np.where(known, counted(tally.errors), np.nan),
    )


def _column_problems(path: str, columns: Sequence[str]) -> Iterator[Diagnostic]:
    place = Position(path)
    if not columns:
        yield error(place, "history/empty", "there is nothing in it")
        return
    wanted = f"a history has the columns {TIME}, {TOTAL} and {ERRORS}, or {GOOD} in place of it"
    for name in (TIME, TOTAL):
        if name not in columns:
            yield error(place, "history/columns", f"there is no column {name}: {wanted}")
    if (ERRORS in columns) == (GOOD in columns):
        both = "both" if ERRORS in columns else "neither"
        yield error(
            place, "history/columns", f"there are {both} of the columns {ERRORS} and {GOOD}: {wanted}"
        )
    if len(set(columns)) < len(columns):
        yield error(place, "history/columns", "a column stands twice: only one of them could be meant")


def _row(place: Position, columns: Sequence[str], fields: Sequence[str]) -> _Row | Diagnostic:
    if len(fields) != len(columns):
        return error(
            place, "history/columns", f"there are {len(fields)} fields here, and {len(columns)} columns"
        )
    told = dict(zip(columns, (field.strip() for field in fields), strict=True))
    time = _time(told[TIME])
    if time is None:
        why = f"{told[TIME][:40]!r} is no time; write 2026-11-01T08:00:00Z, or seconds since 1970"
        return error(place, "history/time", why)
    counts = {}
    for name in (TOTAL, ERRORS if ERRORS in told else GOOD):
        count = _count(told[name])
        if count is None:
            why = f"{told[name][:40]!r} is no number of events, from 0 to {MOST_EVENTS:,}"
            return error(place, "history/value", why)
        counts[name] = count
    errors = counts[ERRORS] if ERRORS in counts else counts[TOTAL] - counts[GOOD]
    if not 0 <= errors <= counts[TOTAL]:
        part = ERRORS if ERRORS in counts else GOOD
        why = f"there are more {part} than events in all: {counts[part]:g} of {counts[TOTAL]:g}"
        return error(place, "history/value", why)
    group = tuple(sorted((name, value) for name, value in told.items() if name not in KNOWN and value))
    return _Row(place.line, told.get(SLO, ""), group, time, counts[TOTAL], errors)


def _order_problems(path: str, rows: Sequence[_Row]) -> Iterator[Diagnostic]:
    """The first line that is not later than the one before."""
    for before, after in itertools.pairwise(rows):
        if after.time <= before.time:
            why = (
                f"its time is not after that of line {before.line}: each line counts what came since the "
                "one before"
            )
            yield error(Position(path, after.line), "history/order", why)
            return


def _tally(slo: str, group: Group, rows: Sequence[_Row]) -> Tally:
    """Lines are as far apart as most of them are; what is farther apart is a hole."""
    times, events, errors = (
        np.array(each, dtype=np.float64)
        for each in zip(*((row.time, row.events, row.errors) for row in rows), strict=True)
    )
    apart = float(np.median(np.diff(times))) if len(rows) > 1 else 60.0
    return Tally(slo, group, apart, times, events, errors)


def _time(text: str) -> float | None:
    """Unix seconds, or a time of RFC 3339, in UTC where it does not say."""
    if is_number(text):
        number = float(text)
        return number if 0 < number < 1e11 else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def _count(text: str) -> float | None:
    if not is_number(text):
        return None
    count = float(text)
    return count if 0 <= count <= MOST_EVENTS else None
