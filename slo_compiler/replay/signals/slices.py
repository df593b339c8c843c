"""Whether a slice of a model's predictions is surely bad, as rules/signals/slices.py says, on arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.indicator import Quality
from slo_compiler.quantities import Seconds
from slo_compiler.replay.grid import Grid
from slo_compiler.replay.series import Counters, Counts
from slo_compiler.replay.signals.burning import lower_bound
from slo_compiler.replay.signals.looking import increase
from slo_compiler.replay.signals.yields import Yields
from slo_compiler.rules import names


def slices(plan: Plan, indicator: Quality, judged: Counters, grid: Grid) -> Iterator[Yields]:
    """The alert of a quality SLO that names slices, with a row for each of them."""
    fastest = plan.tiers[0]
    threshold = float(fastest.threshold)
    long, short = (
        _within(window, judged, indicator.labelling.shift, grid) for window in (fastest.long, fastest.short)
    )
    surely = lower_bound(long) > threshold
    yield Yields(plan.slo.id, names.SLICE_ALERT, surely & (short.error_ratio > threshold))


def _within(window: Seconds, judged: Counters, shift: Seconds, grid: Grid) -> Counts:
    """The events and errors of each slice; one that has no series of its errors yet has none."""
    ends = grid.times - float(shift)
    events, counted = (
        increase(counter, judged.times, ends, float(window)) for counter in (judged.events, judged.counted)
    )
    counted = np.where(np.isnan(events), np.nan, np.nan_to_num(counted))
    return Counts(events, np.maximum(events - counted, 0) if judged.counts_good else counted)
