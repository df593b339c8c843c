"""When things are measured and evaluated, and spans of time; all in seconds from the beginning of a past."""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Array: TypeAlias = npt.NDArray[np.float64]
"""Numbers of one row or several; not a number where there is nothing."""

Mask: TypeAlias = npt.NDArray[np.bool_]


class Span(Struct, frozen=True, order=True):
    """From a time on until another, which no longer belongs to it."""

    begin: float
    end: float

    @property
    def length(self) -> float:
        """How long it is."""
        return self.end - self.begin


Spans: TypeAlias = tuple[Span, ...]
"""Ascending, and apart from each other."""


class Grid(Struct, frozen=True, eq=False, dict=True):
    """When the rules are evaluated: every ``interval`` from ``start`` on, ``count`` times.

    ``coarse_start`` is when the coarse group is evaluated first, ``down`` when Prometheus was not there and
    evaluated nothing.
    """

    start: float
    interval: float
    count: int
    coarse_start: float = 0
    down: Spans = ()

    @cached_property
    def times(self) -> Array:
        """All evaluations of the fast group, those included that did not take place."""
        return self.start + self.interval * np.arange(self.count, dtype=np.float64)

    @property
    def end(self) -> float:
        """When the evaluation after the last one would be."""
        return self.start + self.interval * self.count

    def coarse_times(self, interval: float) -> Array:
        """All evaluations of the coarse group, as ``times``."""
        return np.arange(self.coarse_start, self.end, interval, dtype=np.float64)

    def missed(self, times: Array) -> Mask:
        """Which of the evaluations did not take place."""
        missed = np.zeros(times.shape, dtype=np.bool_)
        for span in self.down:
            missed |= (span.begin <= times) & (times < span.end)
        return missed

    def ticks(self, seconds: float) -> int:
        """How many evaluations ago the newest sample is from that is at least so old."""
        return -int(-seconds // self.interval)
