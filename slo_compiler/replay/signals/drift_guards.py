"""The guards of a drift, as rules/signals/drift_guards.py says, on arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from slo_compiler.model.expression import Expression
from slo_compiler.model.guard import GuardKind, Seasonality
from slo_compiler.model.service import Service
from slo_compiler.quantities import HOUR
from slo_compiler.replay.grid import Array, Grid, Mask
from slo_compiler.replay.ranges import highest, ranges_of
from slo_compiler.replay.signals.drift import DriftSeen
from slo_compiler.replay.signals.guarding import guard
from slo_compiler.replay.signals.looking import any_of, has_changed, is_within
from slo_compiler.replay.signals.scraped import Which
from slo_compiler.replay.signals.yields import Yields
from slo_compiler.rules.signals.drift_guards import REMEMBERED, SETTLED, tells_detectors
from slo_compiler.rules.signals.weeks import WEEKS, WEEKS_NEEDED, ago


def drift_guards(seen: DriftSeen, service: Service, rules_changed: float | None) -> Iterator[Yields]:
    """The guards of a drift that are on and see something, each with the alert that it is stuck.

    Args:
        seen: the drift.
        service: whose guards.
        rules_changed: when the rules of its drifts were others before; None if never.
    """
    guards, subject, grid = service.guards, seen.subject, seen.grid
    lookback = float(service.clock.base_window)
    if guards.detector_moved is not None and tells_detectors(seen.drift):
        moved = _detector_moved(seen, lookback)
        yield from guard(GuardKind.DETECTOR_MOVED, subject, moved, guards.detector_moved.most, grid)
    if guards.spec_moved is not None:
        begun = -np.inf if rules_changed is None else rules_changed
        rules = (grid.times >= begun).astype(np.intp)
        moved = _moved(rules, grid.times, lookback, grid)
        yield from guard(GuardKind.SPEC_MOVED, subject, moved, guards.spec_moved.most, grid)
    if guards.seasonality is not None:
        seasonal = _seasonal(guards.seasonality, seen.ratio, grid)
        yield from guard(GuardKind.SEASONALITY, subject, seasonal, guards.seasonality.most, grid)


def _detector_moved(seen: DriftSeen, lookback: float) -> Mask:
    drift, scraped, grid = seen.drift, seen.scraped, seen.grid
    moved = np.zeros((1, grid.count), dtype=np.bool_)
    if drift.detector is not None and scraped.detector is not None:
        moved |= _moved(scraped.detector, scraped.times, lookback, grid)
    if isinstance(drift.threshold, Expression) and scraped.threshold is not None:
        moved |= has_changed(scraped.threshold, scraped.times, grid.times, float(SETTLED))
    return moved


def _moved(which: Which, times: Array, lookback: float, grid: Grid) -> Mask:
    """One of several that was not there a while ago, though another was."""
    moved, before = (np.zeros((1, grid.count), dtype=np.bool_) for _ in range(2))
    for each in np.unique(which[which >= 0]):
        there = (which == each)[np.newaxis]
        earlier = is_within(there, times, grid.times - float(SETTLED), float(REMEMBERED))
        moved |= is_within(there, times, grid.times, lookback) & ~earlier
        before |= earlier
    return moved & before


def _seasonal(guard: Seasonality, ratio: Array, grid: Grid) -> Mask:
    """Something drifts, and nothing drifts that is not usual. Where nothing drifts, nothing is looked up."""
    seasonal = np.zeros((1, grid.count), dtype=np.bool_)
    columns = np.flatnonzero(any_of(ratio > 1)[0])
    now = ratio[:, columns]
    usual = usual_ratio(ratio, grid, grid.times[columns])
    drifting, known = now > 1, ~np.isnan(usual)
    unusual = drifting & (now > usual * float(guard.tolerance))
    seasonal[:, columns] = any_of(drifting & known) & ~any_of(unusual | (drifting & ~known))
    return seasonal


def usual_ratio(ratio: Array, grid: Grid, at: Array) -> Array:
    """The median of the hours around some moments in the weeks before; no number where too few are known."""
    weeks = np.array(
        [highest(ratio, ranges_of(grid.times, at - float(ago(week)), float(HOUR))) for week in WEEKS]
    )
    usual = np.full(weeks.shape[1:], np.nan)
    enough = (~np.isnan(weeks)).sum(axis=0) >= WEEKS_NEEDED
    usual[enough] = np.nanmedian(weeks[:, enough], axis=0)
    return usual
