"""Whether only cold replicas are slow, as rules/signals/cold_start.py says, on arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from slo_compiler.model.guard import ColdStart, GuardKind
from slo_compiler.replay.evaluate import Evaluation
from slo_compiler.replay.grid import Array, Grid
from slo_compiler.replay.ranges import added_up
from slo_compiler.replay.rate import rate
from slo_compiler.replay.signals.guarding import guard
from slo_compiler.replay.signals.looking import increase, newest
from slo_compiler.replay.signals.scraped import ReplicasScraped
from slo_compiler.replay.signals.yields import Yields
from slo_compiler.rules.signals.cold_start import bound_of


def cold_start(
    settings: ColdStart, latency: Evaluation, scraped: ReplicasScraped, grid: Grid
) -> Iterator[Yields]:
    """The guard of a latency SLO whose replicas are known."""
    plan = latency.plan
    bound = float(bound_of(plan))
    slow = latency.recorded[plan.windows.base].error_ratio > bound
    warm_are_fast = _warm_ratio(settings, latency, scraped, grid) <= bound
    restarts = added_up(increase(scraped.restarts, scraped.requests.times, grid.times, float(settings.most)))
    condition = slow & warm_are_fast & (restarts == 0)
    yield from guard(GuardKind.COLD_START, plan.slo.id, condition, settings.most, grid)


def _warm_ratio(settings: ColdStart, latency: Evaluation, scraped: ReplicasScraped, grid: Grid) -> Array:
    """The share of slow requests on replicas that have been ready for long enough."""
    plan, requests = latency.plan, scraped.requests
    ready = newest(scraped.ready, requests.times, grid.times)
    warm = grid.times - ready > float(settings.warm_up)
    reach = float(plan.windows.base + plan.windows.scrape_interval)
    fast, every = (
        added_up(np.where(warm, rate(counter, requests.times, grid.times, reach), np.nan))
        for counter in (requests.counted, requests.events)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - fast / np.where(every > 0, every, np.nan)
