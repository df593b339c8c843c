"""From an SLO to its plan: which tiers, what is said about them, and how long data may be absent."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from msgspec.structs import replace

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.derive import Setting
from slo_compiler.burnrate.plan import Plan, plan
from slo_compiler.burnrate.windows import lay_out
from slo_compiler.diagnostics import Level, Position, has_errors
from slo_compiler.model.alerting import Absent, Severity, TierRequest
from slo_compiler.model.defaults import Clock, Links
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import Bad, ErrorRatio, Labelling, LabelMode, Probe, Quality, Ratio
from slo_compiler.model.slo import Slo
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import DAY, HOUR, MINUTE, SECOND, Seconds, parse_duration, parse_percent
from tests.burnrate import strategies
from tests.burnrate.examples import default_tiers, summaries

HERE = Position("checkout.yaml", 3, 5)
EXPRESSION = Expression("up", locate=lambda _: HERE)

SLO = Slo(
    service="checkout",
    name="availability",
    description="",
    surface=Surface.SERVING,
    owner="team-checkout",
    objective=Fraction(999, 1000),
    period=30 * DAY,
    indicator=Probe(EXPRESSION),
    cadence=None,
    group_by=(),
    labels={},
    annotations={},
    tiers=policy.DEFAULT_TIERS,
    tiers_are_authored=False,
    min_errors=3,
    absent=Absent(),
    clock=Clock(),
    links=Links(),
    target="prometheus-2.42",
    position=HERE,
)


def with_tiers(*requests: TierRequest) -> Slo:
    return replace(SLO, tiers=requests, tiers_are_authored=True)


def planned(slo: Slo) -> Plan:
    made, found = plan(slo)
    assert made is not None, found
    return made


@given(setting=strategies.settings)
def test_a_plan_has_the_derived_tiers_and_their_windows_or_an_error(setting: Setting) -> None:
    slo = replace(
        SLO,
        objective=1 - setting.budget,
        period=setting.period,
        clock=setting.clock,
        cadence=setting.cadence,
    )
    made, found = plan(slo)
    tiers = default_tiers(setting)
    if made is None:
        assert has_errors(found)
        assert tiers == ()
    else:
        assert not has_errors(found)
        steady = policy.steady_base_window(setting.clock, setting.period)
        assert (made.tiers, made.windows) == (tiers, lay_out(tiers, setting.clock, steady))


@given(setting=strategies.settings)
def test_every_tier_that_was_changed_is_one_note(setting: Setting) -> None:
    slo = replace(SLO, objective=1 - setting.budget, period=setting.period, clock=setting.clock)
    made, found = plan(slo)
    assert made is not None
    changed = dict.fromkeys(repair.tier for repair in made.repairs)
    assert [(diagnostic.level, diagnostic.message.split(" was ")[0]) for diagnostic in found] == [
        (Level.NOTE, f"checkout:availability: tier {tier}") for tier in changed
    ]


@given(setting=strategies.settings)
def test_a_note_tells_every_repair_of_its_tier(setting: Setting) -> None:
    slo = replace(SLO, objective=1 - setting.budget, period=setting.period, clock=setting.clock)
    made, found = plan(slo)
    assert made is not None
    told = "\n".join(diagnostic.message for diagnostic in found)
    assert [
        str(repair)
        for repair in made.repairs
        if f"{repair.before} became {repair.after}: {repair.why}" not in told
    ] == []


def test_the_table_of_the_workbook_needs_no_word() -> None:
    made, found = plan(SLO)
    assert found == []
    assert made is not None
    assert summaries(made.tiers) == ["fast 1h/5m 14.4x 2%", "medium 6h/30m 6x 5%", "slow 3d/6h 1x 10%"]


def test_repairs_are_told_where_the_slo_stands() -> None:
    _, found = plan(replace(SLO, objective=parse_percent("95%"), period=28 * DAY))
    assert [str(diagnostic) for diagnostic in found] == [
        (
            "checkout.yaml:3:5: note: checkout:availability: tier fast was derived anew: long window 1h at "
            "13.44x became long window 2h at 6.72x: an error ratio above 67.2% is too much to wait for "
            "[tier/derived]"
        ),
        (
            "checkout.yaml:3:5: note: checkout:availability: tier slow was derived anew: long window "
            "2d19h12m became long window 3d: windows have to be whole multiples of 6h to be added up exactly "
            "[tier/derived]"
        ),
    ]


def test_derived_tiers_of_one_name_stop_the_plan() -> None:
    made, found = plan(replace(SLO, tiers=(policy.DEFAULT_TIERS[0], policy.DEFAULT_TIERS[0])))
    assert made is None
    assert [diagnostic.check for diagnostic in found] == ["tier/duplicate"]


def test_an_slo_that_no_tier_fits_has_no_plan() -> None:
    made, found = plan(replace(SLO, period=DAY, cadence=6 * HOUR))
    assert made is None
    assert [str(diagnostic) for diagnostic in found] == [
        (
            "checkout.yaml:3:5: error: no burn-rate tier fits into the window of this SLO: nothing could "
            "ever alert on it [tier/none]"
        )
    ]


def test_authored_tiers_are_kept_even_where_others_would_be_derived() -> None:
    request = TierRequest("fast", Severity.PAGE, long=10 * HOUR, burn_rate=Fraction(2))
    made, found = plan(with_tiers(request))
    assert found == []
    assert made is not None
    assert summaries(made.tiers) == ["fast 10h/50m 2x 2.778%"]
    assert made.repairs == ()


def test_authored_tiers_stand_on_what_their_own_short_windows_consist_of() -> None:
    """Not on the base window of derived ones: nothing else of an author's follows the objective either."""
    request = TierRequest("fast", Severity.PAGE, long=HOUR, short=6 * MINUTE, burn_rate=Fraction(2))
    assert planned(with_tiers(request)).windows.base == 3 * MINUTE


def test_several_repairs_of_a_tier_are_told_in_one_breath() -> None:
    _, found = plan(replace(SLO, period=DAY))
    assert found[0].message.startswith(
        "checkout:availability: tier fast was derived anew: long window 1h became long window 8m34s: the "
        "period is only 1d; long window 8m34s became long window 12m: windows"
    )


def test_a_warning_about_authored_tiers_does_not_stop_the_plan() -> None:
    request = TierRequest("slow", Severity.TICKET, long=3 * DAY, burn_rate=Fraction(1, 2))
    made, found = plan(with_tiers(request))
    assert made is not None
    assert [diagnostic.check for diagnostic in found] == ["tier/burns-slowly"]


def test_an_incomplete_request_stops_the_plan_before_any_tier_is_made() -> None:
    made, found = plan(with_tiers(TierRequest("fast", Severity.PAGE, long=HOUR)))
    assert made is None
    assert [diagnostic.check for diagnostic in found] == ["tier/underdetermined"]


def test_an_unreachable_tier_stops_the_plan_and_names_the_derived_ones() -> None:
    request = TierRequest("fast", Severity.PAGE, long=HOUR, burn_rate=Fraction("14.4"))
    made, found = plan(replace(with_tiers(request), objective=parse_percent("90%")))
    assert made is None
    assert [diagnostic.message for diagnostic in found] == [
        (
            "the 1h page needs an error ratio above 1.44 and can never fire; derived for this objective: "
            "fast 3h at 4.8x, medium 9h at 4x, slow 3d at 1x"
        )
    ]


def test_authored_tiers_are_judged_where_none_can_be_derived() -> None:
    request = TierRequest("fast", Severity.PAGE, long=HOUR, burn_rate=Fraction(2000))
    made, found = plan(replace(with_tiers(request), period=DAY, cadence=6 * HOUR))
    assert made is None
    assert "tier/unreachable" in {diagnostic.check for diagnostic in found}


@pytest.mark.parametrize(
    ("slo", "min_errors"),
    [
        pytest.param(SLO, 3, id="counted errors"),
        pytest.param(replace(SLO, min_errors=2), 2, id="two errors"),
        pytest.param(replace(SLO, min_errors=1), None, id="turned off"),
        pytest.param(replace(SLO, indicator=ErrorRatio(EXPRESSION)), None, id="a ratio that counts nothing"),
    ],
)
def test_the_least_number_of_errors_for(slo: Slo, min_errors: int | None) -> None:
    assert planned(slo).min_errors == min_errors


def with_objective(objective: str, period: str = "30d", clock: Clock | None = None) -> Slo:
    return replace(
        SLO,
        objective=parse_percent(objective),
        period=parse_duration(period),
        clock=clock or Clock(),
    )


def judged(labelling: Labelling) -> Quality:
    return Quality(Ratio(Bad(EXPRESSION), EXPRESSION), labelling)


@pytest.mark.parametrize(
    ("slo", "hold"),
    [
        pytest.param(replace(SLO, absent=Absent(enabled=False)), None, id="turned off"),
        pytest.param(replace(SLO, absent=Absent(hold=7 * SECOND)), 7 * SECOND, id="given"),
        pytest.param(with_objective("99.9%"), 5 * MINUTE, id="five minutes at least"),
        pytest.param(with_objective("90%"), HOUR, id="an hour at most"),
        pytest.param(with_objective("99.5%"), 11 * MINUTE, id="a twentieth of the budget, 648 s, rounded up"),
        pytest.param(
            with_objective("99.6%", clock=Clock(evaluation_interval=20 * SECOND)),
            8 * MINUTE + 40 * SECOND,
            id="rounded up to other evaluations",
        ),
        pytest.param(
            replace(SLO, indicator=judged(Labelling(LabelMode.COHORT, 6 * HOUR))),
            6 * HOUR + 5 * MINUTE,
            id="as long again as the labels of a cohort take to come",
        ),
        pytest.param(
            replace(SLO, indicator=judged(Labelling(LabelMode.ARRIVAL, 6 * HOUR))),
            5 * MINUTE,
            id="no longer where labels count when they come",
        ),
        pytest.param(with_objective("99%", "7d"), 5 * MINUTE + 30 * SECOND, id="302.4 s of a week"),
    ],
)
def test_data_may_be_absent_for(slo: Slo, hold: Seconds | None) -> None:
    assert planned(slo).absent_hold == hold


def test_an_slo_that_alerts_has_all_its_tiers_alert() -> None:
    made, _ = plan(SLO)
    assert made is not None
    assert made.alerting == made.tiers != ()


def test_an_slo_that_does_not_alert_has_windows_and_no_word_on_tiers() -> None:
    made, found = plan(replace(SLO, alerts=False, objective=Fraction(93, 100)))
    assert made is not None
    assert (made.alerting, made.tiers != (), made.repairs != (), found) == ((), True, True, [])
