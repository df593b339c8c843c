"""What our alerts do to services with little traffic: false pages a month, and how soon they see an outage.

Requests come at random (Poisson), each counted for itself, month after month. The conditions of the page
tiers are evaluated as the rules have them: exact counts in both windows, thresholds and ``min_errors``, at
every evaluation. Half of the budget's errors is what a healthy service has.

    python -m bench.low_traffic
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.derive import Setting, derive
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.alerting import Severity
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import DAY, HOUR
from slo_compiler.rules.alerts import HALF_AN_ERROR

OBJECTIVE: Final = Fraction(999, 1000)
PERIOD: Final = 30 * DAY
RATES: Final = (10, 30, 100, 1000)
"""Requests an hour."""

MIN_ERRORS: Final = 3
HEALTHY: Final = Fraction(1, 2)
"""The part of the budget that the errors of a healthy service spend."""

MONTHS: Final = 500
OUTAGES: Final = 1000
SEED: Final = 1

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outage:
    """How long after their beginning total outages page, in seconds; infinite where not in six hours."""

    median: float
    slowest_of_twenty: float
    unseen: float
    """The share of outages that did not page in six hours."""


def page_tiers() -> list[Tier]:
    """The default page tiers of 99.9 % over 30 days."""
    tiers, _ = derive(policy.DEFAULT_TIERS, Setting(1 - OBJECTIVE, PERIOD, Clock(), None))
    return [tier for tier in tiers if tier.severity is Severity.PAGE]


def false_pages(rate: int, min_errors: int, *, months: int = MONTHS, seed: int = SEED) -> float:
    """Pages a month of a service that spends half of its budget at ``rate`` requests an hour.

    While one tier fires, another is no second page: the faster holds back the slower.
    """
    random = np.random.default_rng(seed)
    slots = int(PERIOD / _tick())
    pages = 0
    for _ in range(months):
        events = random.poisson(float(rate * _tick() / HOUR), slots)
        errors = random.binomial(events, float(HEALTHY * (1 - OBJECTIVE)))
        firing = [kept_firing(fires(events, errors, tier, min_errors), tier) for tier in page_tiers()]
        pages += _episodes(np.any(firing, axis=0))
    return pages / months


def outages(rate: int, min_errors: int, *, number: int = OUTAGES, seed: int = SEED) -> Outage:
    """When the first page of a total outage comes, after six healthy hours at ``rate`` requests an hour."""
    random = np.random.default_rng(seed)
    before, after = (int(6 * HOUR / _tick()),) * 2
    waits = np.full(number, np.inf)
    for index in range(number):
        events = random.poisson(float(rate * _tick() / HOUR), before + after)
        errors = np.concatenate([np.zeros(before, np.int64), events[before:]])
        firing = np.any([fires(events, errors, tier, min_errors) for tier in page_tiers()], axis=0)
        if firing.any():
            waits[index] = (int(firing.argmax()) - before + 1) * float(_tick())
    return Outage(
        median=float(np.quantile(waits, 0.5, method="higher")),
        slowest_of_twenty=float(np.quantile(waits, 0.95, method="higher")),
        unseen=float(np.isinf(waits).mean()),
    )


def fires(events: Counts, errors: Counts, tier: Tier, min_errors: int) -> Flags:
    """At which evaluations the condition of a tier holds; nothing was counted before the first one.

    Args:
        events: those between each evaluation and the one before.
        errors: those among them that are errors.
        tier: the tier.
        min_errors: how many errors the long window has to hold.
    """
    enough = _counted(errors, tier.long) > float(min_errors - HALF_AN_ERROR)
    return enough & _above(events, errors, tier.long, tier) & _above(events, errors, tier.short, tier)


def kept_firing(condition: Flags, tier: Tier) -> Flags:
    """When the alert fires: while its condition holds, and for its keep time after that."""
    return _counted(condition.astype(np.int64), tier.keep_firing + _tick()) > 0


def _above(events: Counts, errors: Counts, window: Fraction, tier: Tier) -> Flags:
    """Whether the error ratio in a window is above the threshold; without events there is none."""
    return _counted(errors, window) > float(tier.threshold) * _counted(events, window)


def _counted(counts: Counts, window: Fraction) -> Counts:
    """The sum over a window, at each evaluation."""
    total: Counts = np.cumsum(counts)
    slots = int(window / _tick())
    before: Counts = np.concatenate([np.zeros(slots, np.int64), total])[: len(total)]
    return total - before


def _episodes(firing: Flags) -> int:
    """How many times it begins."""
    return int(firing[0]) + int(np.count_nonzero(firing[1:] & ~firing[:-1]))


def _tick() -> Fraction:
    return Clock().evaluation_interval


def main() -> None:
    """Print the table of the documentation."""
    print(f"{MONTHS} months and {OUTAGES} total outages of 99.9% over 30d at each rate, seed {SEED}")
    print()
    print(
        "| requests an hour | min_errors | false pages a month | outage pages after | 95% within | unseen |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for rate in RATES:
        for min_errors in (1, MIN_ERRORS):
            outage, pages = outages(rate, min_errors), false_pages(rate, min_errors)
            print(
                f"| {rate:,} | {min_errors} | {pages:.2f} | {outage.median / 60:.1f} min "
                f"| {outage.slowest_of_twenty / 60:.1f} min | {outage.unseen:.1%} |"
            )


if __name__ == "__main__":
    main()
