"""PromQL's functions over ranges of samples, for one series: what each makes of the range before each end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import numpy as np

from slo_compiler.promql.release import LOOK_BACK
from slo_compiler.replay.grid import Array
from slo_compiler.replay.ranges import Running, highest, number_until, ranges_of
from slo_compiler.replay.rate import rate

OverRange: TypeAlias = Callable[[Array, Array, Array, float], Array]
"""From the values and times of samples, and the ends and length of ranges, to a value for each range."""


def instant(values: Array, times: Array, at: Array) -> Array:
    """What an instant look-up finds; a value that is no number ends its series."""
    last = number_until(times, at) - 1
    seen = np.maximum(last, 0)
    fresh = (last >= 0) & (at - times[seen] < float(LOOK_BACK))
    return np.where(fresh, values[seen], np.nan)


def _rate(values: Array, times: Array, ends: Array, reach: float) -> Array:
    return _only(rate(values[np.newaxis], times, ends, reach))


def _increase(values: Array, times: Array, ends: Array, reach: float) -> Array:
    return _rate(values, times, ends, reach) * reach


def _count(values: Array, times: Array, ends: Array, reach: float) -> Array:
    return _total(np.where(np.isnan(values), np.nan, 1.0), times, ends, reach)


def _total(values: Array, times: Array, ends: Array, reach: float) -> Array:
    return _only(ranges_of(times, ends, reach).total(Running.of(values[np.newaxis])))


def _average(values: Array, times: Array, ends: Array, reach: float) -> Array:
    return _only(ranges_of(times, ends, reach).mean(Running.of(values[np.newaxis])))


def _highest(values: Array, times: Array, ends: Array, reach: float) -> Array:
    return _only(highest(values[np.newaxis], ranges_of(times, ends, reach)))


def _only(rows: Array) -> Array:
    row: Array = rows[0]
    return row


def _lowest(values: Array, times: Array, ends: Array, reach: float) -> Array:
    return -_highest(-values, times, ends, reach)


def _last(values: Array, times: Array, ends: Array, reach: float) -> Array:
    there = ~np.isnan(values)
    if not there.any():
        return np.full(ends.shape, np.nan)
    ranges = ranges_of(times[there], ends, reach)
    return np.where(ranges.high > ranges.low, values[there][np.maximum(ranges.high - 1, 0)], np.nan)


def _changes(values: Array, times: Array, ends: Array, reach: float) -> Array:
    there = ~np.isnan(values)
    ranges = ranges_of(times[there], ends, reach)
    steps = np.concatenate(([0, 0], np.cumsum(np.diff(values[there]) != 0)))
    # The first sample in a range is compared with none before it.
    changes = steps[ranges.high] - steps[np.minimum(ranges.low + 1, ranges.high)]
    return np.where(ranges.high > ranges.low, changes, np.nan)


OVER_RANGES: Final[Mapping[str, OverRange]] = {
    "rate": _rate,
    "increase": _increase,
    "changes": _changes,
    "last_over_time": _last,
    "count_over_time": _count,
    "sum_over_time": _total,
    "avg_over_time": _average,
    "max_over_time": _highest,
    "min_over_time": _lowest,
}
