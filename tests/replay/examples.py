"""Plans to replay, and series in a few words."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from slo_compiler.burnrate.plan import Plan
from slo_compiler.replay.grid import Grid
from slo_compiler.replay.series import Counters
from tests import compiling

HOUR: Final = 3600.0
SCRAPE: Final = 30.0


def plan_of(**keys: Any) -> Plan:
    """The plan of an SLO of 99.9 % over 30 days; ``keys`` beside or instead of what it says."""
    return compiling.program_of(compiling.spec("shop", compiling.slo(**keys))).slos[0].plan


PROBE: Final[dict[str, Any]] = {"probe": 'up{job="shop"}'}


def grid(hours: float) -> Grid:
    """Evaluations every 30 s for some hours."""
    return Grid(start=15, interval=30, count=int(hours * HOUR // 30), coarse_start=22)


def counters(*phases: tuple[float, float, float]) -> Counters:
    """Counters over phases, each of so many hours, with events a second and a ratio of errors."""
    events, errors = (
        np.concatenate([np.full(int(hours * HOUR / SCRAPE), SCRAPE * each) for hours, each in rates])
        for rates in (
            [(hours, rate) for hours, rate, _ in phases],
            [(hours, rate * ratio) for hours, rate, ratio in phases],
        )
    )
    times = SCRAPE * np.arange(1, len(events) + 1, dtype=np.float64)
    return Counters(times, np.cumsum(events)[np.newaxis], np.cumsum(errors)[np.newaxis])
