"""What a query finds of series at the evaluations: the newest sample, or what is within a range before."""

from __future__ import annotations

import numpy as np

from slo_compiler.promql.release import LOOK_BACK
from slo_compiler.replay.grid import Array, Mask
from slo_compiler.replay.ranges import number_until, numbers_of, ranges_of
from slo_compiler.replay.rate import rate


def newest(values: Array, times: Array, at: Array) -> Array:
    """What an instant look-up finds; no number where there is none, or it is too old."""
    last = number_until(times, at) - 1
    seen = np.maximum(last, 0)
    fresh = (last >= 0) & (at - times[seen] < float(LOOK_BACK))
    return np.where(fresh, values[:, seen], np.nan)


def is_within(there: Mask, times: Array, ends: Array, reach: float) -> Mask:
    """Whether any sample that is there lies within the range before each end: ``last_over_time``."""
    return number_within(there, times, ends, reach) > 0


def number_within(there: Mask, times: Array, ends: Array, reach: float) -> Array:
    """How many samples that are there lie within the range before each end: ``count_over_time``."""
    return ranges_of(times, ends, reach).between(numbers_of(there))


def increase(counters: Array, times: Array, ends: Array, reach: float) -> Array:
    """By how much counters have grown, as ``increase`` extrapolates it; no number where nobody can say."""
    return rate(counters, times, ends, reach) * reach


def greatest(rows: Array) -> Array:
    """The greatest of the series that are there, in one row; no number where none is."""
    highest = np.where(np.isnan(rows), -np.inf, rows).max(axis=0)
    return np.where(np.isnan(rows).all(axis=0), np.nan, highest)[np.newaxis]


def any_of(rows: Mask) -> Mask:
    """Whether a condition holds for any row, in one."""
    anywhere: Mask = np.logical_or.reduce(rows, axis=0, keepdims=True)
    return anywhere


def has_changed(values: Array, times: Array, ends: Array, reach: float) -> Mask:
    """Whether any series has changed its value within the range before each end: ``changes`` above 0."""
    changed = np.zeros(ends.shape, dtype=np.bool_)
    for row in values:
        there = ~np.isnan(row)
        ranges = ranges_of(times[there], ends, reach)
        steps = np.concatenate(([0, 0], np.cumsum(np.diff(row[there]) != 0)))
        # The first sample in the range is compared with none before it.
        first = np.minimum(ranges.low + 1, ranges.high)
        changed |= steps[ranges.high] > steps[first]
    return changed[np.newaxis]


def counted(counters: Array, times: Array, ends: Array, window: float, known: Array) -> Mask:
    """Whether any counter counted something within a window, or was born with an event.

    ``known`` are counters that tell a birth from the beginning of the monitoring: they were there before.
    """
    grown = increase(counters, times, ends, window) > 0
    now, before = newest(counters, times, ends), newest(counters, times, ends - window)
    watched = ~np.isnan(newest(known, times, ends - window)).all(axis=0)
    born = ~np.isnan(now) & np.isnan(before) & (now > 0) & watched
    return any_of(grown | born)
