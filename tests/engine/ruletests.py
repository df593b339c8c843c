"""Questions to promtool: what do the rules of an SLO say of these series at these times?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from slo_compiler.quantities import Seconds, format_duration
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios.series import Series
from tests.engine.examples import rule_file
from tests.engine.series import promtool_input
from tests.oracles.prometheus import Prometheus
from tests.oracles.ruletest import run_rule_tests

RESOLUTION: Final = "10s"
"""The time between the samples of an input series, most of which are missing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A query at a time in seconds, and all of its answer: labels and value of each series."""

    query: str
    at: int
    samples: Sequence[tuple[str, float]] = field(default=())


def assert_answers(
    prometheus: Prometheus,
    slo: LoweredSlo,
    series: Iterable[Series],
    interval: Seconds,
    expected: Iterable[Answer],
) -> None:
    """Assert that promtool, evaluating all rules of the SLO every interval, gives just these answers."""
    asked = [
        {
            "expr": answer.query,
            "eval_time": f"{answer.at}s",
            "exp_samples": [{"labels": labels, "value": value} for labels, value in answer.samples],
        }
        for answer in expected
    ]
    _run(prometheus, slo, series, interval, {"promql_expr_test": asked})


@dataclass(frozen=True, slots=True)
class Page:
    """An alert that fires at a time in seconds, and all that it tells."""

    alert: str
    at: int
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


def assert_pages(
    prometheus: Prometheus, slo: LoweredSlo, series: Iterable[Series], interval: Seconds, page: Page
) -> None:
    """Assert that just one alert of this name fires, with these labels and texts."""
    told = {"exp_labels": page.labels, "exp_annotations": page.annotations}
    asked = {"alertname": page.alert, "eval_time": f"{page.at}s", "exp_alerts": [told]}
    _run(prometheus, slo, series, interval, {"alert_rule_test": [asked]})


def _run(
    prometheus: Prometheus,
    slo: LoweredSlo,
    series: Iterable[Series],
    interval: Seconds,
    asked: Mapping[str, Any],
) -> None:
    case = {"interval": RESOLUTION, "input_series": [promtool_input(each) for each in series], **asked}
    fast, slow, coarse = (group.name for group in slo.groups)
    tests = {
        "evaluation_interval": format_duration(interval),
        # An alert tells the newest budget, and copies are of what was recorded in the same moment.
        "group_eval_order": [slow, fast, coarse],
        "tests": [case],
    }
    ok, output = run_rule_tests(prometheus, {"slo.rules.yaml": rule_file(slo)}, tests)
    assert ok, output


def labels_text(name: str, labels: Mapping[str, str]) -> str:
    """A series as a test file names it."""
    pairs = ", ".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{pairs}}}"
