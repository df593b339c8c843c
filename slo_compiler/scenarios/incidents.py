"""Incidents that have to alert, and those that must not: how long, and how many of the events are errors."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final, NamedTuple, assert_never

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan, Shape
from slo_compiler.burnrate.tier import Tier
from slo_compiler.burnrate.windows import Windows
from slo_compiler.model.indicator import (
    ErrorRatio,
    Events,
    Freshness,
    Guardrail,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
)
from slo_compiler.quantities import MILLISECOND, Seconds

FIRING: Final = Fraction(3, 2)
"""How much of what a tier waits for an incident spends that has to alert: less than twice as much.

Between this and ``SILENT`` lies what Prometheus may be off: it extrapolates, and a young series is read as if
its traffic had always been as in its first minutes.
"""

SILENT: Final = Fraction(3, 4)
"""How much an incident spends that must not alert: more than half."""

BASE_WINDOWS: Final = 12
"""How long an incident takes in base windows, where the error ratio can be chosen: an hour."""

DRIFT: Final = Fraction(31, 30)
"""Samples are this much rarer than declared, so that they are not all at the very moments of evaluations.

There an event between two samples would fall into two base windows, or into none.
"""

LEAST_ERRORS: Final = 1000
"""Errors a scrape: so many that rounding them does not matter, nor ``min_errors``."""

COUNTED_SURELY: Final = Fraction(6, 5)
"""Times ``min_errors``: errors that are counted as that many whatever an extrapolation does to them."""


class Load(NamedTuple):
    """Events and errors at each scrape of an incident."""

    events: int
    errors: int


class Premises(Struct, frozen=True):
    """All numbers of an SLO that its tests hang on: where SLOs share them, tests differ in names alone."""

    shape: Shape
    min_errors: int | None
    absent_hold: Seconds | None
    cadence: Seconds | None
    grain: Seconds | None
    """How long the shortest error is where each is a slice of time; None where errors are just counted."""
    shift: Seconds
    """How long after it happened the SLO looks at anything."""
    has_counts: bool
    """Whether there are events to count, and not a ratio alone."""

    @property
    def windows(self) -> Windows:
        """The windows of the rules."""
        return self.shape.windows

    @property
    def interval(self) -> Seconds:
        """The time between two samples of a test."""
        milliseconds = self.windows.scrape_interval * DRIFT / MILLISECOND
        return math.floor(milliseconds) * MILLISECOND


def premises(plan: Plan) -> Premises:
    """What the tests of an SLO hang on."""
    indicator = plan.slo.indicator
    return Premises(
        shape=plan.shape,
        min_errors=plan.min_errors,
        absent_hold=plan.absent_hold,
        cadence=plan.slo.cadence,
        grain=grain(plan),
        shift=indicator.labelling.shift if isinstance(indicator, Quality) else Fraction(0),
        has_counts=not isinstance(indicator, ErrorRatio),
    )


def grain(plan: Plan) -> Seconds | None:
    """How long the shortest error is where each is a slice of time; None where errors are just counted."""
    if plan.slo.cadence is not None:
        return plan.slo.cadence
    match plan.slo.indicator:
        case Probe():
            return plan.windows.scrape_interval
        case Threshold() | Freshness():
            return plan.windows.evaluation_interval
        case Ratio() | Latency() | Events() | ErrorRatio() | Quality() | Guardrail():
            return None
        case _:
            assert_never(plan.slo.indicator)


def load(premises: Premises, tier: Tier) -> Load:
    """How bad an incident is: a total outage where nothing less can be told, or is above the threshold."""
    if premises.grain is not None:
        return Load(1, 1)
    wished = max(
        3 * tier.threshold, FIRING * tier.threshold * tier.long / (BASE_WINDOWS * premises.windows.base)
    )
    ratio = min(Fraction(1), wished)
    events = 10 ** len(str(math.ceil(LEAST_ERRORS / ratio)))
    return Load(events, math.ceil(ratio * events))


def lasting(tier: Tier) -> tuple[int, int, int]:
    """Events at a scrape, errors that must not alert, and errors that have to, where they last a window."""
    quiet, loud = SILENT * tier.threshold, min(Fraction(1), FIRING * tier.threshold)
    events = 10 ** len(str(math.ceil(LEAST_ERRORS / quiet)))
    return events, math.floor(quiet * events), math.ceil(loud * events)


def scrapes_that_alert(premises: Premises, tier: Tier) -> int:
    """How long an incident is that has to alert."""
    part = premises.grain
    if part is not None:
        slices = max(
            math.ceil(FIRING * tier.threshold * tier.long / part),
            math.ceil(COUNTED_SURELY * (premises.min_errors or 0)),
        )
        seconds = slices * part
    else:
        seconds = FIRING * tier.threshold * tier.long / _ratio(load(premises, tier))
    if seconds > tier.long:
        seconds = tier.long + premises.windows.base
    return math.ceil(seconds / premises.interval)


def scrapes_that_do_not(premises: Premises, tier: Tier) -> int:
    """How long an incident is that must not alert; 0 where one slice of time already may."""
    part = premises.grain
    if part is None:
        return math.floor(
            SILENT * tier.threshold * tier.long / _ratio(load(premises, tier)) / premises.interval
        )
    enough = tier.threshold * tier.long / part
    slices = max(0, min(math.floor(SILENT * enough), math.floor(enough) - 1))
    return math.floor(slices * part / premises.interval)


def _ratio(incident: Load) -> Fraction:
    return Fraction(incident.errors, incident.events)
