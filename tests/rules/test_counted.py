"""What is told apart of all events: alone, for whoever asks for both at once."""

from __future__ import annotations

from typing import Any

import pytest

from slo_compiler.burnrate.plan import Plan
from slo_compiler.quantities import MINUTE
from slo_compiler.rules.reading import counts_good, read_counted, read_errors
from slo_compiler.rules.windows import span
from tests import compiling

BAD = {"bad": 'r_total{code="500"}', "total": "r_total"}
GOOD = {"good": 'r_total{code="200"}', "total": "r_total"}
NATIVE = "sum(rate(d[5m30s]))"


def plan_of(indicator: dict[str, Any], **keys: Any) -> Plan:
    spec = compiling.spec("shop", compiling.slo(indicator=indicator, **keys), owners=compiling.ML_OWNERS)
    return compiling.program_of(spec, defaults=compiling.defaults(target="prometheus-3.5")).slos[0].plan


@pytest.mark.parametrize(
    ("indicator", "expected", "good"),
    [
        ({"ratio": BAD}, 'sum(rate(r_total{code="500"}[5m30s])) * 300', False),
        ({"ratio": GOOD}, 'sum(rate(r_total{code="200"}[5m30s])) * 300', True),
        (
            {"quality": {**BAD, "labels": {"mode": "cohort", "lag": "6h"}}},
            'sum(rate(r_total{code="500"}[5m30s] offset 6h)) * 300',
            False,
        ),
        ({"guardrail": BAD}, 'sum(rate(r_total{code="500"}[5m30s])) * 300', False),
        (
            {"latency": {"histogram": "d", "threshold": 0.25}},
            'sum(rate(d_bucket{le="0.25"}[5m30s])) * 300',
            True,
        ),
        (
            {"latency": {"histogram": "d", "threshold": 0.25, "type": "native"}},
            f"histogram_count({NATIVE}) * 300 * on () histogram_fraction(-Inf, 0.25, {NATIVE})",
            True,
        ),
        (
            {"events": {"good": "rate(a[$window])", "total": "rate(b[$window])"}},
            "sum(rate(a[5m30s])) * 300",
            True,
        ),
        ({"probe": "up"}, "sum(count_over_time(up[5m]) - sum_over_time(up[5m]))", False),
    ],
    ids=["bad", "good", "cohort", "guardrail", "latency", "native", "events", "probe"],
)
def test_it_is_counted_without_a_recorded_series(
    indicator: dict[str, Any], expected: str, *, good: bool
) -> None:
    plan = plan_of(indicator)
    assert (expected, good) == (
        read_counted(plan.slo, span(5 * MINUTE, plan.windows)),
        counts_good(plan.slo.indicator),
    )


@pytest.mark.parametrize(
    "indicator",
    [
        {"error_ratio": "avg_over_time(r[$window])"},
        {"threshold": {"gauge": "q", "at_most": 5}},
        {"freshness": {"timestamp": "t", "max_age": "1h"}},
    ],
    ids=["ratio", "threshold", "freshness"],
)
def test_errors_that_need_no_events_are_counted_as_they_are_recorded(indicator: dict[str, Any]) -> None:
    plan = plan_of(indicator)
    window = span(5 * MINUTE, plan.windows)
    assert read_errors(plan.slo, window) == read_counted(plan.slo, window)
    assert not counts_good(plan.slo.indicator)
