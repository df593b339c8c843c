from __future__ import annotations

import itertools
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.checks.rules import check_rules
from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.functions import ValueType
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import release_named
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule
from slo_compiler.rules.program import LoweredSlo, Program
from tests.compiling import Document, alerts_of, compile_specs, defaults, program_of, records_of, slo, spec

INDICATORS: Final[dict[str, Any]] = {
    "bad-ratio": {"ratio": {"bad": 'a_total{code=~"5.."}', "total": "a_total"}},
    "good-ratio": {"ratio": {"good": 'a_total{code!~"5.."}', "total": "a_total"}},
    "latency": {"latency": {"histogram": 'a_seconds{job="a"}', "threshold": "250ms"}},
    "bare-latency": {"latency": {"histogram": "a_seconds", "threshold": "1s"}},
    "native": {"latency": {"histogram": "a_seconds", "threshold": "250ms", "type": "native"}},
    "bad-events": {
        "events": {
            "bad": "sum by (region) (rate(a_total[$window])) # late",
            "total": "sum by (region) (rate(b_total[$window]))",
        }
    },
    "good-increases": {
        "events": {
            "good": "sum by (region) (increase(a_total[$window]))",
            "total": "sum by (region) (increase(b_total[$window]))",
        }
    },
    "samples": {
        "events": {
            "bad": "sum by (region) (sum_over_time(a[$window]))",
            "total": "sum by (region) (count_over_time(a[$window]))",
        }
    },
    "error-ratio": {"error_ratio": "avg by (region) (avg_over_time(a_ratio[$window]))"},
    "probe": {"probe": 'up{job="a"}'},
    "at-least": {"threshold": {"gauge": "a or b", "at_least": 0.8}},
    "at-most": {"threshold": {"gauge": "a > 3 # comment", "at_most": -10}},
    "freshness": {"freshness": {"timestamp": "a_timestamp_seconds", "max_age": "2h"}},
}

CLOCKS: Final = {
    "the default clock": None,
    "a slow clock": defaults(scrape_interval="1m", evaluation_interval="1m"),
    "a fast clock": defaults(scrape_interval="5s", evaluation_interval="15s", base_window="1m"),
    "an odd clock": defaults(scrape_interval="45s", evaluation_interval="20s", base_window="3m"),
}

OBJECTIVES: Final = ("90%", "95%", "99%", "99.9%", "99.999%")


def groups_of(program: Program) -> list[Group]:
    return [group for lowered in program.slos for group in lowered.groups]


@pytest.fixture(
    scope="module",
    params=itertools.product(CLOCKS, OBJECTIVES),
    ids=lambda setting: f"{setting[1]}, {setting[0]}",
)
def program(request: pytest.FixtureRequest) -> Program:
    """All indicators, with and without groups, at each clock and objective."""
    clock, objective = request.param
    slos = []
    for (name, indicator), labels in itertools.product(INDICATORS.items(), ([], ["region"])):
        if labels or "by (region)" not in str(indicator):
            kind = "grouped" if labels else "whole"
            slos.append(slo(f"{name}-{kind}", objective=objective, indicator=indicator, group_by=labels))
    return program_of(spec("checkout", *slos), defaults=CLOCKS[clock])


def test_every_expression_is_promql_of_the_target_and_an_instant_vector(program: Program) -> None:
    release = release_named("prometheus-2.42")
    exprs = {rule.expr for group in groups_of(program) for rule in group.rules}
    parsed = [parse(expr, release) for expr in exprs]
    assert [each for each in parsed if isinstance(each, list)] == []
    assert {each.type for each in parsed if isinstance(each, Expression)} == {ValueType.VECTOR}


def test_no_series_is_recorded_twice(program: Program) -> None:
    recorded = [
        (rule.record, tuple(sorted(rule.labels.items())))
        for group in groups_of(program)
        for rule in group.rules
        if isinstance(rule, RecordingRule)
    ]
    assert len(set(recorded)) == len(recorded)


def test_every_series_that_is_read_is_recorded_before_or_by_another_group(program: Program) -> None:
    assert [fault for lowered in program.slos for fault in unrecorded(lowered)] == []


def unrecorded(lowered: LoweredSlo) -> list[str]:
    faults = []
    for group in lowered.groups:
        others = [rule for other in lowered.groups if other is not group for rule in other.rules]
        known = {rule.record for rule in others if isinstance(rule, RecordingRule)}
        for rule in group.rules:
            parsed = parse(rule.expr, release_named(lowered.plan.slo.target))
            assert isinstance(parsed, Expression)
            read = {metric_of(selector) for selector in vector_selectors(parsed.tree)}
            faults += [
                f"{rule} reads {name}" for name in read if str(name).startswith("slo:") and name not in known
            ]
            if isinstance(rule, RecordingRule):
                known.add(rule.record)
    return faults


def test_the_program_s_own_check_agrees(program: Program) -> None:
    assert list(check_rules(program)) == []


def test_groups_have_names_of_their_own(program: Program) -> None:
    names = [group.name for group in groups_of(program)]
    assert len(set(names)) == len(names)


def test_a_default_slo_records_fifteen_series_at_most() -> None:
    records = records_of(program_of(spec()))
    assert list(records) == [
        f"checkout:availability {metric}"
        for metric in (
            "slo:events:increase5m",
            "slo:errors:increase5m",
            "slo:events:increase30m",
            "slo:errors:increase30m",
            "slo:events:increase1h",
            "slo:errors:increase1h",
            "slo:events:increase6h",
            "slo:errors:increase6h",
            "slo:events:increase3d",
            "slo:errors:increase3d",
            "slo:burn_rate:ratio",
            "slo:error_budget_remaining:ratio",
            "slo:spec_info",
            "slo:events:increase5m_coarse",
            "slo:errors:increase5m_coarse",
        )
    ]


def test_two_services_with_an_slo_of_one_name_share_no_series() -> None:
    program = program_of(spec("cart"), spec("checkout"))
    series = [(rule.record, rule.labels["slo_id"]) for rule in records_of(program).values()]
    assert len(set(series)) == len(series) == 30
    read = {
        matcher.value
        for lowered in program.slos
        if lowered.plan.slo.service == "cart"
        for group in lowered.groups
        for rule in group.rules
        for selector in vector_selectors(_parsed(rule.expr).tree)
        for matcher in selector.matchers
        if matcher.label == "slo_id"
    }
    assert read == {"cart:availability"}


def _parsed(expr: str) -> Expression:
    parsed = parse(expr, release_named("prometheus-2.42"))
    assert isinstance(parsed, Expression)
    return parsed


def test_all_alerts_are_in_the_fast_group_so_that_a_longer_window_moves_none() -> None:
    for objective in ("99.9%", "85%", "50%"):
        fast, *others = program_of(spec("checkout", slo(objective=objective))).slos[0].groups
        assert any(isinstance(rule, AlertingRule) for rule in fast.rules)
        assert not any(isinstance(rule, AlertingRule) for group in others for rule in group.rules)


def test_what_alerts_is_evaluated_often_and_what_reads_days_seldom() -> None:
    fast, slow, coarse = program_of(spec()).slos[0].groups
    assert [fast.interval, slow.interval, coarse.interval] == [30, 240, 300]
    assert "slo:errors:increase3d" in {rule.record for rule in fast.rules if isinstance(rule, RecordingRule)}
    assert [rule.record for rule in slow.rules if isinstance(rule, RecordingRule)] == [
        "slo:error_budget_remaining:ratio",
        "slo:spec_info",
    ]
    assert [rule.record for rule in coarse.rules if isinstance(rule, RecordingRule)] == [
        "slo:events:increase5m_coarse",
        "slo:errors:increase5m_coarse",
    ]


def test_all_series_carry_the_identity_and_nothing_that_changes() -> None:
    shared = {"cluster": "eu-1"}
    records = records_of(program_of(spec("checkout", slo(alerting={"labels": {"a": "b"}}), labels=shared)))
    identity = {"service": "checkout", "slo": "availability", "slo_id": "checkout:availability"}
    info = records.pop("checkout:availability slo:spec_info")
    assert all(rule.labels == identity for rule in records.values())
    assert info.labels.keys() - identity.keys() == {
        *("a", "cluster", "surface", "owner", "objective", "window", "spec_hash")
    }


def test_a_slo_without_the_absent_alert_has_none() -> None:
    alerts = alerts_of(program_of(spec("checkout", slo(alerting={"absent": False}))))
    assert "checkout:availability IndicatorAbsent" not in alerts


def test_rule_files_are_one_a_service_in_order_and_one_for_all_adapters() -> None:
    shared = defaults(adapters=["trustyai", "airflow"])
    files = list(program_of(spec("search"), spec("checkout"), defaults=shared).rule_files)
    assert [file.name for file in files] == ["checkout", "search", "ml_adapters"]
    assert len(files[-1].groups) == 2


@given(
    st.sampled_from(["90%", "97.5%", "99%", "99.5%", "99.95%"]),
    st.sampled_from(["7d", "28d", "30d", "90d"]),
    st.sampled_from(["30s", "1m"]),
    st.sampled_from([None, "10m", "1h"]),
)
def test_any_setting_gives_rules_that_hang_together(
    objective: str, window: str, interval: str, cadence: str | None
) -> None:
    more: Document = {"cadence": cadence} if cadence else {}
    shared = defaults(scrape_interval=interval, evaluation_interval=interval)
    compilation = compile_specs(
        spec("checkout", slo(objective=objective, window=window, **more)), defaults=shared
    )
    assert [found.check for found in compilation.diagnostics if found.check == "rules/broken"] == []
    for lowered in compilation.program.slos if compilation.program else ():
        assert unrecorded(lowered) == []


def test_an_slo_that_does_not_alert_is_recorded_all_the_same() -> None:
    quiet = program_of(spec("checkout", slo(alerting={"enabled": False})))
    loud = program_of(spec("checkout", slo()))
    assert list(quiet.alerts()) == []
    assert records_of(quiet).keys() == records_of(loud).keys()
