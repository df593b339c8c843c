"""Whether counts add up as the check says, by Prometheus: an hour against its twelve base windows."""

from __future__ import annotations

from typing import Final

import pytest

from tests.compiling import checks_of, compile_specs, slo, spec
from tests.oracles.prometheus import Prometheus
from tests.oracles.ruletest import run_rule_tests

COUNT: Final = "sum_over_time(events[$window])"
LABELLED: Final = f'label_replace({COUNT}, "team", "x", "pod", "(.*)")'
OTHER: Final = "sum_over_time(more[$window])"

ADDS_UP: Final = (
    f"sum({COUNT})",
    f"sum without (pod) ({COUNT})",
    f"-(-{COUNT})",
    f"60 * {COUNT} / 2",
    f"sum({COUNT}) or vector(0)",
    f"{COUNT} or on () 0 * up",
    f"{COUNT} * on (pod) group_left (team) pod_info",
    f"{COUNT} and on (pod) up == 1",
    f"{COUNT} unless on (pod) maintenance == 1",
    LABELLED,
    f"clamp_min({COUNT}, 0)",
    f"{COUNT} >= 0",
    f"vector(scalar(sum({COUNT})))",
    f"{COUNT} + {OTHER} or {COUNT} or {OTHER}",
    f"{COUNT} - {OTHER} or {COUNT}",
)
DOES_NOT: Final = (
    f"max({COUNT})",
    f"min({COUNT})",
    f"topk(1, {COUNT})",
    f"count({COUNT})",
    f"quantile(0.3, {COUNT})",
    f"stddev({COUNT})",
    f"{COUNT} + 1",
    f"{COUNT} or vector(1)",
    f"{COUNT} / {COUNT}",
    f"60 / {COUNT}",
    f"{COUNT} ^ 2",
    f"{COUNT} * {COUNT}",
    f"{COUNT} * queue_length",
    f"{COUNT} / queue_length",
    f"{COUNT} > 70",
    f"{COUNT} > bool 70",
    f"clamp_max({COUNT}, 70)",
    f"clamp_min({COUNT}, 70)",
    f"abs({COUNT} - 70 or {COUNT})",
    f"round({COUNT}, 15)",
    f"sqrt({COUNT})",
    f"sum_over_time({COUNT}[$window:1m])",
)

HOURS: Final = 2
SAMPLES: Final = HOURS * 60 + 1
"""One a minute, for each pod more in one of the hours; the queue grows all the time."""
SERIES: Final = {
    'events{pod="a"}': " ".join(str(3 + 17 * (minute % 11 > 5)) for minute in range(SAMPLES)),
    'events{pod="b"}': " ".join(str(18 - 17 * (minute % 13 > 5)) for minute in range(SAMPLES)),
    'more{pod="a"}': " ".join(str(minute % 3) for minute in range(SAMPLES)),
    'pod_info{pod="a", team="x"}': f"1x{SAMPLES}",
    'pod_info{pod="b", team="y"}': f"1x{SAMPLES}",
    'up{pod="a"}': f"1x{SAMPLES}",
    'up{pod="b"}': f"1x{SAMPLES}",
    'queue_length{pod="a"}': f"1+1x{SAMPLES}",
    'queue_length{pod="b"}': f"1+2x{SAMPLES}",
}


def differs(total: str) -> str:
    """A query for whether an hour is something else than the twelve base windows in it, added up."""
    parts = f"sum(sum_over_time(({total.replace('$window', '5m')})[59m:5m]))"
    return f"abs({parts} - sum({total.replace('$window', '1h')})) > bool 0.001"


def test_prometheus_agrees(prometheus_3_5: Prometheus) -> None:
    asked = [
        {
            "expr": differs(total),
            "eval_time": f"{HOURS}h",
            "exp_samples": [{"labels": "{}", "value": int(total in DOES_NOT)}],
        }
        for total in (*ADDS_UP, *DOES_NOT)
    ]
    series = [{"series": name, "values": values} for name, values in SERIES.items()]
    tests = {"tests": [{"interval": "1m", "input_series": series, "promql_expr_test": asked}]}
    ok, output = run_rule_tests(prometheus_3_5, {"none.yaml": "groups: []\n"}, tests)
    assert ok, output


@pytest.mark.parametrize("total", [*ADDS_UP, *DOES_NOT])
def test_the_check_reports_what_does_not_add_up_and_that_alone(total: str) -> None:
    indicator = {"events": {"bad": "sum_over_time(errors[$window])", "total": total}}
    reported = "promql/not-additive" in checks_of(compile_specs(spec("shop", slo(indicator=indicator))))
    assert reported == (total in DOES_NOT)
