"""Incidents that a tier must fire on, and those just below its threshold that it must not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.burnrate.timing import detection_time
from slo_compiler.quantities import DAY, Ratio, Seconds
from slo_compiler.scenarios.incidents import grain
from tests.engine.series import EVENTS_A_SECOND, SCRAPE_INTERVAL, Phase

JUST_BELOW: Final = Fraction(95, 100)
"""The error ratio of an incident that must not alert, as a part of the threshold."""

STEEP: Final = 10
"""The error ratio of an incident that must alert, in thresholds: high enough for a replay to be short."""

OFF_THE_GRID: Final = 100
"""No incident begins just when a rule is evaluated."""


@dataclass(frozen=True, slots=True)
class Firing:
    """An incident, and the times between which the tier's alert has to come."""

    phases: tuple[Phase, ...]
    earliest: float
    latest: float


def firing(plan: Plan, tier: Tier) -> Firing:
    """A constant error ratio after a clean history of the tier's long window."""
    error_ratio = Fraction(1) if grain(plan) else min(STEEP * tier.threshold, Fraction(9, 10))
    detected = detection_time(tier, error_ratio)
    assert detected is not None
    detected = max(detected, _time_to_errors(plan, error_ratio))
    interval = plan.windows.evaluation_interval
    onset = tier.long + OFF_THE_GRID
    latest = onset + detected + (grain(plan) or 0) + SCRAPE_INTERVAL + interval
    return Firing(
        phases=(Phase(float(onset)), Phase(float(latest - onset + interval), float(error_ratio))),
        earliest=float(onset + detected - interval),
        latest=float(latest),
    )


def just_below(plan: Plan, tier: Tier) -> tuple[Phase, ...]:
    """Errors just below the threshold, for longer than the long window.

    Where errors are slices of time, as many in a row as a long window may hold, and once more when it no
    longer sees them.
    """
    below = JUST_BELOW * tier.threshold
    part = grain(plan)
    if part is None:
        return (Phase(900), Phase(float(tier.long * 17 / 16), float(below)))
    bad = math.floor(below * tier.long / part) * part
    assert bad > 0, "not one slice fits below the threshold"
    return (
        Phase(float(min(tier.long, DAY) + OFF_THE_GRID)),
        *(Phase(float(bad), 1), Phase(float(tier.long + 2 * plan.windows.base - bad))),
        *(Phase(float(bad), 1), Phase(float(tier.short))),
    )


def _time_to_errors(plan: Plan, error_ratio: Ratio) -> Seconds:
    """How long it takes to count as many errors as the alert waits for."""
    part = grain(plan)
    rate = 1 / part if part else Fraction(EVENTS_A_SECOND)
    return Fraction(plan.min_errors or 0) / (rate * error_ratio)
