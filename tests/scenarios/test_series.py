"""Which series a test makes: selected by the indicator's selectors, and told apart by them."""

from __future__ import annotations

from typing import Any

import pytest

from slo_compiler.model.slo import Slo
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios.series import Histogram, Moment, series_of, two_groups
from slo_compiler.scenarios.suite import Kind, suites, untested
from tests.compiling import compile_specs, defaults, ml_spec, program_of, quality, slo, spec


def lowered(**keys: Any) -> LoweredSlo:
    (only,) = program_of(spec("shop", slo(**keys))).slos
    return only


def slo_with(**indicator: Any) -> Slo:
    return lowered(indicator=indicator).plan.slo


def values(slo: Slo, moment: Moment, group: dict[str, str] | None = None) -> dict[str, Any]:
    """The value of each series then, by its metric and labels."""
    return {
        " ".join((each.metric, *(f"{label}={value}" for label, value in sorted(each.labels.items())))): value
        for each in series_of(slo, [moment], group)
        for value in each.values
    }


SICK = Moment(time=3600, good=900, bad=100, ratio=0.1, onset=3000)
BEFORE_ERRORS = Moment(time=60, good=900, bad=0, ratio=0, onset=3000, errors_known=False)


@pytest.mark.parametrize(
    ("bad", "total", "expected"),
    [
        ('a{code=~"5.."}', "a", {"a code=500": 100, "a code=other": 900}),
        ('a{code=~"5..", code!="500"}', 'a{code!=""}', {"a code=50x": 100, "a code=500": 900}),
        ('a{job="x", ok="0"}', 'a{job="x"}', {"a job=x ok=0": 100, "a job=x ok=other": 900}),
        ('a{code!="200"}', 'a{code=~"200|500"}', {"a code=500": 100, "a code=200": 900}),
        ('bad{job="x"}', 'all{job="y"}', {"bad job=x": 100, "all job=y": 1000}),
        ('{__name__="a", code="5"}', "a", {"a code=5": 100, "a code=other": 900}),
    ],
)
def test_counters_are_told_apart(bad: str, total: str, expected: dict[str, float]) -> None:
    assert values(slo_with(ratio={"bad": bad, "total": total}), SICK) == expected


def test_good_events_and_the_others() -> None:
    counted = slo_with(ratio={"good": 'a{code!~"5.."}', "total": "a"})
    assert values(counted, SICK) == {"a code=other": 900, "a code=500": 100}


def test_before_the_first_error_there_is_no_series_of_errors() -> None:
    counted = slo_with(ratio={"bad": 'a{code="500"}', "total": "a"})
    assert values(counted, BEFORE_ERRORS) == {"a code=500": None, "a code=other": 900}


def test_a_classic_histogram() -> None:
    expected = {"a_count": 1000, "a_bucket le=0.25": 900, "a_bucket le=+Inf": 1000}
    assert values(slo_with(latency={"histogram": "a", "threshold": "250ms"}), SICK) == expected


@pytest.mark.parametrize(("threshold", "lowest"), [("250ms", -3), ("300ms", -3), ("1s", -1), ("3s", 0)])
def test_a_native_histogram_leaves_its_threshold_between_its_buckets(threshold: str, lowest: int) -> None:
    native = slo_with(latency={"histogram": "a", "threshold": threshold, "type": "native"})
    assert values(native, SICK) == {"a": Histogram(900, 100, lowest)}


@pytest.mark.parametrize(
    ("indicator", "sick", "well"),
    [
        ({"probe": "up"}, 0, 1),
        ({"threshold": {"gauge": "sum(a)", "at_least": 10}}, 0, 20),
        ({"threshold": {"gauge": "max(a)", "at_most": 0.5}}, 1.5, -0.5),
        ({"error_ratio": "avg_over_time(a[$window])"}, 0.1, 0),
        ({"freshness": {"timestamp": "a", "max_age": "1h"}}, -600, -3540),
    ],
)
def test_gauges(indicator: dict[str, Any], sick: float, well: float) -> None:
    gauge = slo_with(**indicator)
    late = Moment(time=60, good=900, bad=0, ratio=0, onset=9000)
    assert [*values(gauge, SICK).values(), *values(gauge, late).values()] == [
        sick,
        60 if "freshness" in indicator else well,
    ]


@pytest.mark.parametrize(
    ("total", "groups"),
    [
        ("a", [{"region": "sick"}, {"region": "healthy"}]),
        ('a{region=~"eu|us"}', [{"region": "eu"}, {"region": "us"}]),
        ('a{region="eu"}', [{"region": "eu"}]),
    ],
)
def test_groups_have_values_that_the_selectors_take(total: str, groups: list[dict[str, str]]) -> None:
    bad = f'{total[:-1]}, code="5"}}' if "{" in total else f'{total}{{code="5"}}'
    only = lowered(group_by=["region"], indicator={"ratio": {"bad": bad, "total": total}})
    assert two_groups(only.plan.slo) == groups


@pytest.mark.parametrize(
    ("indicator", "reason"),
    [
        (
            {
                "events": {
                    "bad": "sum(rate(a[$window])) + sum(rate(b[$window]))",
                    "total": "sum(rate(c[$window]))",
                }
            },
            "its expression is more than one selector within increase, rate, sum",
        ),
        (
            {"ratio": {"bad": r'a{code=~"\\Q5.\\E"}', "total": "a"}},
            "no labels were found that its matchers tell apart as good and bad",
        ),
        (
            {"ratio": {"bad": '{__name__=~"a|b", code="5"}', "total": '{__name__=~"a|b"}'}},
            "its selector names no metric",
        ),
        ({"threshold": {"gauge": "a offset 5m", "at_most": 1}}, "its selector looks at another time"),
    ],
)
def test_what_cannot_be_tested_says_why(indicator: dict[str, Any], reason: str) -> None:
    found = untested(lowered(indicator=indicator).plan)
    assert found is not None
    assert found.reason == reason


@pytest.mark.parametrize(
    ("lag", "reason"),
    [
        ("6h", None),
        ("7d", None),
        ("30d", "it looks 30d back, more than 400 evaluations of all rules in promtool"),
    ],
)
def test_quality_by_cohort_is_tested_if_it_does_not_look_back_for_long(lag: str, reason: str | None) -> None:
    labels = {"mode": "cohort", "lag": lag}
    program = program_of(ml_spec("scorer", quality(indicator={"quality": {"labels": labels}}), slo()))
    (cohort, other) = program.slos
    found = untested(cohort.plan)
    assert reason == (found and found.reason)
    assert untested(other.plan) is None


@pytest.mark.parametrize(
    ("lag", "kinds"),
    [("6h", [Kind.USUAL]), ("7h", [Kind.USUAL, Kind.LATE]), ("30d", [Kind.USUAL])],
)
def test_an_slo_that_looks_back_for_days_is_tested_apart(lag: str, kinds: list[Kind]) -> None:
    labels = {"mode": "cohort", "lag": lag}
    program = program_of(ml_spec("scorer", quality(indicator={"quality": {"labels": labels}}), slo()))
    assert kinds == [suite.kind for suite in suites(program)]


def test_and_so_does_the_file() -> None:
    threshold = {"threshold": {"gauge": "a / b", "at_most": 1}}
    compilation = compile_specs(spec("shop", slo(indicator=threshold)))
    text = next(each.text for each in compilation.artifacts() if each.path == "promtool/shop.test.yaml")
    assert "# shop:availability has no test: its expression is more than one selector" in text
    assert "tests: []" in text


def test_slos_that_share_a_metric_are_not_tested_at_once() -> None:
    program = program_of(spec("shop", slo("first"), slo("second"), slo("third", indicator={"probe": "up"})))
    (suite,) = suites(program)
    together = {case.slos for case in suite.cases}
    assert ("first", "third") in together
    assert not any({"first", "second"} <= set(slos) for slos in together)


def test_native_histograms_are_apart_only_for_a_target_that_cannot_read_them() -> None:
    native = slo(indicator={"latency": {"histogram": "a", "threshold": "1s", "type": "native"}})
    old, new = (
        [suite.kind for suite in suites(program_of(spec("shop", native), defaults=defaults(target=target)))]
        for target in ("prometheus-2.53", "prometheus-3.5")
    )
    assert old == [Kind.NATIVE]
    assert new == [Kind.USUAL]
