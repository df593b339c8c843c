"""Many questions to one promtool: cases that have nothing to do with each other, in one rule test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from slo_compiler.emitters import prometheus as rule_files
from slo_compiler.rules.program import Program
from slo_compiler.rules.signals.signal import LoweredSignal
from tests.compiling import defaults
from tests.oracles.prometheus import Prometheus
from tests.oracles.ruletest import run_rule_tests

MINUTELY: Final = defaults(scrape_interval="1m", evaluation_interval="1m")
"""The defaults of programs whose series have a sample a minute."""


@dataclass(frozen=True, slots=True)
class Case:
    """Series in promtool's notation, and the alerts that fire at each minute, by their names."""

    what: str
    series: Mapping[str, str]
    firing: Mapping[int, Sequence[str]]
    by: str = "alertname"
    """The label that alerts are named by."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query at a minute, and all of its answer."""

    query: str
    minute: int
    samples: Sequence[tuple[str, float]] = ()


def signals_alone(program: Program, *ids: str) -> Program:
    """A program with nothing but the signals of some ids: what they read of SLOs is then input."""
    signals: list[LoweredSignal] = [each for each in program.signals if each.subject.id in ids]
    return Program((), None, tuple(signals))


def assert_all_firing(
    prometheus: Prometheus, program: Program, cases: Iterable[Case], *, interval: str = "1m"
) -> None:
    """Assert that in each case just these alerts fire at these minutes.

    Args:
        prometheus: whose promtool.
        program: all of whose rules are evaluated every interval.
        cases: each with series of its own.
        interval: that of samples and evaluations.
    """
    tests = [
        _test(
            case.what,
            case.series,
            [
                Question(
                    f'group by ({case.by}) (ALERTS{{alertstate="firing"}})',
                    minute,
                    [(f'{{{case.by}="{name}"}}', 1) for name in names],
                )
                for minute, names in case.firing.items()
            ],
            interval,
        )
        for case in cases
    ]
    _run(prometheus, program, tests, interval)


def assert_answers_to(
    prometheus: Prometheus,
    program: Program,
    series: Mapping[str, str],
    questions: Iterable[Question],
    *,
    interval: str = "1m",
) -> None:
    """Assert that the rules make of the series what the questions expect; the interval is as above."""
    _run(prometheus, program, [_test("", series, questions, interval)], interval)


def _test(
    what: str, series: Mapping[str, str], questions: Iterable[Question], interval: str
) -> dict[str, Any]:
    return {
        "name": what,
        "interval": interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": question.query,
                "eval_time": f"{question.minute}m",
                "exp_samples": [{"labels": labels, "value": value} for labels, value in question.samples],
            }
            for question in questions
        ],
    }


def _run(prometheus: Prometheus, program: Program, tests: list[dict[str, Any]], interval: str) -> None:
    rules = {artifact.path.rsplit("/", 1)[-1]: artifact.text for artifact in rule_files.emit(program)}
    ok, output = run_rule_tests(prometheus, rules, {"evaluation_interval": interval, "tests": tests})
    assert ok, output
