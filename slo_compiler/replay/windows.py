"""All recorded windows of a plan, from the base window up: what rules/windows.py says, on arrays.

What is missing is not a number, and an ``or`` fills it in. Tiles are a handful of look-ups, and running sums
differences of prefix sums, so that an evaluation costs the same however long the window is.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeAlias, assert_never

import numpy as np
from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.windows import Pace, Raw, RunningSum, Tiles, Window, Windows
from slo_compiler.promql.release import LOOK_BACK
from slo_compiler.quantities import DAY, Seconds
from slo_compiler.replay.grid import Array, Grid, Mask
from slo_compiler.replay.ranges import Indexes, Ranges, Running, number_until
from slo_compiler.replay.reading import read
from slo_compiler.replay.series import Counts, Series

NOW: Final = Fraction(0)

Recorded: TypeAlias = Mapping[Seconds, Counts]
"""The counts within each window, by its length."""


def record(plan: Plan, series: Series, grid: Grid) -> Recorded:
    """The events and errors within all recorded windows, at each evaluation.

    Args:
        plan: whose windows.
        series: what was scraped of the plan's indicator.
        grid: when the rules are evaluated.
    """
    windows = plan.windows
    base = _evaluated(read(series, windows.base, plan, grid), grid)
    recorded = {windows.base: base}
    histories = {pace: _history(base, windows, pace, grid) for pace in (Pace.FAST, Pace.COARSE)}
    for window in windows.recorded:
        if window.length not in recorded:
            if isinstance(window.source, Raw):
                counts = read(series, window.length, plan, grid)
            else:
                counts = _added_up(window, recorded, histories[windows.history(window.length)])
            recorded[window.length] = _evaluated(counts, grid)
    return recorded


def budget_remaining(plan: Plan, recorded: Recorded, grid: Grid) -> Array:
    """The share of the period's error budget that is left; negative when it is overspent."""
    history = _history(recorded[plan.windows.base], plan.windows, Pace.COARSE, grid)
    counts = history.running_sum(plan.slo.period)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - counts.errors / np.where(counts.events > 0, counts.events, np.nan) / float(plan.slo.budget)


def was_there_lately(plan: Plan, recorded: Recorded, grid: Grid) -> Mask:
    """Where there were events as lately as a group is remembered, as far as the coarse copies know."""
    history = _history(recorded[plan.windows.base], plan.windows, Pace.COARSE, grid)
    return history.newest > grid.times - float(plan.slo.absent.remember)


def _added_up(window: Window, recorded: Recorded, history: _History) -> Counts:
    match window.source:
        case Tiles(lengths=lengths):
            tiles = [recorded[length] for length in lengths]
            events, errors = ([getattr(tile, name) for tile in tiles] for name in ("events", "errors"))
            return Counts(
                history.fill_events(window.length, *_tiled(events, window, lengths, history.grid)),
                history.fill_errors(window.length, *_tiled(errors, window, lengths, history.grid)),
            )
        case RunningSum():
            return history.running_sum(window.length)
        case Raw():
            raise ValueError(f"the window of {window.length} s is read from raw series")
        case _:
            assert_never(window.source)


class _Tile(Struct, frozen=True, eq=False):
    """The newest tile of a window of days, which is there in a gap so that the window is not late."""

    length: Seconds
    values: Array


def _tiled(
    tiles: Sequence[Array], window: Window, lengths: Sequence[Seconds], grid: Grid
) -> tuple[Array, _Tile | None]:
    """The sum of the tiles, no number where one is missing; and the newest tile of a window of days."""
    total = np.zeros(tiles[0].shape)
    for tile, offset in zip(tiles, itertools.accumulate(lengths[:-1], initial=NOW), strict=True):
        ticks = grid.ticks(float(offset))
        total[:, :ticks] = np.nan
        total[:, ticks:] += _seen(tile, grid)[:, : max(grid.count - ticks, 0)]
    return total, _Tile(lengths[0], tiles[0]) if window.length >= DAY else None


def _evaluated(counts: Counts, grid: Grid) -> Counts:
    """What was recorded: nothing while Prometheus was down."""
    if not grid.down:
        return counts
    missed = grid.missed(grid.times)
    return Counts(*(np.where(missed, np.nan, each) for each in (counts.events, counts.errors)))


def _seen(recorded: Array, grid: Grid) -> Array:
    """What an instant look-up finds: while Prometheus was down the last sample, as long as it is looked back.

    Where a rule yielded nothing, it has ended its series, and nothing is found.
    """
    if not grid.down:
        return recorded
    columns = np.arange(grid.count)
    last = np.maximum.accumulate(np.where(grid.missed(grid.times), 0, columns))
    fresh = (columns - last) * grid.interval < float(LOOK_BACK)
    return np.where(fresh, recorded[:, last], np.nan)


def _or(values: Array, otherwise: Array) -> Array:
    return np.where(np.isnan(values), otherwise, values)


class _History(Struct, frozen=True, eq=False):
    """The base window's samples, all or the coarse copies: what is read where tiles are missing."""

    events: Running
    errors: Running
    base: Seconds
    overlap: int
    """How many samples count the same event."""
    grid: Grid
    seen: Indexes
    """At each evaluation how many samples there are so far."""
    newest: Array
    """At each evaluation the time of the newest sample that is there."""

    def running_sum(self, length: Seconds) -> Counts:
        """A window without any tiles."""
        events, errors = (np.full(self.newest.shape, np.nan) for _ in range(2))
        return Counts(self.fill_events(length, events, None), self.fill_errors(length, errors, None))

    def fill_errors(self, length: Seconds, errors: Array, newest: _Tile | None) -> Array:
        """Fill in the running sum where the tiles of a window are missing."""
        for columns in _columns(np.isnan(errors)):
            errors[:, columns] = _or(errors[:, columns], self._sum(self.errors, length, newest, columns))
        return errors

    def fill_events(self, length: Seconds, events: Array, newest: _Tile | None) -> Array:
        """As for errors; where the series is younger than the window, fill all of it up at its average."""
        young = self._is_younger(length)
        for columns in _columns(np.isnan(events) | young):
            counted = _or(events[:, columns], self._sum(self.events, length, newest, columns))
            average = self._ranges(length, NOW, columns).mean(self.events) * float(length / self.base)
            events[:, columns] = _or(np.where(young[:, columns], np.nan, counted), average)
        return events

    def _sum(self, running: Running, length: Seconds, newest: _Tile | None, columns: Indexes) -> Array:
        """The running sum within a window; or its newest tile, and the running sum before that."""
        if newest is None:
            return self._ranges(length, NOW, columns).total(running) / self.overlap
        rest = self._ranges(length, newest.length, columns).total(running) / self.overlap
        return newest.values[:, columns] + np.nan_to_num(rest)

    def _ranges(self, begin: Seconds, end: Seconds, columns: Indexes) -> Ranges:
        """From so long ago until so long ago."""
        return Ranges(self._seen_before(begin, columns), self._seen_before(end, columns))

    def _seen_before(self, ago: Seconds, columns: Indexes) -> Indexes:
        before = columns - self.grid.ticks(float(ago))
        return np.where(before >= 0, self.seen[np.maximum(before, 0)], 0)

    def _is_younger(self, length: Seconds) -> Mask:
        """Where there is no sample that is older than a window, and not older by more than it or a day."""
        ticks = self.grid.ticks(float(length))
        younger = np.ones(self.newest.shape, dtype=np.bool_)
        begins = (self.grid.times - float(length))[ticks:]
        newest = self.newest[:, : max(self.grid.count - ticks, 0)]
        younger[:, ticks:] = newest <= begins - float(min(length, DAY))
        return younger


def _columns(mask: Mask) -> list[Indexes]:
    """The columns in which anything is to be done, if there are any."""
    columns = np.flatnonzero(mask.any(axis=0))
    return [columns] if columns.size else []


def _history(base: Counts, windows: Windows, pace: Pace, grid: Grid) -> _History:
    if pace is Pace.FAST:
        times, counts, seen = grid.times, base, np.arange(1, grid.count + 1)
    else:
        times, counts = _coarse(base, float(windows.interval(pace)), grid)
        seen = number_until(times, grid.times)
    known = np.full((counts.events.shape[0], times.size + 1), -np.inf)
    there = np.where(np.isnan(counts.events), -np.inf, times)
    np.maximum.accumulate(there, axis=1, out=known[:, 1:])
    return _History(
        events=Running.of(counts.events),
        errors=Running.of(counts.errors),
        base=windows.base,
        overlap=windows.overlap(pace),
        grid=grid,
        seen=seen,
        newest=known[:, seen],
    )


def _coarse(base: Counts, interval: float, grid: Grid) -> tuple[Array, Counts]:
    """The coarse group's copies: what it finds at its own evaluations."""
    times = grid.coarse_times(interval)
    times = times[(times >= grid.start) & ~grid.missed(times)]
    found = ((times - grid.start) // grid.interval).astype(np.intp)
    return times, Counts(*(_seen(each, grid)[:, found] for each in (base.events, base.errors)))
