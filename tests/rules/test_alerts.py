from __future__ import annotations

import re
from typing import Any, Final

import pytest

from slo_compiler.rules.alerts import absent_labels, tier_condition, tier_labels
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.signals.burning import paging_tiers
from tests.compiling import Document, alerts_of, defaults, program_of, slo, spec


def alert(name: str = "ErrorBudgetBurnFast", *, shared: Document | None = None, **keys: Any) -> AlertingRule:
    return alerts_of(program_of(spec("s", slo("x", **keys)), defaults=shared))[f"s:x {name}"]


def test_a_tier_fires_when_both_windows_burn_and_there_are_enough_errors() -> None:
    assert alert().expr.splitlines() == [
        "(",
        '  (slo:errors:increase1h{slo_id="s:x"} > 2.5)',
        '  / slo:events:increase1h{slo_id="s:x"}',
        "  > (14.4 * 0.001)",
        ")",
        "and",
        "(",
        '  slo:errors:increase5m{slo_id="s:x"}',
        '  / slo:events:increase5m{slo_id="s:x"}',
        "  > (14.4 * 0.001)",
        ")",
    ]


def test_what_is_asked_and_replayed_of_an_alert_is_what_it_has() -> None:
    program = program_of(spec("s", slo("x")))
    plan, alerts = program.slos[0].plan, alerts_of(program)
    asked = {
        f"s:x ErrorBudgetBurn{tier.name.capitalize()}": (tier_condition(plan, tier), tier_labels(plan, tier))
        for tier in plan.alerting
    }
    assert asked == {name: (alerts[name].expr, alerts[name].labels) for name in asked}
    assert absent_labels(plan.slo) == alerts["s:x IndicatorAbsent"].labels


def test_an_slo_says_that_it_fails_by_the_tiers_that_page() -> None:
    plan = program_of(spec("s", slo("x"))).slos[0].plan
    assert [tier.name for tier in paging_tiers(plan)] == ["fast", "medium"]


def test_without_a_minimum_none_is_asked_for() -> None:
    assert "> 0.5)" not in alert(alerting={"min_errors": 1}).expr
    assert '(slo:errors:increase1h{slo_id="s:x"} > 9.5)' in alert(alerting={"min_errors": 10}).expr


def test_an_alert_outlives_its_condition_by_its_short_window_and_five_minutes_at_most() -> None:
    alerts = alerts_of(program_of(spec("s", slo("x"))))
    kept = {name.removeprefix("s:x "): alert.keep_firing_for for name, alert in alerts.items()}
    assert kept == {
        "ErrorBudgetBurnFast": 300,
        "ErrorBudgetBurnMedium": 300,
        "ErrorBudgetBurnSlow": 300,
        "IndicatorAbsent": 0,
    }


def test_what_an_alert_says_of_itself() -> None:
    assert alert(alerting={"labels": {"team": "a"}}).labels == {
        "service": "s",
        "slo": "x",
        "slo_id": "s:x",
        "surface": "serving",
        "severity": "page",
        "sev": "SEV1",
        "owner": "platform",
        "burn_tier": "fast",
        "team": "a",
    }


def test_the_most_specific_label_wins() -> None:
    shared = defaults(labels={"a": "defaults", "b": "defaults", "c": "defaults"})
    told = spec("s", slo("x", alerting={"labels": {"a": "SLO"}}), labels={"a": "service", "b": "service"})
    labels = alerts_of(program_of(told, defaults=shared))["s:x ErrorBudgetBurnFast"].labels
    assert [labels[name] for name in "abc"] == ["SLO", "service", "defaults"]


LATENCY: Final = {"latency": {"histogram": "a", "threshold": "1s"}}


@pytest.mark.parametrize(
    ("keys", "name", "expected"),
    [
        pytest.param({}, "ErrorBudgetBurnFast", "SEV1", id="the fastest page"),
        pytest.param({}, "ErrorBudgetBurnMedium", "SEV2", id="a slower page"),
        pytest.param({}, "ErrorBudgetBurnSlow", "SEV3", id="a ticket"),
        pytest.param({"indicator": LATENCY}, "ErrorBudgetBurnFast", "SEV2", id="slow answers are answers"),
        pytest.param({}, "IndicatorAbsent", "SEV2", id="missing data that pages"),
        pytest.param(
            {"alerting": {"absent": {"severity": "ticket"}}},
            "IndicatorAbsent",
            "SEV3",
            id="that does not page",
        ),
        pytest.param(
            {"alerting": {"severities": {"fast": "ticket"}}},
            "ErrorBudgetBurnFast",
            "SEV3",
            id="a fast ticket",
        ),
    ],
)
def test_the_severity_of_an_incident(keys: dict[str, Any], name: str, expected: str) -> None:
    assert alert(name, **keys).labels["sev"] == expected


def test_missing_data_is_all_of_it() -> None:
    assert alert("IndicatorAbsent").expr == 'absent(slo:events:increase5m{slo_id="s:x"})'


def test_missing_data_is_missed_in_each_group() -> None:
    expr = alert("IndicatorAbsent", group_by=["region"]).expr
    assert expr.splitlines()[1].strip().startswith("group by (region) (last_over_time(")


def test_a_first_group_is_there_before_there_is_a_copy_of_it() -> None:
    """Or else its first minutes would be an absence as long as the shortest hold."""
    last = alert("IndicatorAbsent", group_by=["region"]).expr.splitlines()[-1]
    assert re.findall(r"increase5m\w*", last) == ["increase5m_coarse", "increase5m"]


def test_a_group_is_missed_as_long_as_the_spec_says() -> None:
    expr = alert("IndicatorAbsent", group_by=["region"], alerting={"absent": {"remember": "3d"}}).expr
    assert ["[3d]"] * 2 == re.findall(r"\[.*?\]", expr)


def test_data_may_be_missing_as_long_as_the_spec_says() -> None:
    assert alert("IndicatorAbsent").hold == 300
    assert alert("IndicatorAbsent", alerting={"absent": {"for": "30m"}}).hold == 1800


def test_a_group_s_labels_are_known_at_run_time() -> None:
    assert alert(group_by=["region"]).run_time_labels == ("region",)
    assert alert("IndicatorAbsent", group_by=["region"]).run_time_labels == ("region",)
    assert alert().run_time_labels == ()


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        pytest.param({"ratio": {"bad": "a", "total": "b"}}, "of events are errors", id="requests"),
        pytest.param({"error_ratio": "avg_over_time(a[$window])"}, "of events are errors", id="a ratio"),
        pytest.param(LATENCY, "of requests take longer than 1s", id="latency"),
        pytest.param(
            {"latency": {"histogram": "a", "threshold": 0.5}},
            "of requests take longer than 0.5",
            id="a number",
        ),
        pytest.param({"probe": "up"}, "of probes fail", id="a probe"),
        pytest.param(
            {"threshold": {"gauge": "a", "at_most": 1}},
            "of the time is on the wrong side of the bound",
            id="a threshold",
        ),
        pytest.param(
            {"freshness": {"timestamp": "a", "max_age": "2h"}},
            "of the time the newest success is older than 2h",
            id="freshness",
        ),
    ],
)
def test_what_fails_is_told_in_words(indicator: dict[str, Any], expected: str) -> None:
    told = alert(indicator=indicator).annotations["description"]
    assert told.startswith(f"{{{{ $value | humanizePercentage }}}} {expected} in the last ")


def test_missing_data_is_told_with_the_time_it_has_been_missing() -> None:
    assert alert("IndicatorAbsent").annotations == {
        "summary": "s x: the indicator has no data",
        "description": (
            "Nothing has been measured for 10m: the metrics are gone, or nothing scrapes them. Until they "
            "are back, no burn-rate alert of this SLO can fire."
        ),
    }


def test_an_author_s_annotation_stands_in_the_place_of_ours() -> None:
    told = alert(alerting={"annotations": {"summary": "Call {{ me }}.", "more": "text"}}).annotations
    assert (told["summary"], told["more"]) == ('Call {{ "{{" }} me }}.', "text")


def test_the_description_of_the_service_stands_in_for_that_of_the_slo() -> None:
    alerts = alerts_of(program_of(spec("s", slo("x"), description="A shop.")))
    assert alerts["s:x ErrorBudgetBurnFast"].annotations["slo_description"] == "A shop."
