"""The rate of counters, as Prometheus extrapolates it.

Source: ``extrapolatedRate`` in Prometheus's ``promql/functions.go``.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from slo_compiler.replay.grid import Array, Mask
from slo_compiler.replay.ranges import Indexes, Ranges, numbers_of, ranges_of

CLOSE_ENOUGH: Final = 1.1
"""A range whose end is farther from its sample than this many times their distance is not filled."""


def rate(counter: Array, times: Array, ends: Array, reach: float) -> Array:
    """The increase of a counter a second; no number where there are not two samples.

    From the first sample in the range to the last, restarts made good, and extrapolated to the ends of the
    range, but not to before the counter was 0.

    Args:
        counter: its samples, a row for each of several.
        times: of the samples, ascending.
        ends: of the ranges.
        reach: how long they are.
    """
    there = ~np.isnan(counter)
    ranges = ranges_of(times, ends, reach)
    number = ranges.between(numbers_of(there))
    first, last = _first(ranges, there), _last(ranges, there)
    begin, end = times[first], times[last]
    grown = _grown(counter, there)
    increase = _at(grown, last) - _at(grown, first)
    with np.errstate(invalid="ignore", divide="ignore"):
        sampled = end - begin
        apart = sampled / (number - 1)
        to_zero = np.where(increase > 0, sampled * _at(counter, first) / increase, np.inf)
        before = np.minimum(_filled(begin - (ends - reach), apart), to_zero)
        after = _filled(ends - end, apart)
        found = increase * (sampled + before + after) / (sampled * reach)
    return np.where(number > 1, found, np.nan)


def _filled(gap: Array, apart: Array) -> Array:
    """How far the range is filled beyond its first or last sample."""
    return np.where(gap >= CLOSE_ENOUGH * apart, apart / 2, gap)


def _first(ranges: Ranges, there: Mask) -> Indexes:
    """The first sample that is there, at or after the beginning of the range."""
    columns = there.shape[1]
    low: Indexes = np.minimum(ranges.low, columns - 1)
    if there.all():
        return low[np.newaxis]
    known: Indexes = np.where(there, np.arange(columns), columns - 1)
    following: Indexes = np.minimum.accumulate(known[:, ::-1], axis=1)[:, ::-1]
    return following[:, low]


def _last(ranges: Ranges, there: Mask) -> Indexes:
    """The last sample that is there, within the range or before."""
    high: Indexes = np.maximum(ranges.high - 1, 0)
    return high[np.newaxis] if there.all() else _latest(there)[:, high]


def _latest(there: Mask) -> Indexes:
    """The last sample that is there up to each column."""
    latest: Indexes = np.maximum.accumulate(np.where(there, np.arange(there.shape[1]), 0), axis=1)
    return latest


def _at(values: Array, columns: Indexes) -> Array:
    return values[:, columns[0]] if len(columns) == 1 else np.take_along_axis(values, columns, axis=1)


def _grown(counter: Array, there: Mask) -> Array:
    """What the counter has grown to since its first sample, restarts made good."""
    if there.all() and (counter[:, 1:] >= counter[:, :-1]).all():
        return counter
    carried = np.nan_to_num(_at(counter, _latest(there)))
    step = np.diff(carried, axis=1)
    born = np.logical_or.accumulate(there, axis=1)
    grown = np.zeros(counter.shape)
    # What falls has begun again at 0; what is seen for the first time has grown by nothing yet.
    np.cumsum(np.where(step < 0, carried[:, 1:], step) * born[:, :-1], axis=1, out=grown[:, 1:])
    return grown
