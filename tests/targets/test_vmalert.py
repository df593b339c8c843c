from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from slo_compiler.promql.metricsql import to_metricsql
from slo_compiler.promql.release import PROMETHEUS_2_42
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule
from slo_compiler.rules.stages import stages
from tests.compiling import loaded, slo, spec, texts_of
from tests.oracles.victoria_metrics import VictoriaMetrics
from tests.targets.programs import dumped, faults_of, files_of, raw_files_of

CASES = (
    "fast stays silent while less than its share of the budget is spent",
    "fast fires when its share of the budget is spent",
    "an idle service stays silent on fewer errors than min_errors",
)


def alert(name: str, expr: str) -> AlertingRule:
    return AlertingRule(name, expr, Fraction(0), Fraction(0), {}, {})


def test_no_stage_reads_what_it_writes() -> None:
    group = Group(
        "a:b",
        Fraction(30),
        (
            RecordingRule("raw", "x"),
            alert("Early", "raw > 1"),
            RecordingRule("other", "y"),
            RecordingRule("sum", "raw + other"),
            RecordingRule("top", "sum / 2"),
            alert("Late", "top > 1"),
        ),
    )
    assert [
        (stage.name, [getattr(rule, "record", None) or rule.alert for rule in stage.rules])  # type: ignore[union-attr]
        for stage in stages(group, PROMETHEUS_2_42)
    ] == [
        ("a:b:1", ["raw", "other"]),
        ("a:b:2", ["sum"]),
        ("a:b:3", ["top"]),
        ("a:b", ["Early", "Late"]),
    ]


def test_a_group_whose_rules_do_not_read_each_other_stays_whole() -> None:
    group = Group("a:b", Fraction(30), (RecordingRule("p", "x"), RecordingRule("q", "y"), alert("A", "z")))
    assert stages(group, PROMETHEUS_2_42) == (group,)


def test_what_names_no_metric_of_the_group_waits_for_none() -> None:
    rules = (RecordingRule("p", "x"), RecordingRule("q", '{__name__=~"p.*"}'), RecordingRule("r", "sum("))
    assert len(stages(Group("a:b", Fraction(30), rules), PROMETHEUS_2_42)) == 1


def test_stages_are_evaluated_in_order_and_within_the_interval() -> None:
    (document,) = files_of("vmalert", spec()).values()
    fast = [
        group
        for group in document["groups"]
        if not group["name"].startswith(("checkout:availability:slow", "checkout:availability:coarse"))
    ]
    offsets = [int(group["eval_offset"].removesuffix("s")) for group in fast]
    first = offsets[0]
    assert [(offset - first) % 30 for offset in offsets] == [30 * n // len(fast) for n in range(len(fast))]
    assert fast[-1]["name"] == "checkout:availability"


def test_not_all_groups_begin_at_once() -> None:
    (document,) = files_of("vmalert", spec("shop", *[slo(f"a{number}") for number in range(6)])).values()
    firsts = {group["eval_offset"] for group in document["groups"] if group["name"].count(":") == 2}
    assert len(firsts) > 3


@pytest.mark.parametrize(
    ("promql", "metricsql"),
    [
        ("sum(rate(a[5m])) * 300", "sum(rate_prometheus(a[5m])) * 300"),
        (
            "increase(rate_total[5m]) / rate(b[1m])",
            "increase_prometheus(rate_total[5m]) / rate_prometheus(b[1m])",
        ),
        ('sum_over_time(a{rate="rate(x)"}[1h])', 'sum_over_time(a{rate="rate(x)"}[1h])'),
        ("no promql (", "no promql ("),
    ],
)
def test_counters_rise_as_in_prometheus(promql: str, metricsql: str) -> None:
    assert to_metricsql(promql, PROMETHEUS_2_42) == metricsql


def test_native_histograms_are_refused() -> None:
    native = {"latency": {"histogram": "a_seconds", "threshold": "250ms", "type": "native"}}
    (told,) = faults_of("vmalert", spec("shop", slo(indicator=native)))
    assert told.startswith(
        "shop.yaml:9:12: error: vmalert knows no histogram_count and no histogram_fraction: VictoriaMetrics"
    )


def test_vmalert_loads_the_rules_of_every_kind(victoria_metrics: VictoriaMetrics, tmp_path: Path) -> None:
    for name, text in raw_files_of("vmalert").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = victoria_metrics.vmalert("-dryRun", f"-rule={tmp_path}/*.yaml")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_alerts_fire_and_stay_silent_as_in_prometheus(
    victoria_metrics: VictoriaMetrics, tmp_path: Path
) -> None:
    """The cases of the rule tests, which pass on Prometheus, each against the alerts of vmalert."""
    (tmp_path / "rules.yaml").write_text(
        raw_files_of("vmalert", spec())["checkout.rules.yaml"], encoding="utf-8"
    )
    suite = loaded(texts_of(spec()))["promtool/checkout.test.yaml"]
    suite["rule_files"] = [str(tmp_path / "rules.yaml")]
    suite["tests"] = [as_of_vmalert(test) for test in suite["tests"] if test["name"].startswith(CASES)]
    assert len(suite["tests"]) == len(CASES)
    (tmp_path / "test.yaml").write_text(dumped(suite), encoding="utf-8")
    done = victoria_metrics.vmalert_tool("unittest", "--files", tmp_path / "test.yaml")
    assert done.returncode == 0, done.stdout


def as_of_vmalert(test: dict[str, Any]) -> dict[str, Any]:
    """A test in the words of vmalert-tool; vmalert puts the name of the group on alerts."""
    questions = test.pop("promql_expr_test")
    for question in questions:
        for sample in question.get("exp_samples", ()):
            sample["labels"] = sample["labels"].replace("{", '{alertgroup="checkout:availability",', 1)
    return {**yaml.safe_load(dumped(test)), "metricsql_expr_test": questions}
