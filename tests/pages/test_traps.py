"""What Prometheus counts of the series of each trap is what the pages of indicators say."""

from __future__ import annotations

from typing import Any

import pytest

from slo_compiler.rules.ir import RecordingRule
from tests.oracles.document import yaml_text
from tests.oracles.prometheus import Prometheus
from tests.oracles.ruletest import run_rule_tests
from tests.pages.compiled import example, program_of
from tests.pages.of_indicators import counted
from tests.pages.trapping import INTERVAL, LOOKED_AT, Trap, indicators_with_traps, traps_of


@pytest.mark.parametrize("indicator", indicators_with_traps())
def test_traps_are_counted_as_the_page_says(prometheus_3_5: Prometheus, indicator: str) -> None:
    rules = counted(program_of(example(f"indicators/{indicator}.yaml")))
    group = {"name": indicator, "rules": [_rule(rule) for rule in rules]}
    tests = {
        "evaluation_interval": "30s",
        "tests": [_test(trap, rules) for trap in traps_of(indicator)],
    }
    ok, output = run_rule_tests(prometheus_3_5, {"rules.yaml": yaml_text({"groups": [group]})}, tests)
    assert ok, output


def _rule(rule: RecordingRule) -> dict[str, Any]:
    return {"record": rule.record, "expr": rule.expr, "labels": dict(rule.labels)}


def _test(trap: Trap, rules: tuple[RecordingRule, RecordingRule]) -> dict[str, Any]:
    return {
        "name": trap.what,
        "interval": INTERVAL,
        "input_series": [{"series": name, "values": values} for name, values in trap.series.items()],
        "promql_expr_test": [
            _question(rule, count) for rule, count in zip(rules, (trap.events, trap.errors), strict=True)
        ],
    }


def _question(rule: RecordingRule, count: float | None) -> dict[str, Any]:
    """The count to a thousandth, without the labels."""
    told = [] if count is None else [{"labels": "{}", "value": count}]
    return {"expr": f"sum(round({rule.record}, 0.001))", "eval_time": LOOKED_AT, "exp_samples": told}
