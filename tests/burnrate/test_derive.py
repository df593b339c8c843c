"""Derived tiers keep every order and limit for any objective and period, and tell each change."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.derive import Setting, complete, derive
from slo_compiler.burnrate.tier import Tier, is_reachable
from slo_compiler.model.alerting import Severity, TierRequest
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Seconds,
)
from tests.burnrate import strategies
from tests.burnrate.examples import default_tiers, setting_of, summaries

HALF = Fraction(1, 2)


# Orders and limits, whatever tiers are asked for.


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_budget_times_period_is_burn_rate_times_long_window(
    requests: list[TierRequest], setting: Setting
) -> None:
    for tier in derive(requests, setting)[0]:
        assert tier.budget * setting.period == tier.burn_rate * tier.long


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_the_threshold_is_the_burn_rate_as_an_error_ratio(
    requests: list[TierRequest], setting: Setting
) -> None:
    for tier in derive(requests, setting)[0]:
        assert tier.threshold == tier.burn_rate * setting.budget


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_every_tier_can_fire_well_before_a_total_outage(
    requests: list[TierRequest], setting: Setting
) -> None:
    for tier in derive(requests, setting)[0]:
        assert is_reachable(tier.threshold)
        assert tier.threshold <= max(HALF, setting.budget)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_no_tier_alerts_on_a_budget_that_lasts(requests: list[TierRequest], setting: Setting) -> None:
    for tier in derive(requests, setting)[0]:
        assert tier.burn_rate >= 1


@given(setting=strategies.settings)
def test_a_tier_waits_for_half_of_the_budget_at_most_unless_it_burns_no_faster_than_the_period(
    setting: Setting,
) -> None:
    for tier in default_tiers(setting):
        assert tier.budget <= max(HALF, tier.long / setting.period)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_a_slower_tier_looks_back_longer_at_a_slower_burn(
    requests: list[TierRequest], setting: Setting
) -> None:
    for faster, slower in itertools.pairwise(derive(requests, setting)[0]):
        assert faster.long < slower.long
        assert faster.burn_rate > slower.burn_rate


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_the_windows_grow_from_short_to_long_to_period(requests: list[TierRequest], setting: Setting) -> None:
    for tier in derive(requests, setting)[0]:
        assert tier.short < tier.long < setting.period


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_the_short_window_holds_enough_scrapes_evaluations_and_measurements(
    requests: list[TierRequest], setting: Setting
) -> None:
    for tier in derive(requests, setting)[0]:
        assert tier.short >= 4 * setting.clock.scrape_interval
        assert tier.short >= 2 * setting.clock.evaluation_interval
        assert tier.short >= 4 * (setting.cadence or 0)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_long_windows_are_whole_multiples_of_short_ones_and_those_of_evaluations(
    requests: list[TierRequest], setting: Setting
) -> None:
    for tier in derive(requests, setting)[0]:
        assert (tier.long / tier.short).denominator == 1
        assert (tier.short / setting.clock.evaluation_interval).denominator == 1


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_a_tier_keeps_its_name_and_severity(requests: list[TierRequest], setting: Setting) -> None:
    asked = {request.name: request.severity for request in requests}
    for tier in derive(requests, setting)[0]:
        assert asked[tier.name] is tier.severity


# Orders between objectives.


@given(setting=strategies.settings, share=st.integers(1, 99))
def test_a_lower_objective_never_gives_the_fast_tier_a_higher_burn_rate(setting: Setting, share: int) -> None:
    """Slower tiers are rounded up to multiples of this one's windows, so theirs may differ by a rounding."""
    stricter = replace(setting, budget=setting.budget * share / 100)
    burns = [
        tier.burn_rate
        for of_objective in (setting, stricter)
        for tier in default_tiers(of_objective)
        if tier.name == "fast"
    ]
    assert burns == sorted(burns)


@given(setting=strategies.settings, share=st.integers(1, 99))
def test_a_lower_objective_never_shortens_the_long_window_of_the_fast_tier(
    setting: Setting, share: int
) -> None:
    stricter = replace(setting, budget=setting.budget * share / 100)
    longs = [
        tier.long
        for of_objective in (stricter, setting)
        for tier in default_tiers(of_objective)
        if tier.name == "fast"
    ]
    assert longs == sorted(longs)


@given(setting=strategies.long_settings)
def test_deriving_from_derived_tiers_changes_nothing(setting: Setting) -> None:
    """Under names that have no lowest burn rate: raising a burn that was lowered for its threshold undoes it.

    And for periods of a week or more, since a shorter one shortens whatever window it is given.
    """
    setting = replace(setting, cadence=None)
    tiers = default_tiers(setting)
    again = [
        TierRequest(f"{tier.name}-again", tier.severity, budget=tier.budget, long=tier.long) for tier in tiers
    ]
    assert [replace(tier, name=f"{tier.name}-again") for tier in tiers] == list(derive(again, setting)[0])


# The tables that they make.


def test_three_nines_over_30_days_are_the_table_of_the_workbook() -> None:
    tiers, repairs = derive(policy.DEFAULT_TIERS, setting_of("99.9%", "30d"))
    assert repairs == ()
    assert tiers == (
        Tier("fast", Severity.PAGE, HOUR, 5 * MINUTE, Fraction("14.4"), Fraction("0.0144"), Fraction("0.02")),
        Tier(
            "medium", Severity.PAGE, 6 * HOUR, 30 * MINUTE, Fraction(6), Fraction("0.006"), Fraction("0.05")
        ),
        Tier("slow", Severity.TICKET, 3 * DAY, 6 * HOUR, Fraction(1), Fraction("0.001"), Fraction("0.1")),
    )


@pytest.mark.parametrize(
    ("objective", "period", "cadence", "table"),
    [
        pytest.param(
            "99.9%",
            "30d",
            None,
            ["fast 1h/5m 14.4x 2%", "medium 6h/30m 6x 5%", "slow 3d/6h 1x 10%"],
            id="99.9% over 30d",
        ),
        pytest.param(
            "99.9%",
            "28d",
            None,
            ["fast 1h/5m 13.44x 2%", "medium 6h/30m 5.6x 5%", "slow 3d/6h 1x 10.71%"],
            id="99.9% over 28d",
        ),
        pytest.param(
            "99.9%",
            "7d",
            None,
            ["fast 1h/5m 6x 3.571%", "medium 6h/30m 3x 10.71%", "slow 18h/1h30m 1x 10.71%"],
            id="99.9% over 7d",
        ),
        pytest.param(
            "99.9%",
            "1d",
            None,
            ["fast 12m/2m 6x 5%", "medium 1h12m/6m 3x 15%", "slow 2h24m/12m 1x 10%"],
            id="99.9% over 1d",
        ),
        pytest.param(
            "95%",
            "30d",
            None,
            ["fast 2h/10m 7.2x 2%", "medium 6h/30m 6x 5%", "slow 3d/6h 1x 10%"],
            id="95% over 30d",
        ),
        pytest.param(
            "95%",
            "28d",
            None,
            ["fast 2h/10m 6.72x 2%", "medium 6h/30m 5.6x 5%", "slow 3d/6h 1x 10.71%"],
            id="95% over 28d",
        ),
        pytest.param(
            "95%",
            "7d",
            None,
            ["fast 1h/5m 6x 3.571%", "medium 6h/30m 3x 10.71%", "slow 18h/1h30m 1x 10.71%"],
            id="95% over 7d",
        ),
        pytest.param(
            "95%",
            "1d",
            None,
            ["fast 12m/2m 6x 5%", "medium 1h12m/6m 3x 15%", "slow 2h24m/12m 1x 10%"],
            id="95% over 1d",
        ),
        pytest.param(
            "90%",
            "30d",
            None,
            ["fast 3h/15m 4.8x 2%", "medium 9h/45m 4x 5%", "slow 3d/6h 1x 10%"],
            id="90% over 30d",
        ),
        pytest.param(
            "90%",
            "28d",
            None,
            ["fast 3h/15m 4.48x 2%", "medium 9h/45m 3.733x 5%", "slow 3d/6h 1x 10.71%"],
            id="90% over 28d",
        ),
        pytest.param(
            "90%",
            "7d",
            None,
            ["fast 1h/5m 5x 2.976%", "medium 6h/30m 3x 10.71%", "slow 18h/1h30m 1x 10.71%"],
            id="90% over 7d",
        ),
        pytest.param(
            "90%",
            "1d",
            None,
            ["fast 12m/2m 5x 4.167%", "medium 1h12m/6m 3x 15%", "slow 2h24m/12m 1x 10%"],
            id="90% over 1d",
        ),
        pytest.param("50%", "30d", None, ["fast 15h/1h15m 1x 2.083%"], id="50% over 30d"),
        pytest.param("50%", "28d", None, ["fast 14h/1h10m 1x 2.083%"], id="50% over 28d"),
        pytest.param("50%", "7d", None, ["fast 4h/20m 1x 2.381%"], id="50% over 7d"),
        pytest.param("50%", "1d", None, ["fast 30m/2m30s 1x 2.083%"], id="50% over 1d"),
        pytest.param(
            "99.9%",
            "30d",
            "1h",
            ["fast 8h/4h 6x 6.667%", "slow 4d/8h 1x 13.33%"],
            id="99.9% over 30d, measured hourly",
        ),
        pytest.param(
            "90%",
            "30d",
            "1h",
            ["fast 8h/4h 5x 5.556%", "slow 4d/8h 1x 13.33%"],
            id="90% over 30d, measured hourly",
        ),
        pytest.param(
            "99.9%",
            "7d",
            "1h",
            ["fast 8h/4h 6x 28.57%", "slow 17h/4h15m 1x 10.12%"],
            id="99.9% over 7d, measured hourly",
        ),
        pytest.param("99.9%", "1d", "1h", ["fast 8h/4h 1.5x 50%"], id="99.9% over 1d, measured hourly"),
    ],
)
def test_the_table_of(objective: str, period: str, cadence: str | None, table: list[str]) -> None:
    assert summaries(default_tiers(setting_of(objective, period, cadence=cadence))) == table


RARE_SCRAPES: Final = Clock(60 * SECOND, 60 * SECOND, 5 * MINUTE)
RARE_EVALUATIONS: Final = Clock(30 * SECOND, 2 * MINUTE, 6 * MINUTE)


@pytest.mark.parametrize(
    ("objective", "period", "cadence", "clock", "table"),
    [
        pytest.param(
            *("80%", "1d", None, RARE_SCRAPES),
            ["fast 12m/4m 2.5x 2.083%", "medium 2h24m/12m 1.667x 16.67%"],
            id="a long window that is just one unit is a multiple of it",
        ),
        pytest.param(
            *("99.9%", "1d", None, RARE_SCRAPES),
            ["fast 12m/4m 6x 5%", "medium 1h36m/8m 3x 20%", "slow 3h12m/16m 1x 13.33%"],
            id="a long window below every unit is a multiple of the smallest",
        ),
        pytest.param(
            *("99.9%", "30d", "30m", None),
            ["fast 4h/2h 6x 3.333%", "medium 7h/2h20m 5.143x 5%", "slow 3d12h/7h 1x 11.67%"],
            id="a tier that burns as fast as the one before it falls behind by one unit",
        ),
        pytest.param(
            *("90%", "14d", None, RARE_EVALUATIONS),
            ["fast 2h24m/12m 2.8x 2%", "medium 7h12m/36m 2.333x 5%", "slow 1d12h/3h 1x 10.71%"],
            id="a burn that would overtake the tier before it is not raised",
        ),
        pytest.param(
            *("80%", "1d", None, None),
            ["fast 12m/2m 2.5x 2.083%", "medium 1h36m/8m 1.875x 12.5%", "slow 3h12m/16m 1x 13.33%"],
            id="a burn of just 1 is raised even so, and falls behind",
        ),
        pytest.param(
            *("90%", "14d", "10m", RARE_EVALUATIONS),
            ["fast 2h24m/48m 2.8x 2%", "medium 7h12m/1h12m 2.5x 5.357%", "slow 1d19h12m/3h36m 1x 12.86%"],
            id="a burn of just the one before it is raised, and falls behind",
        ),
        pytest.param(
            *("99.9%", "1d", "10m", None),
            ["fast 1h24m/42m 6x 35%", "slow 3h/45m 1x 12.5%"],
            id="a short window is lengthened to a whole number of base windows",
        ),
        pytest.param(
            *("75%", "1d", None, Clock(120 * SECOND, 60 * SECOND, 10 * MINUTE)),
            ["fast 24m/8m 1.2x 2%", "medium 3h12m/16m 1x 13.33%"],
            id="a tier no slower than the last one is no tier of its own",
        ),
    ],
)
def test_the_tiers_where(
    objective: str, period: str, cadence: str | None, clock: Clock | None, table: list[str]
) -> None:
    assert summaries(default_tiers(setting_of(objective, period, cadence=cadence, clock=clock))) == table


# One rule each.


def only_tier(request: TierRequest, setting: Setting) -> str:
    tiers, _ = derive([request], setting)
    return summaries(tiers)[0]


def test_a_burn_rate_that_was_asked_for_survives_rounding_and_the_budget_gives() -> None:
    request = TierRequest("slow", Severity.TICKET, budget=Fraction(1, 10), burn_rate=Fraction(2))
    assert only_tier(request, setting_of("99.9%", "28d")) == "slow 1d10h/2h50m 2x 10.12%"


def test_a_budget_that_was_asked_for_survives_rounding_and_the_burn_rate_gives() -> None:
    request = TierRequest("slow", Severity.TICKET, budget=Fraction(1, 10), long=33 * HOUR + 36 * MINUTE)
    assert only_tier(request, setting_of("99.9%", "28d")) == "slow 1d10h/2h50m 1.976x 10%"


def test_the_budget_is_raised_to_a_half_at_most() -> None:
    request = TierRequest("fast", Severity.PAGE, budget=Fraction(1, 100), long=24 * HOUR)
    assert only_tier(request, setting_of("99.9%", "7d")) == "fast 1d/2h 3.5x 50%"


def test_a_long_window_of_almost_the_period_still_burns_no_slower_than_the_budget_lasts() -> None:
    request = TierRequest("fast", Severity.PAGE, budget=Fraction(1, 100), long=6 * DAY)
    assert only_tier(request, setting_of("99.9%", "7d")) == "fast 6d/12h 1x 85.71%"


def test_an_objective_below_a_half_has_a_threshold_of_its_whole_budget() -> None:
    tiers, _ = derive(policy.DEFAULT_TIERS, setting_of("40%", "30d"))
    assert [(tier.burn_rate, tier.threshold) for tier in tiers] == [(Fraction(1), Fraction(6, 10))]


def test_an_objective_below_a_half_leaves_the_slowest_burn_alone() -> None:
    request = TierRequest("slow", Severity.TICKET, long=3 * DAY, burn_rate=Fraction(1))
    assert only_tier(request, setting_of("40%", "30d")) == "slow 3d/6h 1x 10%"


def test_a_long_window_of_just_the_period_is_no_tier() -> None:
    request = TierRequest("slow", Severity.TICKET, long=30 * DAY, burn_rate=Fraction(1))
    assert derive([request], setting_of("99.9%", "30d"))[0] == ()


def test_a_threshold_of_just_a_half_is_left_alone() -> None:
    request = TierRequest("fast", Severity.PAGE, long=HOUR, burn_rate=Fraction(10))
    assert only_tier(request, setting_of("95%", "30d")) == "fast 1h/5m 10x 1.389%"


def test_a_period_of_a_week_shortens_no_window() -> None:
    assert default_tiers(setting_of("99.9%", "7d"))[0].long == HOUR


def test_a_period_of_an_hour_less_shortens_them() -> None:
    assert default_tiers(setting_of("99.9%", "6d23h"))[0].long < HOUR + 1


def test_tiers_that_are_asked_for_out_of_order_are_merged_into_the_first() -> None:
    slow_first = tuple(reversed(policy.DEFAULT_TIERS))
    assert summaries(derive(slow_first, setting_of("99.9%", "30d"))[0]) == ["slow 3d/6h 1x 10%"]


def test_a_tier_falls_behind_the_one_just_before_it_and_not_the_fastest() -> None:
    day = TierRequest("day", Severity.TICKET, long=DAY, burn_rate=Fraction(8))
    tiers, _ = derive((*policy.DEFAULT_TIERS[:2], day), setting_of("99.9%", "30d"))
    assert summaries(tiers) == ["fast 1h/5m 14.4x 2%", "medium 6h/30m 6x 5%", "day 1d12h/3h 5.333x 26.67%"]


def test_a_burn_is_not_raised_to_just_that_of_the_tier_before_it() -> None:
    """With a budget of 5/24 no burn is above 2.4, which is what the fast tier has."""
    medium = TierRequest("medium", Severity.PAGE, budget=Fraction(1, 50), long=12 * HOUR)
    setting = Setting(Fraction(5, 24), 30 * DAY, Clock(), None)
    tiers, _ = derive((policy.DEFAULT_TIERS[0], medium), setting)
    assert summaries(tiers) == ["fast 6h/30m 2.4x 2%", "medium 12h/1h 1.2x 2%"]


def test_a_window_too_short_for_any_grid_is_as_long_as_a_dozen_evaluations() -> None:
    """And not as a dozen base windows, which would be four hours here and another tier."""
    clock = Clock(60 * SECOND, 5 * MINUTE, 20 * MINUTE)
    short = TierRequest("short", Severity.PAGE, budget=Fraction(1, 100), long=30 * MINUTE)
    tiers, repairs = derive((policy.DEFAULT_TIERS[0], short), setting_of("99.9%", "30d", clock=clock))
    assert summaries(tiers) == ["fast 1h/10m 14.4x 2%"]
    assert repairs[-1].why == "with long window 1h at 7.2x it would add nothing to fast"


def test_a_request_for_one_quantity_alone_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="tier fast needs two of budget, long and burn_rate"):
        complete(TierRequest("fast", Severity.PAGE, budget=Fraction(1, 50)), 30 * DAY)


@pytest.mark.parametrize(
    ("clock", "cadence", "shortest"),
    [
        pytest.param(Clock(), None, 2 * MINUTE, id="four scrapes"),
        pytest.param(
            Clock(scrape_interval=15 * SECOND, evaluation_interval=MINUTE),
            None,
            2 * MINUTE,
            id="two evaluations",
        ),
        pytest.param(Clock(), 15 * MINUTE, HOUR, id="four measurements"),
        pytest.param(Clock(), 15 * SECOND, 2 * MINUTE, id="measurements more often than scrapes"),
    ],
)
def test_the_shortest_short_window_holds(clock: Clock, cadence: Seconds | None, shortest: Seconds) -> None:
    assert Setting(Fraction(1, 1000), 30 * DAY, clock, cadence).shortest == shortest


def test_a_request_from_which_no_tier_follows_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match=r"^tier fast needs two of budget, long and burn_rate$"):
        complete(TierRequest("fast", Severity.PAGE, long=HOUR), 30 * DAY)


def test_half_of_the_long_window_is_the_longest_short_window_there_is() -> None:
    tiers = default_tiers(setting_of("99.9%", "30d", cadence="6m"))
    assert (tiers[0].long, tiers[0].short) == (60 * MINUTE, 30 * MINUTE)
