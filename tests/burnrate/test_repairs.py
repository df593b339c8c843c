"""No default tier is changed silently: what it was, what it is and why is told."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.derive import Repair, Setting, complete, derive
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.alerting import Severity, TierRequest
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import (
    HOUR,
    MINUTE,
    SECOND,
    Seconds,
    format_decimal,
    format_duration,
)
from tests.burnrate import strategies
from tests.burnrate.examples import setting_of


def is_untouched(tier: Tier, request: TierRequest, period: Seconds) -> bool:
    budget, long, burn = complete(request, period)
    return (tier.budget, tier.long, tier.short, tier.burn_rate) == (budget, long, long / 12, burn)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_a_repair_is_told_exactly_where_a_tier_is_not_the_one_asked_for(
    requests: list[TierRequest], setting: Setting
) -> None:
    tiers, repairs = derive(requests, setting)
    asked = {request.name: request for request in requests}
    untouched = {tier.name for tier in tiers if is_untouched(tier, asked[tier.name], setting.period)}
    assert {repair.tier for repair in repairs} == asked.keys() - untouched


@given(setting=strategies.settings)
def test_no_repair_turns_a_thing_into_itself(setting: Setting) -> None:
    assert [
        str(repair) for repair in derive(policy.DEFAULT_TIERS, setting)[1] if repair.before == repair.after
    ] == []


@given(setting=strategies.settings)
def test_the_last_long_window_and_burn_rate_that_are_told_are_the_tiers(setting: Setting) -> None:
    tiers, repairs = derive(policy.DEFAULT_TIERS, setting)
    for tier in tiers:
        told = [repair.after for repair in repairs if repair.tier == tier.name]
        longs = [match[1] for after in told if (match := re.search(r"long window (\S+)", after))]
        assert longs[-1:] in ([], [format_duration(tier.long)])
        burns = [match[1] for after in told if (match := re.search(r"at (\S+)x", after))]
        assert burns[-1:] in ([], [format_decimal(tier.burn_rate, digits=4)])


@given(setting=strategies.settings)
def test_only_tiers_that_are_rejected_are_missing(setting: Setting) -> None:
    tiers, repairs = derive(policy.DEFAULT_TIERS, setting)
    rejected = {
        repair.tier for repair in repairs if repair.after == "no tier" or repair.after.startswith("part of ")
    }
    assert {tier.name for tier in tiers} == {"fast", "medium", "slow"} - rejected


def changes(setting: Setting) -> list[str]:
    """Repairs without their reasons: ``fast: long window 1h -> long window 2h``."""
    return [
        f"{repair.tier}: {repair.before} -> {repair.after}"
        for repair in derive(policy.DEFAULT_TIERS, setting)[1]
    ]


def test_a_repair_reads_as_a_sentence() -> None:
    repair = Repair("fast", before="long window 1h", after="long window 2h", why="it is too short")
    assert str(repair) == "fast: long window 1h became long window 2h, because it is too short"


def test_at_95_percent_the_fast_page_alone_is_out_of_reach() -> None:
    assert changes(setting_of("95%", "30d")) == ["fast: long window 1h at 14.4x -> long window 2h at 7.2x"]


def test_a_week_raises_the_budgets_of_the_pages() -> None:
    assert changes(setting_of("99.9%", "7d")) == [
        "fast: 2% of the budget -> 3.57% of the budget at 6x",
        "medium: 5% of the budget -> 10.7% of the budget at 3x",
        "slow: long window 16h48m -> long window 18h",
    ]


def test_a_day_shortens_the_windows_of_the_pages() -> None:
    assert changes(setting_of("99.9%", "1d")) == [
        "fast: long window 1h -> long window 8m34s",
        "fast: long window 8m34s -> long window 12m",
        "fast: 2% of the budget -> 5% of the budget at 6x",
        "fast: short window 1m -> 2m",
        "medium: long window 6h -> long window 51m26s",
        "medium: long window 51m26s -> long window 1h12m",
        "medium: 5% of the budget -> 15% of the budget at 3x",
    ]


def test_an_hourly_measurement_leaves_no_room_for_a_medium_tier() -> None:
    assert changes(setting_of("99.9%", "30d", cadence="1h")) == [
        "fast: long window 1h -> long window 8h",
        "fast: 2% of the budget -> 6.67% of the budget at 6x",
        "medium: a tier of its own -> part of fast",
        "slow: long window 3d -> long window 4d",
    ]


def test_a_measurement_every_six_hours_leaves_no_tier_for_a_day() -> None:
    tiers, repairs = derive(policy.DEFAULT_TIERS, setting_of("99.9%", "1d", cadence="6h"))
    assert tiers == ()
    assert [repair.tier for repair in repairs if repair.after == "no tier"] == ["fast", "medium", "slow"]


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        pytest.param(
            setting_of("95%", "30d"), "an error ratio above 72% is too much to wait for", id="high threshold"
        ),
        pytest.param(
            setting_of("90%", "30d"), "an error ratio above 144% cannot be", id="impossible threshold"
        ),
        pytest.param(
            setting_of("95.33%", "30d"),
            "an error ratio above 67.25% is too much to wait for",
            id="high threshold of many digits",
        ),
        pytest.param(
            setting_of("99.9%", "30d", cadence="30m"),
            "the next faster tier fires at 6x already",
            id="a burn rate that the tier before it has",
        ),
        pytest.param(
            setting_of("80%", "7d", cadence="10m", clock=Clock(30 * SECOND, 2 * MINUTE, 6 * MINUTE)),
            "with long window 16h48m at 1x it would add nothing to medium",
            id="behind a tier that no burn could be slower than",
        ),
        pytest.param(
            setting_of("80%", "1d", clock=Clock(60 * SECOND, 60 * SECOND, 5 * MINUTE)),
            "with long window 2h24m at 1x it would add nothing to medium",
            id="like the tier just before it",
        ),
        pytest.param(setting_of("99.9%", "1d"), "the period is only 1d", id="short period"),
        pytest.param(
            setting_of("99.9%", "7d"),
            "a burn of 3.36x the allowed rate is too slow for a fast tier",
            id="slow burn",
        ),
        pytest.param(
            setting_of("99.9%", "28d"),
            "windows have to be whole multiples of 6h to be added up exactly",
            id="odd window",
        ),
        pytest.param(
            setting_of("99.9%", "30d", cadence="1h"),
            "a window shorter than 4h may hold too few samples",
            id="rare samples",
        ),
        pytest.param(
            setting_of("99.9%", "30d", cadence="1h"),
            "with long window 8h at 4.5x it would add nothing to fast",
            id="two alike",
        ),
        pytest.param(
            setting_of("99.9%", "1d", cadence="6h"),
            "that is no shorter than the period of 1d",
            id="longer than the period",
        ),
    ],
)
def test_the_reason_for(setting: Setting, why: str) -> None:
    assert why in {repair.why for repair in derive(policy.DEFAULT_TIERS, setting)[1]}


def test_a_threshold_of_just_one_cannot_be() -> None:
    request = TierRequest("fast", Severity.PAGE, long=HOUR, burn_rate=Fraction(10))
    assert [repair.why for repair in derive([request], setting_of("90%", "30d"))[1]] == [
        "an error ratio above 100% cannot be"
    ]
