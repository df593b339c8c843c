"""Unit tests of the rules, for anybody's promtool: a file a service."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final

from slo_compiler.emitters import yaml
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import format_decimal, format_duration
from slo_compiler.rules.program import Program
from slo_compiler.scenarios.cases import Case, Expectation
from slo_compiler.scenarios.series import BUCKETS, Histogram, Series, Value
from slo_compiler.scenarios.suite import Kind, Suite, suites

_FOLDERS: Final = {
    Kind.USUAL: ("promtool", ".."),
    Kind.NATIVE: ("promtool/native", "../.."),
    Kind.LATE: ("promtool/late", "../.."),
}
"""Where each kind of tests is written, and how the output folder is called from there."""


def emit(program: Program) -> Iterator[Artifact]:
    """``promtool/<service>.test.yaml``, and in folders of it what is apart."""
    for suite in suites(program):
        folder, up = _FOLDERS[suite.kind]
        text = yaml.document(
            {
                "rule_files": [f"{up}/prometheus/{suite.service}.rules.yaml"],
                "evaluation_interval": format_duration(suite.evaluation_interval),
                "group_eval_order": list(suite.groups),
                "tests": [_case(case) for case in suite.cases],
            },
            comment=_comment(suite),
        )
        yield Artifact(f"{folder}/{suite.service}.test.yaml", text)


def written(value: Value) -> str:
    """A sample in promtool's notation, which for a histogram is that of Prometheus 3."""
    match value:
        case Histogram(fast=fast, slow=slow, lowest=lowest):
            counts = " ".join(_number(count) for count in (fast, *[0] * (BUCKETS - 2), slow))
            count = _number(fast + slow)
            return f"{{{{schema:0 count:{count} sum:{count} offset:{lowest} buckets:[{counts}]}}}}"
        case _:
            return _number(value)


def _comment(suite: Suite) -> str:
    told = [HEADER, "Run these tests with promtool test rules, from any folder."]
    if suite.kind is Kind.NATIVE:
        told.append("They need the promtool of Prometheus 3, for its native histograms.")
    if suite.kind is Kind.LATE:
        told.append("Rules are evaluated rarely here, to get to where these SLOs look back from.")
    told += [f"{each.slo.id} has no test: {each.reason}." for each in suite.untested]
    return "\n".join(told)


def _case(case: Case) -> yaml.Value:
    return {
        "name": f"{case.about}: {', '.join(case.slos)}",
        "interval": format_duration(case.interval),
        "input_series": [_input(series) for series in case.series],
        "promql_expr_test": [_question(expectation) for expectation in case.expectations],
    }


def _question(expectation: Expectation) -> yaml.Value:
    answer: list[yaml.Value] = [{"labels": series, "value": 1} for series in expectation.series]
    return {
        "expr": expectation.query,
        "eval_time": format_duration(expectation.at),
        **({"exp_samples": answer} if answer else {}),
    }


def _input(series: Series) -> yaml.Value:
    matchers = [matcher(name, MatchOperator.EQUAL, value) for name, value in sorted(series.labels.items())]
    return {"series": selector(series.metric, matchers), "values": _notation(series.values)}


@lru_cache(maxsize=1024)  # SLOs of an objective and a kind live through the same
def _notation(values: tuple[Value | None, ...]) -> str:
    return " ".join(_runs(values))


def _runs(values: Sequence[Value | None]) -> Iterator[str]:
    """The values in promtool's notation, each item of it as long a run with a constant step as there is."""
    for missing, run in itertools.groupby(values, key=lambda value: value is None):
        if missing:
            yield f"_x{len(list(run))}"
        else:
            yield from _progressions([value for value in run if value is not None])


def _progressions(values: Sequence[Value]) -> Iterator[str]:
    start = 0
    while start < len(values):
        steps = map(operator.sub, values[start + 1 :], values[start:])
        step, run = next(itertools.groupby(steps), (0, ()))
        more = len(list(run))
        yield _progression(values[start], step, more) if more > 1 else written(values[start])
        start += more + 1 if more > 1 else 1


def _progression(first: Value, step: Value, more: int) -> str:
    """``a+bxn`` in promtool's notation: n values after the first."""
    if isinstance(step, Histogram):
        return f"{written(first)}+{written(step)}x{more}"
    if step == 0:
        return f"{written(first)}x{more}"
    return f"{written(first)}{'+' if step > 0 else ''}{written(step)}x{more}"


def _number(value: float) -> str:
    return format_decimal(Fraction(value))
