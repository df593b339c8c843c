"""The service as it lives: its metrics go on with the clock, and faults come and go by their names."""

from __future__ import annotations

import math
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from slo_compiler.demo.faults import Fault
from slo_compiler.demo.signals import Exposed, exposed
from slo_compiler.demo.state import DAY, State

SPEED: Final = 30
"""So many times faster than in production everything happens: a month is a day, an hour two minutes."""

PIPELINE_RUNS: Final = 300.0 / SPEED
"""Seconds between two runs of the feature pipeline."""

TIDE: Final = 7200.0 / SPEED
"""Seconds in which traffic rises and falls once."""

Key: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""The metric of a series and its labels, in order."""


class LiveService:
    """A service that can be scraped and broken, by several threads at once.

    With the same seed, the same clock and the same faults it is scraped the same. ``clock`` tells seconds
    since 1970, and ``faults`` what can be done to it.
    """

    def __init__(self, faults: Mapping[str, Fault], seed: int, clock: Callable[[], float]) -> None:
        self._faults = faults
        self._chance = random.Random(seed)  # noqa: S311 it is to be the same each time
        self._clock = clock
        self._begin = self._last = self._refreshed = clock()
        self._active: dict[str, float] = {}
        self._counted: defaultdict[Key, float] = defaultdict(float)
        self._lock = threading.Lock()

    @property
    def active(self) -> dict[str, float]:
        """The faults that are there by name, and since when."""
        with self._lock:
            return dict(self._active)

    def inject(self, name: str) -> None:
        """Do a fault to the service, unless it is there already.

        Raises:
            KeyError: there is no such fault.
        """
        if name not in self._faults:
            raise KeyError(name)
        with self._lock:
            self._active.setdefault(name, self._clock())

    def clear(self, name: str | None = None) -> None:
        """Undo a fault, or all of them."""
        with self._lock:
            if name is None:
                self._active.clear()
            else:
                self._active.pop(name, None)

    def scrape(self) -> list[Exposed] | None:
        """Its series now, counters counted up; None while it cannot be scraped."""
        with self._lock:
            now = self._clock()
            seconds, self._last = max(0.0, now - self._last), now
            state = self._state(now)
            if state.refreshed and now - self._refreshed >= PIPELINE_RUNS:
                self._refreshed = now
            series = [self._count(each) for each in exposed(state, self._refreshed, seconds)]
            return [each for each in series if each.metric not in state.silent] if state.up else None

    def _state(self, now: float) -> State:
        tide = 0.2 * math.sin(2 * math.pi * (now - self._begin) / TIDE)
        state = State(
            now,
            traffic=1 + tide + self._chance.uniform(-0.05, 0.05),
            errors=self._chance.uniform(0, 0.0002),
            bad=self._chance.uniform(0, 0.004),
            deployed=self._begin - 30 * DAY,
        )
        for name, since in self._active.items():
            state = self._faults[name].change(state, since)
        return state

    def _count(self, series: Exposed) -> Exposed:
        if not series.counts:
            return series
        key = series.metric, tuple(sorted(series.labels.items()))
        self._counted[key] += series.value
        return series._replace(value=self._counted[key])
