"""Counts that add up, and sums that have something to fall back on; the others are in tests/bad_specs."""

from __future__ import annotations

import pytest

from tests.compiling import checks_of, compile_specs, slo, spec

COUNT = "rate(a_total[$window])"


def checks_for(total: str, bad: str = "rate(b_total[$window])") -> list[str]:
    indicator = {"events": {"bad": bad, "total": total}}
    unmissed = slo(indicator=indicator, alerting={"absent": False})
    return checks_of(compile_specs(spec("checkout", unmissed)))


@pytest.mark.parametrize(
    "total",
    [
        pytest.param(f"sum by (region) ({COUNT})", id="a sum"),
        pytest.param(f"-(-sum without (pod) ({COUNT}))", id="signs"),
        pytest.param(f"60 * {COUNT} / (2 * 30)", id="constant factors"),
        pytest.param(f"sum({COUNT}) or vector(0)", id="a zero to fall back on"),
        pytest.param(f"{COUNT} or on () 0 * up", id="a zero made of something"),
        pytest.param(f"{COUNT} * on (pod) group_left (team) pod_info", id="labels of an info metric"),
        pytest.param(f"{COUNT} and on (pod) up == 1", id="only what is up"),
        pytest.param(f"{COUNT} unless on (pod) maintenance == 1", id="nothing in maintenance"),
        pytest.param(f'label_replace({COUNT}, "a", "b", "c", "d")', id="a label"),
        pytest.param(f"clamp_min({COUNT}, 0)", id="nothing negative"),
        pytest.param(f"{COUNT} >= 0", id="no NaN"),
        pytest.param(f"histogram_count({COUNT})", id="the count of a native histogram"),
        pytest.param(f"vector(scalar(sum({COUNT})))", id="there and back"),
        pytest.param(f"{COUNT} + {COUNT} or {COUNT} or {COUNT}", id="a sum or either side"),
        pytest.param(f"sum({COUNT} or 0 * up) + sum({COUNT})", id="a sum with a fallback within"),
        pytest.param(f"({COUNT} or vector(0)) + {COUNT}", id="a sum with a fallback on one side"),
    ],
)
def test_what_adds_up_is_not_reported(total: str) -> None:
    assert checks_for(total) == []


@pytest.mark.parametrize("function", ["sum_over_time", "count_over_time"])
def test_a_subquery_of_a_gauge_adds_up(function: str) -> None:
    assert checks_for("count_over_time(a[$window])", f"{function}((a > bool 5)[$window:1m])") == []


@pytest.mark.parametrize(
    ("total", "check"),
    [
        pytest.param(f"min by (x) ({COUNT})", "promql/not-additive", id="the least"),
        pytest.param(f"topk(3, {COUNT})", "promql/not-additive", id="the largest three"),
        pytest.param(f"stddev({COUNT})", "promql/not-additive", id="a deviation"),
        pytest.param(f'count_values("x", {COUNT})', "promql/not-additive", id="how often which value"),
        pytest.param(f"sum(abs(max({COUNT})))", "promql/not-additive", id="two of them, told once"),
        pytest.param(f"2 / {COUNT}", "promql/not-additive", id="an inverse"),
        pytest.param(f"{COUNT} ^ 2", "promql/not-additive", id="a power"),
        pytest.param(f"{COUNT} * {COUNT}", "promql/not-additive", id="a square"),
        pytest.param(f"{COUNT} * queue_length", "promql/not-additive", id="a weight"),
        pytest.param(f"{COUNT} * time()", "promql/not-additive", id="the clock"),
        pytest.param(f"up and {COUNT}", "promql/not-additive", id="what is not counted"),
        pytest.param(f"{COUNT} or vector(1)", "promql/not-additive", id="an event that never was"),
        pytest.param(f"{COUNT} + rate(b_total[5m])", "promql/not-additive", id="another window"),
        pytest.param(f"up > {COUNT}", "promql/not-additive", id="the wrong side of a comparison"),
        pytest.param(f"clamp_min({COUNT}, 1)", "promql/not-additive", id="at least one"),
        pytest.param(f"round({COUNT})", "promql/not-additive", id="rounded"),
        pytest.param(f"{COUNT} + {COUNT} + {COUNT}", "promql/gap", id="a chain of sums, told once"),
        pytest.param(f"({COUNT} + {COUNT}) or vector(0)", "promql/gap", id="a fallback that hides one side"),
        pytest.param("rate(a_total[$window] @ end())", "promql/shifted", id="the end of a query"),
        pytest.param("rate(a_total[$window] offset -5m)", "promql/shifted", id="the future"),
    ],
)
def test_what_does_not_add_up_is_reported_once(total: str, check: str) -> None:
    assert checks_for(total) == [check]


def test_the_same_offset_everywhere_shifts_nothing_against_the_rest() -> None:
    assert checks_for("rate(a_total[$window] offset 1d)", "rate(b_total[$window] offset 1d)") == []


def test_what_is_no_count_in_the_first_place_is_told_as_that() -> None:
    assert checks_for("max(max_over_time(a[$window]))") == ["promql/not-a-count"]


def test_a_chain_as_long_as_an_expression_may_be_is_looked_through() -> None:
    assert checks_for(" or ".join([COUNT] * 500)) == []


@pytest.mark.parametrize(
    ("total", "checks"),
    [
        pytest.param(f"sum({COUNT}) or vector(0)", ["promql/never-absent"], id="a number"),
        pytest.param(f"sum(({COUNT}) or on () vector(0)) * 2", ["promql/never-absent"], id="a number within"),
        pytest.param(
            f"({COUNT} or vector(0)) + (vector(0) or {COUNT})",
            ["promql/never-absent"],
            id="a number on each side",
        ),
        pytest.param(f"({COUNT} or vector(0)) + {COUNT}", [], id="a number on one side"),
        pytest.param(f"{COUNT} or on () 0 * up", [], id="what may be gone too"),
        pytest.param(f"2 * sum({COUNT})", [], id="no fallback"),
    ],
)
def test_a_total_that_is_never_empty_is_never_missed(total: str, checks: list[str]) -> None:
    indicator = {"events": {"bad": "rate(b_total[$window]) or vector(0)", "total": total}}
    assert checks_of(compile_specs(spec("checkout", slo(indicator=indicator)))) == checks
