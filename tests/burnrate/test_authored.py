"""What an author wrote is completed and kept; where it cannot do what it says, that is told."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from slo_compiler.burnrate.authored import Authored, check_request, check_tiers, make_tier
from slo_compiler.burnrate.derive import Setting
from slo_compiler.diagnostics import Diagnostic, Level, Position
from slo_compiler.model.alerting import Severity, TierRequest
from slo_compiler.quantities import DAY, HOUR, MINUTE, SECOND, Seconds, parse_duration
from tests.burnrate import strategies
from tests.burnrate.examples import default_tiers, setting_of, summaries

HERE = Position("checkout.yaml", 12, 7)
THREE_NINES = setting_of("99.9%", "30d")


def request_of(
    name: str = "fast",
    *,
    budget: str | None = None,
    long: str | None = None,
    burn_rate: str | None = None,
    short: str | None = None,
) -> TierRequest:
    return TierRequest(
        name=name,
        severity=Severity.PAGE,
        budget=Fraction(budget) if budget else None,
        long=parse_duration(long) if long else None,
        burn_rate=Fraction(burn_rate) if burn_rate else None,
        short=parse_duration(short) if short else None,
        position=HERE,
    )


def found_in(requests: Sequence[TierRequest], setting: Setting) -> list[Diagnostic]:
    tiers = [Authored(make_tier(request, setting), request) for request in requests]
    return list(check_tiers(tiers, setting, default_tiers(setting)))


def checks(found: Sequence[Diagnostic]) -> list[tuple[Level, str]]:
    return [(diagnostic.level, diagnostic.check) for diagnostic in found]


# Requests.


@pytest.mark.parametrize(
    "request_",
    [
        request_of(budget="0.02", long="1h"),
        request_of(budget="0.02", burn_rate="14.4"),
        request_of(long="1h", burn_rate="14.4"),
        request_of(budget="0.02", long="1h", burn_rate="14.4"),
    ],
    ids=["budget and long", "budget and burn rate", "long and burn rate", "all three in agreement"],
)
def test_nothing_is_wrong_with(request_: TierRequest) -> None:
    assert list(check_request(request_, 30 * DAY)) == []


@pytest.mark.parametrize(
    "request_",
    [request_of(), request_of(budget="0.02"), request_of(long="1h"), request_of(burn_rate="14.4")],
    ids=["nothing", "budget alone", "long alone", "burn rate alone"],
)
def test_no_tier_follows_from(request_: TierRequest) -> None:
    assert [str(found) for found in check_request(request_, 30 * DAY)] == [
        (
            "checkout.yaml:12:7: error: tier fast needs two of budget, long and burn_rate: from one alone "
            "follows no threshold [tier/underdetermined]"
        )
    ]


def test_three_that_disagree_are_an_error_that_names_what_follows() -> None:
    request = request_of(budget="0.02", long="1h", burn_rate="10")
    assert [str(found) for found in check_request(request, 7 * DAY)] == [
        (
            "checkout.yaml:12:7: error: tier fast says burn_rate 10, but 2% of the budget of 7d in 1h is a "
            "burn rate of 3.36: leave one out, and it follows [tier/inconsistent]"
        )
    ]


@given(request=strategies.requests(), period=strategies.periods)
def test_two_of_the_three_are_always_consistent(request: TierRequest, period: Seconds) -> None:
    assert list(check_request(request, period)) == []


# Tiers made of them.


@given(request=strategies.requests(), setting=strategies.settings)
def test_what_the_author_wrote_stays(request: TierRequest, setting: Setting) -> None:
    tier = make_tier(request, setting)
    assert (tier.name, tier.severity) == (request.name, request.severity)
    assert request.long in {None, tier.long}
    assert request.burn_rate in {None, tier.burn_rate}
    assert request.budget in {None, tier.budget} or request.long is None


@given(request=strategies.requests(), setting=strategies.settings, seconds=st.integers(1, 86400))
def test_a_short_window_that_the_author_wrote_stays(
    request: TierRequest, setting: Setting, seconds: int
) -> None:
    short = seconds * SECOND
    assert make_tier(replace(request, short=short), setting).short == short


@given(request=strategies.requests(), setting=strategies.settings)
def test_budget_times_period_is_burn_rate_times_long_window(request: TierRequest, setting: Setting) -> None:
    tier = make_tier(request, setting)
    assert tier.budget * setting.period == tier.burn_rate * tier.long


@given(request=strategies.requests(), setting=strategies.settings)
def test_the_threshold_is_the_burn_rate_as_an_error_ratio(request: TierRequest, setting: Setting) -> None:
    tier = make_tier(request, setting)
    assert tier.threshold == tier.burn_rate * setting.budget


@given(request=strategies.requests(), setting=strategies.settings)
def test_windows_that_follow_are_whole_evaluations_and_no_more_than_one_too_long(
    request: TierRequest, setting: Setting
) -> None:
    tier = make_tier(request, setting)
    tick = setting.clock.evaluation_interval
    assert (tier.short / tick).denominator == 1
    assert 0 <= tier.short - tier.long / 12 < tick
    if request.budget is not None and request.burn_rate is not None:
        assert (tier.long / tick).denominator == 1
        assert 0 <= tier.long - request.budget * setting.period / request.burn_rate < tick


@given(setting=strategies.settings)
def test_derived_tiers_are_beyond_reproach_when_an_author_writes_them(setting: Setting) -> None:
    tiers = default_tiers(setting)
    requests = [
        TierRequest(tier.name, tier.severity, budget=tier.budget, long=tier.long, short=tier.short)
        for tier in tiers
    ]
    assert tuple(make_tier(request, setting) for request in requests) == tiers
    assert found_in(requests, setting) == []


@pytest.mark.parametrize(
    ("request_", "summary"),
    [
        pytest.param(request_of(budget="0.02", long="1h"), "fast 1h/5m 14.4x 2%", id="burn rate follows"),
        pytest.param(request_of(budget="0.02", burn_rate="14.4"), "fast 1h/5m 14.4x 2%", id="long follows"),
        pytest.param(request_of(long="1h", burn_rate="14.4"), "fast 1h/5m 14.4x 2%", id="budget follows"),
        pytest.param(
            request_of(budget="0.02", burn_rate="14"), "fast 1h2m/5m30s 14x 2.009%", id="long is rounded up"
        ),
        pytest.param(
            request_of(long="1h", burn_rate="10", short="7m"), "fast 1h/7m 10x 1.389%", id="short is given"
        ),
    ],
)
def test_the_tier_where(request_: TierRequest, summary: str) -> None:
    assert summaries([make_tier(request_, THREE_NINES)]) == [summary]


# What is told about them.


def test_an_unreachable_tier_is_an_error_that_proposes_the_derived_ones() -> None:
    found = found_in([request_of(long="1h", burn_rate="14.4")], setting_of("90%", "30d"))
    assert [str(diagnostic) for diagnostic in found] == [
        (
            "checkout.yaml:12:7: error: the 1h page needs an error ratio above 1.44 and can never fire; "
            "derived for this objective: fast 3h at 4.8x, medium 9h at 4x, slow 3d at 1x [tier/unreachable]"
        )
    ]


def test_an_unreachable_tier_is_an_error_even_where_nothing_can_be_proposed() -> None:
    setting = setting_of("90%", "1d", cadence="6h")
    request = request_of(long="23h", burn_rate="14.4", short="1d")
    found = found_in([replace(request, short=22 * HOUR + 59 * MINUTE)], setting)
    assert checks(found) == [(Level.ERROR, "tier/unreachable"), (Level.ERROR, "tier/short-window")]
    assert found[0].message.endswith("can never fire; no default tier fits this objective and period either")


@given(setting=strategies.settings, burn=st.integers(1, 300))
def test_a_tier_is_called_unreachable_exactly_when_it_is(setting: Setting, burn: int) -> None:
    found = found_in([request_of(long="1h", burn_rate=str(burn))], setting)
    unreachable = (Level.ERROR, "tier/unreachable") in checks(found)
    assert unreachable == (1 - setting.budget <= 1 - Fraction(1, burn))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(request_of(long="3d", burn_rate="1"), [], id="a burn rate of 1"),
        pytest.param(
            request_of(long="3d", burn_rate="0.9"),
            [(Level.WARNING, "tier/burns-slowly")],
            id="a burn rate below 1",
        ),
        pytest.param(request_of(long="29d", burn_rate="1"), [], id="a long window below the period"),
        pytest.param(
            request_of(long="30d", burn_rate="1"),
            [(Level.ERROR, "tier/long-window")],
            id="a long window of the period",
        ),
        pytest.param(
            request_of(long="1h", burn_rate="10", short="59m"), [], id="a short window below the long"
        ),
        pytest.param(
            request_of(long="1h", burn_rate="10", short="1h"),
            [(Level.ERROR, "tier/short-window")],
            id="a short window of the long one",
        ),
        pytest.param(
            request_of(long="1h", burn_rate="10", short="2m"), [], id="a short window of four scrapes"
        ),
        pytest.param(
            request_of(long="1h", burn_rate="10", short="119s"),
            [(Level.ERROR, "tier/short-window")],
            id="a short window below four scrapes",
        ),
    ],
)
def test_what_is_told_about(request_: TierRequest, expected: list[tuple[Level, str]]) -> None:
    assert checks(found_in([request_], THREE_NINES)) == expected


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        pytest.param(
            request_of(long="3d", burn_rate="0.9"),
            "tier fast fires at a burn rate of 0.9, at which the budget outlasts the period: it alerts while "
            "the objective is kept",
            id="a slow burn",
        ),
        pytest.param(
            request_of(long="30d", burn_rate="1"),
            "the long window 30d is no shorter than the period of 30d: the budget is gone before the window "
            "is full",
            id="a long window",
        ),
        pytest.param(
            request_of(long="1h", burn_rate="10", short="2h"),
            "the short window 2h is no shorter than the long one of 1h: the alert would not reset sooner",
            id="a short window that is long",
        ),
        pytest.param(
            request_of(long="1h", burn_rate="10", short="1m"),
            "the short window 1m is shorter than 2m, which four scrapes, two evaluations and four of the "
            "indicator's own measurements take: one that is missed empties it, and the alert resolves during "
            "the incident",
            id="a short window that is too short",
        ),
    ],
)
def test_the_message_for(request_: TierRequest, message: str) -> None:
    assert [found.message for found in found_in([request_], THREE_NINES)] == [message]


@pytest.mark.parametrize(
    ("request_", "number"),
    [
        pytest.param(
            request_of(long="1h", burn_rate="10000/7"), "above 1.42857 and", id="a threshold to six"
        ),
        pytest.param(request_of(long="3d", burn_rate="6/7"), "rate of 0.8571,", id="a slow burn to four"),
    ],
)
def test_digits_of(request_: TierRequest, number: str) -> None:
    assert [number in found.message for found in found_in([request_], THREE_NINES)] == [True]


def test_digits_of_the_burn_rate_that_follows_are_six() -> None:
    (found,) = check_request(request_of(budget="0.02", long="7h", burn_rate="10"), 10 * DAY)
    assert found.message.endswith("is a burn rate of 0.685714: leave one out, and it follows")


def test_digits_of_burn_rates_that_are_compared_are_four() -> None:
    tiers = [request_of("slow", long="3d", burn_rate="8/7"), request_of("fast", long="1h", burn_rate="100/7")]
    (found,) = found_in(tiers, THREE_NINES)
    assert found.message.startswith("tier fast (1h at 14.29x) comes after slow (3d at 1.143x)")


def located(request: TierRequest) -> TierRequest:
    """The request with each key in a line of its own."""
    keys = {"name": 1, "budget": 2, "long": 3, "burn_rate": 4, "short": 5}
    return replace(
        request,
        locate=lambda key: Position("checkout.yaml", keys[key], 9) if key in keys else Position(""),
    )


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        pytest.param(request_of(long="1h", burn_rate="1000"), 4, id="an unreachable burn rate"),
        pytest.param(request_of(long="3d", burn_rate="0.9"), 4, id="a slow burn rate"),
        pytest.param(request_of(long="30d", burn_rate="1"), 3, id="a long window"),
        pytest.param(request_of(long="1h", burn_rate="10", short="2h"), 5, id="a long short window"),
        pytest.param(request_of(long="1h", burn_rate="10", short="1m"), 5, id="a short window"),
    ],
)
def test_the_key_is_pointed_at_of(request_: TierRequest, line: int) -> None:
    assert [found.position.line for found in found_in([located(request_)], THREE_NINES)] == [line]


def test_the_burn_rate_is_pointed_at_that_does_not_follow() -> None:
    (found,) = check_request(located(request_of(budget="0.02", long="1h", burn_rate="10")), 7 * DAY)
    assert found.position == Position("checkout.yaml", 4, 9)


def test_the_second_of_two_names_is_pointed_at() -> None:
    tiers = [request_of(long="1h", burn_rate="14.4"), located(request_of(long="6h", burn_rate="6"))]
    assert [found.position.line for found in found_in(tiers, THREE_NINES)] == [1]


def test_tiers_from_fast_to_slow_are_in_order() -> None:
    tiers = [request_of("fast", long="1h", burn_rate="14.4"), request_of("slow", long="3d", burn_rate="1")]
    assert found_in(tiers, THREE_NINES) == []


@pytest.mark.parametrize(
    ("long", "burn_rate"),
    [
        pytest.param("1h", "6", id="a long window that is no longer"),
        pytest.param("30m", "6", id="a long window that is shorter"),
        pytest.param("6h", "14.4", id="a burn rate that is no smaller"),
        pytest.param("6h", "20", id="a burn rate that is larger"),
    ],
)
def test_a_slower_tier_is_out_of_order_with(long: str, burn_rate: str) -> None:
    slower = replace(
        request_of("medium", long=long, burn_rate=burn_rate), position=Position("checkout.yaml", 20, 7)
    )
    found = found_in([request_of(long="1h", burn_rate="14.4"), slower], THREE_NINES)
    assert checks(found) == [(Level.ERROR, "tier/order")]
    assert found[0].position == Position("checkout.yaml", 20, 7)


def test_the_message_for_tiers_out_of_order() -> None:
    tiers = [request_of("slow", long="3d", burn_rate="1"), request_of("fast", long="1h", burn_rate="14.4")]
    assert [found.message for found in found_in(tiers, THREE_NINES)] == [
        (
            "tier fast (1h at 14.4x) comes after slow (3d at 1x), but a slower tier has a longer long window "
            "and a smaller burn rate: one of the two is never the first to fire"
        )
    ]


def test_a_second_tier_of_a_name_is_an_error() -> None:
    tiers = [request_of(long="1h", burn_rate="14.4"), request_of(long="6h", burn_rate="6")]
    found = found_in(tiers, THREE_NINES)
    assert checks(found) == [(Level.ERROR, "tier/duplicate")]
    assert found[0].message == "a second tier is named fast; their alerts could not be told apart"
