"""The events and errors within a window, read from raw series: what rules/reading.py says, on arrays."""

from __future__ import annotations

from typing import assert_never

import numpy as np

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.indicator import Quality
from slo_compiler.quantities import Seconds
from slo_compiler.replay.grid import Array, Grid
from slo_compiler.replay.ranges import Running, added_up, ranges_of
from slo_compiler.replay.rate import rate
from slo_compiler.replay.series import Counters, Counts, Ratios, Readings, Samples, Series


def read(series: Series, window: Seconds, plan: Plan, grid: Grid) -> Counts:
    """The events and errors within a window, at each evaluation; no number where the rule yields nothing.

    Args:
        series: what was scraped.
        window: its length.
        plan: for the scrape that is looked behind, and how far an indicator looks back as a whole.
        grid: when the rules are evaluated.
    """
    length, reach = float(window), float(window + plan.windows.scrape_interval)
    ends = grid.times - shift_of(plan)
    match series:
        case Counters():
            return _read_counters(series, length, reach, ends)
        case Samples():
            ranges = ranges_of(series.times, ends, length)
            events = ranges.total(Running.of(series.events))
            errors = np.nan_to_num(ranges.total(Running.of(series.errors)))
            return Counts(events, np.where(np.isnan(events), np.nan, errors))
        case Ratios():
            ratio = ranges_of(series.times, ends, length).mean(Running.of(series.ratio))
            return Counts(np.where(np.isnan(ratio), np.nan, 1.0), np.minimum(ratio, 1))
        case Readings(counts=counts):
            return counts[window]
        case _:
            assert_never(series)


def _read_counters(series: Counters, length: float, reach: float, ends: Array) -> Counts:
    """A counted series that is not there counts nothing wherever there are events."""
    events, counted = (
        rate(counter, series.times, ends, reach) * length for counter in (series.events, series.counted)
    )
    if series.replicas:
        events, counted = added_up(events), added_up(counted)
    counted = np.nan_to_num(counted)
    if series.counts_good:
        return Counts(events, np.maximum(events - counted, 0))
    return Counts(events, np.where(np.isnan(events), np.nan, counted))


def shift_of(plan: Plan) -> float:
    """How long ago events are counted at all, such as predictions that wait for their labels."""
    match plan.slo.indicator:
        case Quality(labelling=labelling):
            return float(labelling.shift)
        case _:
            return 0.0
