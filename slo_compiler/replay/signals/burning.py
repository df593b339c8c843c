"""Whether an SLO burns, as rules/signals/burning.py says, on arrays."""

from __future__ import annotations

import numpy as np

from slo_compiler.model.indicator import ratio_of
from slo_compiler.replay.evaluate import Evaluation
from slo_compiler.replay.grid import Array
from slo_compiler.replay.series import Counts
from slo_compiler.replay.signals.looking import greatest
from slo_compiler.rules.signals.wilson import Z

_Z: float = float(Z)
_Z2: float = float(Z**2)


def surely_burning(judge: Evaluation) -> Array:
    """The burn rate of the judging SLO, of its worst group; chance is taken off where events are counted."""
    plan = judge.plan
    counts = judge.recorded[plan.tiers[0].long]
    counted = ratio_of(plan.slo.indicator) is not None
    ratio = lower_bound(counts) if counted else Counts(_some(counts.events), counts.errors).error_ratio
    return greatest(ratio) / float(plan.slo.budget)


def lower_bound(counts: Counts) -> Array:
    """Wilson's lower bound of the error ratio; no number where there are no events."""
    events, errors = _some(counts.events), counts.errors
    spread = errors * np.maximum(events - errors, 0) / events + _Z2 / 4
    return (errors + _Z2 / 2 - _Z * np.sqrt(spread)) / (events + _Z2)


def _some(events: Array) -> Array:
    return np.where(events > 0, events, np.nan)
