"""Questions to promtool about the alerts of a model: which fire, at which minute, on these series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from slo_compiler.emitters import prometheus as rule_files
from slo_compiler.rules.program import LoweredSlo, Program
from slo_compiler.rules.signals.signal import LoweredSignal
from tests.compiling import defaults
from tests.oracles.prometheus import Prometheus
from tests.oracles.ruletest import run_rule_tests

INTERVAL: Final = "1m"
"""The time between the samples of an input series, and between evaluations."""

MINUTELY: Final = defaults(scrape_interval="1m", evaluation_interval="1m")
"""The defaults of programs that are evaluated so."""

ONE_TIER: Final = {"tiers": [{"name": "fast", "severity": "page", "budget": "2%", "long": "1h"}]}
"""Alerting of SLOs of which only the first page matters: other tiers would take longer than all else."""

Series = Mapping[str, str]
"""Values in promtool's notation, by the series that has them."""


def assert_firing(
    prometheus: Prometheus,
    program: Program,
    series: Series,
    expected: Mapping[int, Sequence[str]],
    *,
    interval: str = INTERVAL,
    of: str = "",
) -> None:
    """Assert that at each minute just these alerts fire, guards among them, by their names.

    Args:
        prometheus: whose promtool.
        program: all of whose rules are evaluated every interval.
        series: the input.
        expected: the names of the alerts by the minute.
        interval: that of samples and evaluations.
        of: more matchers for the alerts that are asked for.
    """
    asked = [
        {
            "expr": f'group by (alertname) (ALERTS{{alertstate="firing", {of}}})',
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in names],
        }
        for minute, names in expected.items()
    ]
    _run(prometheus, program, series, asked, interval)


def assert_value(
    prometheus: Prometheus, program: Program, series: Series, query: str, expected: Mapping[int, float | None]
) -> None:
    """Assert that a query answers one number at each minute, or nothing where that is None."""
    asked = [
        {
            "expr": query,
            "eval_time": f"{minute}m",
            "exp_samples": [] if value is None else [{"labels": "{}", "value": value}],
        }
        for minute, value in expected.items()
    ]
    _run(prometheus, program, series, asked, INTERVAL)


def signal_alone(program: Program, id_: str) -> Program:
    """A program with nothing but the signals of an id: what they read of SLOs is then input."""
    signals: list[LoweredSignal] = [each for each in program.signals if each.subject.id == id_]
    return Program((), None, tuple(signals))


def first_page_alone(program: Program) -> Program:
    """A program without the slow groups of its SLOs, which no page of an hour reads."""
    slos = (LoweredSlo(each.plan, each.groups[:1]) for each in program.slos)
    return Program(tuple(slos), None, program.signals)


def _run(
    prometheus: Prometheus, program: Program, series: Series, asked: list[dict[str, Any]], interval: str
) -> None:
    rules = {artifact.path.rsplit("/", 1)[-1]: artifact.text for artifact in rule_files.emit(program)}
    case = {
        "interval": interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": asked,
    }
    ok, output = run_rule_tests(prometheus, rules, {"evaluation_interval": interval, "tests": [case]})
    assert ok, output
