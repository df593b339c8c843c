"""Ranges of samples, one for each evaluation, and what the samples in them add up to.

All of it is differences of running sums, so that a long range costs what a short one does.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from slo_compiler.replay.grid import Array, Mask

Indexes: TypeAlias = npt.NDArray[np.intp]


class Running(Struct, frozen=True, eq=False):
    """The sum of all samples before each, and their number: ranges of any length are differences of these."""

    sums: Array
    numbers: Array

    @classmethod
    def of(cls, samples: Array) -> Running:
        """What samples add up to; those that are no number are not there."""
        there = ~np.isnan(samples)
        return cls(_so_far(np.where(there, samples, 0)), numbers_of(there))


class Ranges(Struct, frozen=True, eq=False):
    """Where each range begins and ends: with the sample ``low``, and before the sample ``high``."""

    low: Indexes
    high: Indexes

    def total(self, running: Running) -> Array:
        """The sum of the samples; no number where there is none."""
        return np.where(self.between(running.numbers) > 0, self.between(running.sums), np.nan)

    def mean(self, running: Running) -> Array:
        """The average of the samples; no number where there is none."""
        with np.errstate(invalid="ignore"):
            return self.between(running.sums) / self.between(running.numbers)

    def between(self, running: Array) -> Array:
        """By how much a running sum grows within each range."""
        return running[:, self.high] - running[:, self.low]


def highest(rows: Array, ranges: Ranges) -> Array:
    """The highest sample of each range; no number where there is none.

    Of two spans that a power of two is long and that cover the range, the higher one is the highest of it.
    """
    spans = [np.where(np.isnan(rows), -np.inf, rows)]
    length = ranges.high - ranges.low
    while 2 ** len(spans) <= length.max(initial=0):
        half = spans[-1]
        spans.append(np.maximum(half[:, : -(2 ** (len(spans) - 1))], half[:, 2 ** (len(spans) - 1) :]))
    found = np.full((len(rows), length.size), -np.inf)
    power = np.frexp(np.maximum(length, 1))[1] - 1
    for exponent, span in enumerate(spans):
        columns = np.flatnonzero((power == exponent) & (length > 0))
        begin, end = ranges.low[columns], ranges.high[columns] - 2**exponent
        found[:, columns] = np.maximum(span[:, begin], span[:, end])
    return np.where(np.isneginf(found), np.nan, found)


def ranges_of(times: Array, ends: Array, reach: float) -> Ranges:
    """The ranges of a length, open on the left as in Prometheus 3.

    Args:
        times: of all samples, ascending.
        ends: of the ranges.
        reach: how long they are.
    """
    return Ranges(number_until(times, ends - reach), number_until(times, ends))


def number_until(times: Array, ends: Array) -> Indexes:
    """How many of some ascending times are up to each end, that included."""
    apart = np.diff(times)
    if times.size < 2 or (apart != apart[0]).any():
        return np.searchsorted(times, ends, side="right")
    # Much faster, and most are scraped at equal distances.
    number: Indexes = np.floor((ends - times[0]) / apart[0]).astype(np.intp) + 1
    return np.clip(number, 0, times.size)


def added_up(rows: Array) -> Array:
    """The sum of the rows that are there, in one; no number where none is."""
    there = ~np.isnan(rows)
    return np.where(there.any(axis=0), np.where(there, rows, 0).sum(axis=0), np.nan)[np.newaxis]


def numbers_of(there: Mask) -> Array:
    """How many samples there are before each column, and in all; one row where none is missing."""
    if there.all():
        return np.arange(there.shape[1] + 1, dtype=np.float64)[np.newaxis]
    return _so_far(there.astype(np.float64))


def _so_far(values: Array) -> Array:
    running = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=running[:, 1:])
    return running
