"""The selectors of an indicator, as a runbook asks for them one by one: raw, without the recorded windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from msgspec import Struct

from slo_compiler.model import contract
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import (
    ErrorRatio,
    Events,
    Freshness,
    Guardrail,
    Indicator,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
)
from slo_compiler.model.slo import Slo
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import Matcher, MatchOperator, VectorSelector
from slo_compiler.rules.selecting import histogram_part

TARGET_LABEL = "job"
"""The label by which scrape targets are known, and so the processes behind a metric."""


class Selected(Struct, frozen=True):
    """A selector, without its offset, and its matchers."""

    text: str
    matchers: tuple[Matcher, ...]
    metric: str | None


def selectors_of(slo: Slo) -> list[Selected]:
    """The selectors of all that an SLO measures, each once, in the order in which it is written."""
    found = {each.text: each for part in _expressions(slo.indicator) for each in _selected(part, slo)}
    return list(found.values())


def jobs_of(slo: Slo) -> tuple[str, ...]:
    """The jobs that the SLO's selectors name."""
    named = (
        each.value
        for selected in selectors_of(slo)
        for each in selected.matchers
        if each.label == TARGET_LABEL and each.operator is MatchOperator.EQUAL
    )
    return tuple(dict.fromkeys(named))


def told_apart(slo: Slo) -> tuple[str, ...]:
    """The labels whose values may tell one failure from another.

    Those are the ones that matchers choose several values of, such as a status code, and in metrics of the
    contract all that no matcher pins.
    """
    selectors = selectors_of(slo)
    matchers = [each for selected in selectors for each in selected.matchers]
    of_contract = [contract.BY_NAME.get(each.metric or "") for each in selectors]
    known = dict.fromkeys(each.label for each in matchers)
    known |= dict.fromkeys(label for metric in of_contract if metric for label in metric.labels)
    pinned = {each.label for each in matchers if each.operator is MatchOperator.EQUAL}
    return tuple(label for label in known if label not in {*pinned, "le", "__name__"})


def _expressions(indicator: Indicator) -> tuple[Expression, ...]:
    match indicator:
        case Ratio() | Events():
            return indicator.counted.expression, indicator.total
        case Quality(judged=ratio) | Guardrail(checks=ratio):
            return ratio.counted.expression, ratio.total
        case ErrorRatio(expression=expression):
            return (expression,)
        case Latency(histogram=expression):
            return (expression,)
        case Probe(gauge=expression) | Threshold(gauge=expression) | Freshness(timestamp=expression):
            return (expression,)
        case _:
            assert_never(indicator)


def _selected(expression: Expression, slo: Slo) -> Iterator[Selected]:
    parsed = parse(expression.text, release_named(slo.target), placeholders=True)
    if isinstance(parsed, list):
        raise ValueError(f"{expression.text} was to be checked before a runbook asks for it")  # noqa: TRY004
    for node in vector_selectors(parsed.tree):
        text = _text(expression.text, node)
        if isinstance(slo.indicator, Latency) and not slo.indicator.native:
            text = histogram_part(expression, "_count", (), slo.target)
        yield Selected(text, node.matchers, metric_of(node))


def _text(whole: str, node: VectorSelector) -> str:
    if node.metric is None:
        return whole[node.start : node.end].split("}", maxsplit=1)[0] + "}"
    if not node.matchers:
        return node.metric
    return f"{node.metric}{{{whole[node.matchers[0].start : node.matchers[-1].end]}}}"
