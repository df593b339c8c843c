"""Pasts that are drawn: an incident in the traffic of a healthy service, event by event, as chance has it.

Events are drawn around the expected traffic (Poisson), and each fails with the ratio of errors of its moment
(binomial). The seed is fixed, so that the same question has the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, assert_never

import numpy as np
from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.incident import Phase
from slo_compiler.model.indicator import (
    ErrorRatio,
    Events,
    Freshness,
    Good,
    Guardrail,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
)
from slo_compiler.replay.grid import Array, Grid, Mask
from slo_compiler.replay.series import Counters, Ratios, Samples, Series
from slo_compiler.replay.traffic import Traffic

SEED: Final = 20_160_406

HEALTHY_BURN_RATE: Final = Fraction(1, 5)
"""A healthy service spends a fifth of its budget."""

FIRST_SCRAPE: Final = 10.0
FIRST_EVALUATION: Final = 15.0
"""Scrapes and evaluations are at moments of their own, as in every server; no incident begins at one."""


class Expected(Struct, frozen=True, eq=False):
    """What is to be expected at each scrape: how many events, which share of them fails, if it is seen."""

    times: Array
    events: Array
    error_ratio: Array
    scraped: Mask


def expect(plan: Plan, traffic: Traffic, phases: Sequence[Phase], lasts: float) -> Expected:
    """What is to be expected of a service: the phases, and a healthy one when they are over.

    Args:
        plan: whose budget and scrapes.
        traffic: the usual one.
        phases: from time 0 on.
        lasts: how long to look at it.
    """
    apart = float(plan.slo.clock.scrape_interval)
    times = np.arange(FIRST_SCRAPE, lasts, apart, dtype=np.float64)
    phases = [*phases, healthy(Fraction(0))]
    ends = np.cumsum([float(phase.duration) for phase in phases[:-1]])
    now = np.searchsorted(ends, times)
    factor, ratio = (
        np.array(values)[now]
        for values in (
            [float(phase.traffic) for phase in phases],
            [float(phase.error_ratio(plan.slo.budget)) for phase in phases],
        )
    )
    return Expected(
        times=times,
        events=traffic.expected(times, apart) * factor,
        error_ratio=ratio,
        scraped=np.array([phase.scraped for phase in phases])[now],
    )


def healthy(duration: Fraction) -> Phase:
    """A service that keeps its objective."""
    return Phase(duration, burn_rate=HEALTHY_BURN_RATE)


def grid_of(plan: Plan, lasts: float) -> Grid:
    """The evaluations of a past that lasts so long."""
    interval = float(plan.windows.evaluation_interval)
    count = int((lasts - FIRST_EVALUATION) // interval) + 1
    return Grid(FIRST_EVALUATION, interval, count, coarse_start=FIRST_EVALUATION + 7)


def draw(plan: Plan, expected: Expected, draws: int, rng: np.random.Generator | None = None) -> Series:
    """What is scraped of the plan's indicator, in so many rows that only chance tells apart."""
    rng = rng or np.random.default_rng(SEED)
    match plan.slo.indicator:
        case (
            Ratio(counted=counted)
            | Events(counted=counted)
            | Quality(judged=Ratio(counted=counted))
            | Guardrail(checks=Ratio(counted=counted))
        ):
            return _counters(plan, expected, draws, rng, good=isinstance(counted, Good))
        case Latency():
            return _counters(plan, expected, draws, rng, good=True)
        case ErrorRatio():
            ratio = np.where(expected.scraped, expected.error_ratio, np.nan)
            return Ratios(expected.times, np.tile(ratio, (draws, 1)))
        case Probe() | Threshold() | Freshness():
            return _samples(plan, expected, draws, rng)
        case _:
            assert_never(plan.slo.indicator)


def _counters(
    plan: Plan, expected: Expected, draws: int, rng: np.random.Generator, *, good: bool
) -> Counters:
    events = rng.poisson(expected.events, size=(draws, expected.times.size))
    errors = rng.binomial(events, expected.error_ratio)
    counted = events - errors if good else errors
    all_, some = (_shown(_arriving(np.cumsum(each, axis=1), plan), expected) for each in (events, counted))
    return Counters(expected.times, all_, some, counts_good=good)


def _arriving(counter: Array, plan: Plan) -> Array:
    """The counter as it grows: at once, or with each run of a job that updates it."""
    columns = np.arange(counter.shape[1])
    return np.asarray(counter[:, columns - columns % _scrapes_a_measurement(plan)], dtype=np.float64)


def _samples(plan: Plan, expected: Expected, draws: int, rng: np.random.Generator) -> Samples:
    """Slices of time: one at each scrape, whatever the traffic; with a cadence, several with one fate."""
    scrapes = _scrapes_a_measurement(plan)
    fates = rng.random((draws, expected.times.size // scrapes + 1)).repeat(scrapes, axis=1)
    failed = fates[:, : expected.times.size] < expected.error_ratio
    events = np.ones(failed.shape)
    return Samples(expected.times, _shown(events, expected), _shown(failed.astype(np.float64), expected))


def _scrapes_a_measurement(plan: Plan) -> int:
    cadence = plan.slo.cadence or plan.slo.clock.scrape_interval
    return max(1, int(cadence / plan.slo.clock.scrape_interval))


def _shown(values: Array, expected: Expected) -> Array:
    return np.where(expected.scraped, values, np.nan)
