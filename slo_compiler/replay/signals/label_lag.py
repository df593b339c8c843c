"""Whether labels are late, as rules/signals/label_lag.py says, on arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.guard import GuardKind, LabelLag
from slo_compiler.model.indicator import Quality
from slo_compiler.replay.grid import Grid
from slo_compiler.replay.ranges import added_up
from slo_compiler.replay.signals.guarding import guard
from slo_compiler.replay.signals.looking import increase, newest
from slo_compiler.replay.signals.scraped import LabelsScraped
from slo_compiler.replay.signals.yields import Yields
from slo_compiler.rules.signals.label_lag import longest


def label_lag(
    settings: LabelLag, plan: Plan, indicator: Quality, scraped: LabelsScraped, grid: Grid
) -> Iterator[Yields]:
    """The guard of a quality SLO that says how late labels come."""
    lag = indicator.labelling.lag
    if lag is None:
        return
    window = float(plan.tiers[0].long)
    joined = added_up(increase(scraped.joined, scraped.times, grid.times, window))
    made = added_up(increase(scraped.predictions, scraped.times, grid.times - float(lag), window))
    counted = ~np.isnan(newest(scraped.joined, scraped.times, grid.times)).all(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        incomplete = joined / np.where(made > 0, made, np.nan) < float(indicator.labelling.completeness)
    yield from guard(GuardKind.LABEL_LAG, plan.slo.id, incomplete & counted, longest(settings, lag), grid)
