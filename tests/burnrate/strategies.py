"""What the engine has to cope with: objectives, periods, clocks and tiers, the usual and the odd."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

from hypothesis import strategies as st

from slo_compiler.burnrate.derive import Setting
from slo_compiler.burnrate.tier import Tier, budget_spent
from slo_compiler.model.alerting import Severity, TierRequest
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import DAY, HOUR, MINUTE, SECOND, Ratio, Seconds

NAMES: Final = ("fast", "medium", "slow", "other")

severities = st.sampled_from(Severity)

# From 50 % down to a ten-thousandth of a percent, each order of magnitude as often as the next.
budgets: st.SearchStrategy[Ratio] = st.builds(
    lambda digits, exponent: Fraction(digits, 10**exponent), st.integers(1, 500), st.integers(3, 6)
)

periods: st.SearchStrategy[Seconds] = st.sampled_from([1, 7, 28, 30, 90, 365]).map(
    lambda days: days * DAY
) | st.integers(24, 365 * 24).map(lambda hours: hours * HOUR)

cadences: st.SearchStrategy[Seconds | None] = st.none() | st.integers(1, 6 * 60).map(
    lambda minutes: minutes * MINUTE
)


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """Clocks as ``defaults.yaml`` may declare them: a base window on the grid and of four scrapes."""
    scrape = draw(st.sampled_from([5, 10, 15, 30, 60, 120])) * SECOND
    evaluation = draw(st.sampled_from([5, 10, 15, 20, 30, 60, 120])) * SECOND
    wish = draw(st.sampled_from([1, 2, 5, 10])) * MINUTE
    ticks = math.ceil(max(wish, 4 * scrape, 2 * evaluation) / evaluation)
    return Clock(scrape, evaluation, ticks * evaluation)


settings = st.builds(Setting, budget=budgets, period=periods, clock=clocks(), cadence=cadences)
long_settings = settings.filter(lambda setting: setting.period >= 7 * DAY)


@st.composite
def tiers(draw: st.DrawFn, period: Seconds = 30 * DAY) -> Tier:
    """Reachable tiers, not necessarily sensible ones."""
    budget = draw(budgets)
    threshold = Fraction(draw(st.integers(1, 999)), 1000)
    long = draw(st.integers(1, 60 * 24)) * MINUTE
    burn = threshold / budget
    return Tier(
        name=draw(st.sampled_from(NAMES)),
        severity=draw(severities),
        long=long,
        short=long / draw(st.integers(2, 12)),
        burn_rate=burn,
        threshold=threshold,
        budget=budget_spent(burn, long, period),
    )


@st.composite
def requests(draw: st.DrawFn) -> TierRequest:
    """Any two of budget, long window and burn rate."""
    budget = Fraction(draw(st.integers(1, 100)), 100)
    long = draw(st.integers(1, 10 * 24 * 60)) * MINUTE
    burn = Fraction(draw(st.integers(1, 300)), 10)
    missing = draw(st.sampled_from(["budget", "long", "burn_rate"]))
    return TierRequest(
        name=draw(st.sampled_from(NAMES)),
        severity=draw(severities),
        budget=None if missing == "budget" else budget,
        long=None if missing == "long" else long,
        burn_rate=None if missing == "burn_rate" else burn,
    )


request_lists = st.lists(requests(), min_size=1, max_size=4, unique_by=lambda request: request.name)
