"""A drift and what it means, as rules/signals/drift.py says, on arrays."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from msgspec import Struct

from slo_compiler.model.drift import Drift, DriftKind
from slo_compiler.replay.evaluate import Evaluation
from slo_compiler.replay.grid import Array, Grid, Mask
from slo_compiler.replay.signals.burning import surely_burning
from slo_compiler.replay.signals.looking import any_of, greatest, is_within, newest
from slo_compiler.replay.signals.scraped import DriftScraped
from slo_compiler.replay.signals.yields import Yields
from slo_compiler.rules import names
from slo_compiler.rules.signals.drift import FEW_FEATURES, MISSED_RUNS


class DriftSeen(Struct, frozen=True, eq=False):
    """A drift, what its detector exports, and what is recorded of it.

    ``subject`` is its id. ``ratio`` is each score over its threshold, a row for each feature and no number
    where the two cannot be compared; ``burn`` the burn rate of the SLO that judges it, None where none does.
    """

    drift: Drift
    subject: str
    scraped: DriftScraped
    ratio: Array
    burn: Array | None
    grid: Grid


def see_drift(
    drift: Drift, subject: str, scraped: DriftScraped, judge: Evaluation | None, grid: Grid
) -> DriftSeen:
    """What is recorded of a drift, which its alerts and guards are about."""
    score = newest(scraped.score, scraped.times, grid.times)
    with np.errstate(invalid="ignore", divide="ignore"):
        over = score / _threshold(drift, scraped, grid)
        ratio = np.where(over >= 0, over, np.nan)
    burn = None if judge is None else surely_burning(judge)
    return DriftSeen(drift, subject, scraped, ratio, burn, grid)


def drift_yields(seen: DriftSeen) -> Iterator[Yields]:
    """The alerts of a drift."""
    yield from _meanings(seen, greatest(seen.ratio) > 1)
    yield Yields(seen.subject, names.BROAD_DRIFT_ALERT, _is_broad(seen.drift, seen.ratio))
    yield Yields(seen.subject, names.STALE_DETECTOR_ALERT, _is_stale(seen))


def _threshold(drift: Drift, scraped: DriftScraped, grid: Grid) -> Array | float:
    if isinstance(drift.threshold, Fraction):
        return float(drift.threshold)
    if scraped.threshold is None:
        return np.nan
    return newest(scraped.threshold, scraped.times, grid.times)


def _meanings(seen: DriftSeen, drifting: Mask) -> Iterator[Yields]:
    subject, burn = seen.subject, seen.burn
    if seen.drift.kind is DriftKind.LABEL:
        yield Yields(subject, names.LABEL_DRIFT_ALERT, drifting)
    elif burn is None:
        yield Yields(subject, names.UNCLASSIFIED_DRIFT_ALERT, drifting)
    else:
        yield Yields(subject, names.REAL_DRIFT_ALERT, drifting & (burn >= 1))
        yield Yields(subject, names.VIRTUAL_DRIFT_ALERT, drifting & (burn < 1))
        yield Yields(subject, names.UNCLASSIFIED_DRIFT_ALERT, drifting & np.isnan(burn))


def _is_broad(drift: Drift, ratio: Array) -> Mask:
    compared = (~np.isnan(ratio)).sum(axis=0)
    share = (ratio > 1).sum(axis=0) / np.maximum(compared, 1)
    broad: Mask = (share >= float(drift.breadth)) & (compared >= FEW_FEATURES)
    return np.atleast_2d(broad)


def _is_stale(seen: DriftSeen) -> Mask:
    grid, scraped = seen.grid, seen.scraped
    patience = float(MISSED_RUNS * seen.drift.cadence)
    known = any_of(~np.isnan(seen.ratio))
    stale = ~is_within(known, grid.times, grid.times, patience)
    if seen.drift.last_run is not None and scraped.last_run is not None:
        ran = newest(scraped.last_run[np.newaxis], scraped.times, grid.times)
        stale |= grid.times - ran > patience
    return stale
