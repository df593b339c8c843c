"""What our alerts do to services with little traffic: false pages a month, and how soon they see an outage.

Requests come at random (Poisson), each counted for itself, month after month without a break. The conditions
of the page tiers are evaluated as the rules have them: exact counts in both windows, thresholds and
``min_errors``, at every evaluation. Half of the budget's errors is what a healthy service has.

A tier can fire only where an error is in its short window, and errors are few: its windows are looked at
there alone.

    python -m bench.low_traffic
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.derive import Setting, derive
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.alerting import Severity
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import DAY, HOUR, Seconds
from slo_compiler.rules.alerts import HALF_AN_ERROR

OBJECTIVE: Final = Fraction(999, 1000)
PERIOD: Final = 30 * DAY
RATES: Final = (10, 30, 100, 1000)
"""Requests an hour."""

MIN_ERRORS: Final = (1, 3)
"""Without that rule, and by default."""

HEALTHY: Final = Fraction(1, 2)
"""The part of the budget that the errors of a healthy service spend."""

MONTHS: Final = 5000
OUTAGES: Final = 2000
SEED: Final = 1

Counts = npt.NDArray[np.int64]

Ticks = npt.NDArray[np.int64]
"""Evaluations by their number, the first of which is 0."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What had been counted before the first evaluation, 0, and at each one."""

    events: Counts
    errors: Counts

    @classmethod
    def of(cls, events: Counts, errors: Counts) -> Self:
        """Of events, and the errors among them, between each evaluation and the one before."""
        return cls(_running_total(events), _running_total(errors))


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages a month, and the standard error of that."""

    a_month: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Outage:
    """How long after their beginning total outages page, in seconds; infinite where not in six hours."""

    median: float
    slowest_of_twenty: float
    unseen: float
    """The share of outages that did not page in six hours."""


@cache
def page_tiers() -> tuple[Tier, ...]:
    """The default page tiers of 99.9 % over 30 days."""
    tiers, _ = derive(policy.DEFAULT_TIERS, Setting(1 - OBJECTIVE, PERIOD, Clock(), None))
    return tuple(tier for tier in tiers if tier.severity is Severity.PAGE)


def false_pages(rate: int, *, months: int = MONTHS, seed: int = SEED) -> dict[int, Pages]:
    """Pages of a service that spends half of its budget at ``rate`` requests an hour, by ``min_errors``.

    While one tier fires, another is no second page: the faster holds back the slower.
    """
    pages: dict[int, list[int]] = {min_errors: [] for min_errors in MIN_ERRORS}
    for before, traffic in _months(rate, months, seed):
        for min_errors, found in pages.items():
            conditions = [(fires(traffic, tier, min_errors), tier) for tier in page_tiers()]
            found.append(sum(page >= before for page in begins(conditions)))
    return {
        min_errors: Pages(float(np.mean(found)), float(np.std(found)) / math.sqrt(months))
        for min_errors, found in pages.items()
    }


def outages(rate: int, min_errors: int, *, number: int = OUTAGES, seed: int = SEED) -> Outage:
    """When the first page of a total outage comes, after six healthy hours at ``rate`` requests an hour."""
    random = np.random.default_rng(seed)
    before, after = (_ticks(6 * HOUR),) * 2
    waits = np.full(number, np.inf)
    for index in range(number):
        events = _events(random, _a_tick(rate), before + after)
        errors = np.where(np.arange(before + after) < before, 0, events)
        traffic = Traffic.of(events, errors)
        ticks = np.concatenate([fires(traffic, tier, min_errors) for tier in page_tiers()])
        if ticks.size:
            waits[index] = (int(ticks.min()) - before + 1) * float(_tick())
    return Outage(
        median=float(np.quantile(waits, 0.5, method="higher")),
        slowest_of_twenty=float(np.quantile(waits, 0.95, method="higher")),
        unseen=float(np.isinf(waits).mean()),
    )


def fires(traffic: Traffic, tier: Tier, min_errors: int) -> Ticks:
    """The evaluations at which the condition of a tier holds; nothing was counted before the first one."""
    ticks = _those_after(np.flatnonzero(np.diff(traffic.errors) > 0), tier.short, len(traffic.errors) - 1)
    for window in (tier.short, tier.long):
        errors, events = (_counted(total, window, ticks) for total in (traffic.errors, traffic.events))
        ticks = ticks[errors > float(tier.threshold) * events]
    return ticks[_counted(traffic.errors, tier.long, ticks) > float(min_errors - HALF_AN_ERROR)]


def _those_after(some: Ticks, window: Seconds, end: int) -> Ticks:
    """The evaluations in whose window there is one of some."""
    reached = np.zeros(end + _ticks(window), np.bool_)
    reached[np.add.outer(some, np.arange(_ticks(window)))] = True
    return np.flatnonzero(reached[:end])


def begins(conditions: Sequence[tuple[Ticks, Tier]]) -> list[int]:
    """The evaluations at which it begins that any tier fires.

    A tier fires while its condition holds, and for its keep time after that.
    """
    firing = sorted(
        (int(tick), int(tick) + _ticks(tier.keep_firing)) for ticks, tier in conditions for tick in ticks
    )
    found, until = [], -2
    for first, last in firing:
        if first > until + 1:
            found.append(first)
        until = max(until, last)
    return found


def _months(rate: int, months: int, seed: int) -> Iterator[tuple[int, Traffic]]:
    """Each month and as much before it as its first evaluation can depend on: how many, and the traffic."""
    random = np.random.default_rng(seed)
    before, month = (
        _ticks(max(tier.long + tier.keep_firing + _tick() for tier in page_tiers())),
        _ticks(PERIOD),
    )
    wrong = float(HEALTHY * (1 - OBJECTIVE))
    past: tuple[Counts, Counts] | None = None
    for _ in range(months):
        good, bad = (
            _events(random, _a_tick(rate) * share, before + month if past is None else month)
            for share in (1 - wrong, wrong)
        )
        if past is not None:
            good, bad = (
                np.concatenate([was[-before:], now]) for was, now in zip(past, (good, bad), strict=True)
            )
        past = good, bad
        yield before, Traffic.of(good + bad, bad)


def _events(random: np.random.Generator, a_tick: float, ticks: int) -> Counts:
    """Events that come at random, counted at each evaluation."""
    at = random.integers(ticks, size=random.poisson(a_tick * ticks))
    return np.bincount(at, minlength=ticks)


def _running_total(counts: Counts) -> Counts:
    total: Counts = np.concatenate([[0], np.cumsum(counts)])
    return total


def _counted(total: Counts, window: Seconds, ticks: Ticks) -> Counts:
    """The sum over a window, at some evaluations."""
    return total[ticks + 1] - total[np.maximum(ticks + 1 - _ticks(window), 0)]


def _a_tick(rate: int) -> float:
    return float(rate * _tick() / HOUR)


def _ticks(time: Seconds) -> int:
    return int(time / _tick())


def _tick() -> Seconds:
    return Clock().evaluation_interval


def main() -> None:
    """Print the table of the documentation."""
    print(f"{MONTHS:,} months and {OUTAGES:,} total outages of 99.9% over 30d at each rate, seed {SEED}")
    print()
    print(
        "| requests an hour | min_errors | false pages a month | outage pages after | 95% within | unseen |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for rate in RATES:
        for min_errors, pages in false_pages(rate).items():
            outage = outages(rate, min_errors)
            print(
                f"| {rate:,} | {min_errors} | {pages.a_month:.3f} ± {pages.standard_error:.3f} "
                f"| {outage.median / 60:.1f} min | {outage.slowest_of_twenty / 60:.1f} min "
                f"| {outage.unseen:.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
