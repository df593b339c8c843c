"""The closed forms against a window that really slides, and against each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from slo_compiler.burnrate.tier import Tier, budget_spent, burn_rate, is_reachable, long_window
from slo_compiler.burnrate.timing import (
    budget_spent_at,
    delay_cost,
    detection_time,
    events_for_one_error,
    exhaustion_time,
    reset_time,
    threshold_in_slices,
)
from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import DAY, HOUR, MINUTE, SECOND, Ratio, Seconds, format_percent
from tests.burnrate import strategies

PERIOD = 30 * DAY
TOTAL_OUTAGE = Fraction(1)

STEPS = 60
"""How many steps of the simulation the long window holds; a short one of a twelfth holds five."""

FAST = Tier(
    name="fast",
    severity=Severity.PAGE,
    long=1 * HOUR,
    short=5 * MINUTE,
    burn_rate=Fraction(144, 10),
    threshold=Fraction(144, 10_000),
    budget=Fraction(2, 100),
)

ratios: st.SearchStrategy[Ratio] = st.integers(0, 1000).map(lambda thousandths: Fraction(thousandths, 1000))
shares: st.SearchStrategy[Ratio] = st.integers(1, 999).map(lambda thousandths: Fraction(thousandths, 1000))
tiers = strategies.tiers(PERIOD)
objective_budgets = strategies.budgets
burn_rates = st.integers(1, 1000).map(lambda tenths: Fraction(tenths, 10))
longs = st.integers(1, 60 * 24 * 10).map(lambda minutes: minutes * MINUTE)


def between(low: Ratio, high: Ratio, share: Ratio) -> Ratio:
    return low + share * (high - low)


def found_after(tier: Tier, error_ratio: Ratio, background: Ratio = Fraction(0)) -> Seconds:
    """The detection time of an incident that is found."""
    time = detection_time(tier, error_ratio, background=background)
    assert time is not None
    return time


def mean(errors: Sequence[Ratio]) -> Ratio:
    return sum(errors, start=Fraction(0)) / len(errors)


def is_firing(errors: Sequence[Ratio], threshold: Ratio) -> bool:
    """Whether both windows that end with the last step are above the threshold."""
    return min(mean(errors[-STEPS:]), mean(errors[-STEPS // 12 :])) > threshold


def steps_until_firing(tier: Tier, error_ratio: Ratio, background: Ratio) -> int | None:
    """The first step of an incident at which the tier fires, found by looking at each."""
    errors = [background] * STEPS
    for step in range(STEPS + 1):
        if is_firing(errors, tier.threshold):
            return step
        errors.append(error_ratio)
    return None


def steps_until_reset(tier: Tier, error_ratio: Ratio) -> int:
    """The first step after a long incident at which the tier no longer fires, found by looking at each."""
    errors = [error_ratio] * STEPS
    step = 0
    while is_firing(errors, tier.threshold):
        errors.append(Fraction(0))
        step += 1
    return step


@given(burn=burn_rates, long=longs, period=strategies.periods)
def test_budget_times_period_is_burn_rate_times_long_window(
    burn: Ratio, long: Seconds, period: Seconds
) -> None:
    assert budget_spent(burn, long, period) * period == burn * long


@given(burn=burn_rates, long=longs, period=strategies.periods)
def test_any_two_of_budget_long_window_and_burn_rate_give_the_third(
    burn: Ratio, long: Seconds, period: Seconds
) -> None:
    budget = budget_spent(burn, long, period)
    assert (burn, long) == (burn_rate(budget, long, period), long_window(budget, burn, period))


@given(burn=burn_rates, budget=objective_budgets)
def test_a_tier_is_reachable_only_above_the_objective_of_one_minus_its_inverse_burn_rate(
    burn: Ratio, budget: Ratio
) -> None:
    assert is_reachable(burn * budget) == (1 - budget > 1 - 1 / burn)


def test_an_error_ratio_cannot_be_above_one() -> None:
    assert not is_reachable(Fraction(1))


@given(tier=tiers, error_ratio=ratios, quiet=shares)
def test_detection_time_is_that_of_a_sliding_window(tier: Tier, error_ratio: Ratio, quiet: Ratio) -> None:
    background = between(Fraction(0), tier.threshold, quiet)
    step = tier.long / STEPS
    time = detection_time(tier, error_ratio, background=background)
    expected = None if time is None else math.floor(time / step) + 1
    assert steps_until_firing(tier, error_ratio, background) == expected


@given(tier=tiers, error_ratio=ratios)
def test_reset_time_is_that_of_a_sliding_window(tier: Tier, error_ratio: Ratio) -> None:
    step = tier.long / STEPS
    twelfth = replace(tier, short=tier.long / 12)
    time = reset_time(twelfth, error_ratio)
    expected = 0 if time is None else math.ceil(time / step)
    assert steps_until_reset(twelfth, error_ratio) == expected


@given(tier=tiers, severe=shares)
def test_without_a_background_detection_takes_the_share_of_the_long_window_that_fills_it(
    tier: Tier, severe: Ratio
) -> None:
    error_ratio = between(tier.threshold, TOTAL_OUTAGE, severe)
    assert found_after(tier, error_ratio) == tier.long * tier.threshold / error_ratio


@given(tier=tiers, longer=st.integers(2, 50))
def test_a_total_outage_is_found_after_the_same_time_whatever_the_long_window(
    tier: Tier, longer: int
) -> None:
    stretched = replace(
        tier, long=tier.long * longer, burn_rate=tier.burn_rate / longer, threshold=tier.threshold / longer
    )
    budget = tier.threshold / tier.burn_rate
    assert found_after(stretched, TOTAL_OUTAGE) == tier.budget * PERIOD * budget


@given(tier=tiers, severe=shares)
def test_the_budget_spent_when_a_tier_fires_is_its_own_whatever_the_error_ratio(
    tier: Tier, severe: Ratio
) -> None:
    error_ratio = between(tier.threshold, TOTAL_OUTAGE, severe)
    budget = tier.threshold / tier.burn_rate
    assert budget_spent_at(found_after(tier, error_ratio), error_ratio, budget, PERIOD) == tier.budget


@given(tier=tiers, severe=shares, more=shares)
def test_a_worse_incident_is_found_sooner(tier: Tier, severe: Ratio, more: Ratio) -> None:
    error_ratio = between(tier.threshold, TOTAL_OUTAGE, severe)
    worse = between(error_ratio, TOTAL_OUTAGE, more)
    assert found_after(tier, worse) < found_after(tier, error_ratio)


@given(tier=tiers, severe=shares, quiet=shares)
def test_an_incident_that_adds_to_errors_is_found_sooner_than_one_from_none(
    tier: Tier, severe: Ratio, quiet: Ratio
) -> None:
    error_ratio = between(tier.threshold, TOTAL_OUTAGE, severe)
    background = between(Fraction(0), tier.threshold, quiet)
    assert found_after(tier, error_ratio, background) < found_after(tier, error_ratio)


@given(tier=tiers, lower=shares, severe=shares)
def test_a_higher_threshold_is_reached_later(tier: Tier, lower: Ratio, severe: Ratio) -> None:
    error_ratio = between(tier.threshold, TOTAL_OUTAGE, severe)
    sensitive = replace(tier, threshold=tier.threshold * lower)
    assert found_after(sensitive, error_ratio) < found_after(tier, error_ratio)


@given(tier=tiers, error_ratio=ratios, quiet=shares)
def test_an_incident_is_found_within_the_long_window_or_never(
    tier: Tier, error_ratio: Ratio, quiet: Ratio
) -> None:
    time = detection_time(tier, error_ratio, background=between(Fraction(0), tier.threshold, quiet))
    assert (time is None) == (error_ratio <= tier.threshold)
    assert time is None or 0 < time < tier.long


@given(tier=tiers, error_ratio=ratios)
def test_the_reset_comes_within_the_short_window(tier: Tier, error_ratio: Ratio) -> None:
    time = reset_time(tier, error_ratio)
    assert (time is None) == (error_ratio <= tier.threshold)
    assert time is None or 0 < time < tier.short


@given(period=strategies.periods, burn=burn_rates)
def test_a_burn_spends_the_whole_budget_by_its_exhaustion(period: Seconds, burn: Ratio) -> None:
    assert budget_spent(burn, exhaustion_time(period, burn), period) == 1


@given(period=strategies.periods, burn=burn_rates, remaining=ratios)
def test_what_remains_of_the_budget_lasts_in_proportion(
    period: Seconds, burn: Ratio, remaining: Ratio
) -> None:
    assert exhaustion_time(period, burn, remaining=remaining) == remaining * period / burn


@given(tier=tiers)
def test_one_error_among_the_events_for_one_error_is_just_the_threshold(tier: Tier) -> None:
    assert tier.threshold * events_for_one_error(tier) == 1


@given(budget=objective_budgets, period=strategies.periods, seconds=st.integers(1, 3600))
def test_a_delay_costs_what_a_total_outage_spends_in_it(budget: Ratio, period: Seconds, seconds: int) -> None:
    assert delay_cost(seconds * SECOND, budget, period) * budget * period == seconds


@given(tier=tiers)
def test_an_alert_outlives_its_condition_by_no_more_than_its_short_window(tier: Tier) -> None:
    assert tier.keep_firing == min(tier.short, 5 * MINUTE)


def test_an_error_ratio_that_is_already_above_the_threshold_is_found_at_once() -> None:
    assert detection_time(FAST, Fraction(2, 100), background=Fraction(2, 100)) == 0


def test_an_error_ratio_of_just_the_threshold_is_never_found() -> None:
    assert detection_time(FAST, FAST.threshold) is None
    assert detection_time(FAST, FAST.threshold, background=FAST.threshold) is None


def test_an_incident_that_was_never_found_never_resets() -> None:
    assert reset_time(FAST, FAST.threshold) is None


def test_a_total_outage_at_three_nines_is_found_in_52_seconds() -> None:
    assert detection_time(FAST, TOTAL_OUTAGE) == Fraction(5184, 100) * SECOND


def test_ten_percent_of_errors_at_three_nines_are_found_in_almost_nine_minutes() -> None:
    assert detection_time(FAST, Fraction(1, 10)) == Fraction(5184, 10) * SECOND


def test_the_fast_page_resets_within_five_minutes_of_a_total_outage() -> None:
    assert reset_time(FAST, TOTAL_OUTAGE) == Fraction(29568, 100) * SECOND


def test_a_burn_rate_of_14_4_leaves_the_budget_two_days_and_two_hours() -> None:
    assert exhaustion_time(PERIOD, FAST.burn_rate) == 2 * DAY + 2 * HOUR


def test_below_seventy_requests_an_hour_one_error_pages_at_three_nines() -> None:
    assert math.floor(events_for_one_error(FAST)) == 69


@pytest.mark.parametrize(
    ("budget", "cost"),
    [
        pytest.param(Fraction(1, 1_000), "3.47%", id="99.9%"),
        pytest.param(Fraction(1, 10_000), "34.7%", id="99.99%"),
        pytest.param(Fraction(1, 100_000), "347%", id="99.999%"),
    ],
)
def test_a_delay_of_90_seconds_costs(budget: Ratio, cost: str) -> None:
    assert format_percent(delay_cost(90 * SECOND, budget, PERIOD), digits=3) == cost


@given(tier=tiers, slices=st.integers(1, 1000))
def test_slices_are_above_the_threshold_when_they_are_above_the_one_they_have_in_effect(
    tier: Tier, slices: int
) -> None:
    slice_ = tier.long / slices
    in_effect = threshold_in_slices(tier.threshold, tier.long, slice_)
    assert in_effect <= tier.threshold
    for bad in range(slices + 1):
        assert (Fraction(bad, slices) > tier.threshold) is (Fraction(bad, slices) > in_effect)


@given(tier=tiers, slices=st.integers(1, 1000))
def test_an_outage_fills_the_slices_that_are_allowed_before_one_is_too_many(tier: Tier, slices: int) -> None:
    slice_ = tier.long / slices
    in_effect = threshold_in_slices(tier.threshold, tier.long, slice_)
    allowed = detection_time(replace(tier, threshold=in_effect), TOTAL_OUTAGE)
    assert allowed is not None
    assert (allowed / slice_).denominator == 1
    assert (allowed + slice_) / tier.long > tier.threshold
