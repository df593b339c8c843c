"""Counters that are selected by more than one name, and what Prometheus makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compiling import checks_of, compile_specs, slo, spec
from tests.oracles.document import yaml_text
from tests.oracles.prometheus import Prometheus
from tests.oracles.ruletest import run_rule_tests

MANY = '{__name__=~"confirmed_total|waived_total"}'


@pytest.mark.parametrize(
    "indicator",
    [
        {"ratio": {"bad": '{__name__="failed_total"}', "total": "asked_total"}},
        {"threshold": {"gauge": f"sum({MANY})", "at_most": 1}},
        {"events": {"bad": "sum(rate(failed_total[$window]))", "total": "sum(rate(asked_total[$window]))"}},
    ],
    ids=["a name among the matchers", "values of several metrics", "names before the braces"],
)
def test_it_is_silent_of(indicator: dict[str, Any]) -> None:
    assert [] == checks_of(compile_specs(spec("shop", slo(indicator=indicator))))


def test_a_ratio_of_several_metrics_is_told_of() -> None:
    ratio = {"ratio": {"good": MANY, "total": "accepted_total"}}
    assert ["promql/many-metrics"] == checks_of(compile_specs(spec("shop", slo(indicator=ratio))))


@pytest.mark.parametrize(
    ("counted", "samples"),
    [
        (f"sum(rate({MANY}[5m]))", "fails"),
        ("sum(rate(confirmed_total[5m])) + sum(rate(waived_total[5m]))", "records"),
    ],
    ids=["one selector", "a sum"],
)
def test_prometheus_fails_where_two_have_the_same_labels(
    prometheus: Prometheus, counted: str, samples: str
) -> None:
    rules = yaml_text({"groups": [{"name": "g", "rules": [{"record": "counted", "expr": counted}]}]})
    series = [{"series": f"{name}_total", "values": "0+300x20"} for name in ("confirmed", "waived")]
    question = {"expr": "counted", "eval_time": "9m", "exp_samples": [{"labels": "counted", "value": 20}]}
    case = {"interval": "30s", "input_series": series, "promql_expr_test": [question]}
    ok, output = run_rule_tests(prometheus, {"r.yaml": rules}, {"tests": [case]})
    assert ("records" if ok else "fails") == samples, output
