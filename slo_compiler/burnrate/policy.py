"""The default tiers and the limits that every tier keeps, each a number with its reason.

Source of the table: Google, The Site Reliability Workbook, chapter 5, table 5-8, for a period of 30 days.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from slo_compiler.model.alerting import Severity, TierRequest
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import DAY, HOUR, MINUTE, Ratio, Seconds

DEFAULT_TIERS: Final = (
    TierRequest("fast", Severity.PAGE, budget=Fraction(2, 100), long=1 * HOUR),
    TierRequest("medium", Severity.PAGE, budget=Fraction(5, 100), long=6 * HOUR),
    TierRequest("slow", Severity.TICKET, budget=Fraction(10, 100), burn_rate=Fraction(1)),
)

LOWEST_BURN_RATES: Final = {"fast": Fraction(6), "medium": Fraction(3)}
"""Slower burns than these leave time until the morning: they are no reason to page as fast as this."""

LOWEST_BURN_RATE: Final = Fraction(1)
"""Below 1 a tier would alert on a budget that lasts."""

HIGHEST_THRESHOLD: Final = Fraction(1, 2)
"""An error ratio above this may never be seen: half the requests fail, and the alert must have fired."""

HIGHEST_BUDGET: Final = Fraction(1, 2)
"""A tier that waits until more than half the budget is gone protects nothing."""

SHORT_PERIOD: Final = 7 * DAY
"""Periods shorter than this also shorten the long windows, in proportion: 1h of 7d is P/168, 6h is P/28."""

WINDOW_RATIO: Final = 12
"""The short window is this part of the long one, as in the workbook."""

SHORT_WINDOW_PARTS: Final = (12, 6, 4, 3, 2)
"""Where a twelfth is too short to hold enough samples: the parts of the long window tried next."""

LONGEST_KEEP: Final = 5 * MINUTE
"""An alert outlives its condition by this at most.

On the traffic of ``bench.nasa`` it takes nine of ten repeated pages away, and a quarter of an hour took
hardly more: beyond, a responder watches a problem that is over.
"""

SHORTEST_HOLD: Final = 5 * MINUTE
LONGEST_HOLD: Final = 1 * HOUR
"""Bounds of how long data must be absent: below, a restart alerts; above, an outage hides."""

HOLD_BUDGET: Final = Fraction(5, 100)
"""The share of the budget that may go unseen before absent data alerts, were it all errors."""


def shortest_short_window(scrape: Seconds, evaluation: Seconds, cadence: Seconds | None) -> Seconds:
    """The shortest window that surely holds what a rate needs.

    Four scrapes, so that one missed does not blind it; two evaluations, so that no rule steps over it; four
    of the indicator's own measurements, where those are rarer than scrapes.
    """
    return max(4 * scrape, 2 * evaluation, 4 * (cadence or Fraction(0)))


def steady_base_window(clock: Clock, period: Seconds) -> Seconds | None:
    """The base window of all tiers derived for a period, whatever the objective; None where there is none.

    Derived long windows are whole multiples of a dozen declared base windows, or of a dozen evaluations where
    the fastest one is shorter than that.
    """
    tick = clock.evaluation_interval
    fastest = min(HOUR, period * HOUR / SHORT_PERIOD)
    if WINDOW_RATIO * clock.base_window <= fastest and (clock.base_window / tick).denominator == 1:
        return clock.base_window
    shortest = shortest_short_window(clock.scrape_interval, tick, None)
    parts = [tick * ticks for ticks in range(1, WINDOW_RATIO + 1) if WINDOW_RATIO % ticks == 0]
    return max((part for part in parts if shortest <= part <= clock.base_window), default=None)


def lowest_burn_rate(tier: str) -> Ratio:
    """The burn rate below which a default tier of this name is not worth its alert."""
    return LOWEST_BURN_RATES.get(tier, LOWEST_BURN_RATE)
