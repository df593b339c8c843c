"""Whether an indicator's expressions are PromQL of the target release, and of the type its kind needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from slo_compiler.checks.selectors import check_named, located, plain_selector
from slo_compiler.diagnostics import Diagnostic, error, warning
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import (
    ErrorRatio,
    Events,
    Freshness,
    Guardrail,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
)
from slo_compiler.model.slo import Slo
from slo_compiler.promql import check
from slo_compiler.promql.functions import ValueType
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import Binary
from slo_compiler.promql.template import Template, parse_template
from slo_compiler.rules.counting import Counting, counting_of

HISTOGRAM_SUFFIXES: Final = ("_bucket", "_count", "_sum")

THRESHOLD: Final = "for anything else use the indicator threshold"


def check_expressions(slo: Slo) -> Iterator[Diagnostic]:
    """Everything that is wrong with the PromQL of an SLO's indicator."""
    match slo.indicator:
        case (
            Ratio(counted=counted, total=total)
            | Quality(judged=Ratio(counted=counted, total=total))
            | Guardrail(checks=Ratio(counted=counted, total=total))
        ):
            yield from _check_counter(counted.expression, slo)
            yield from _check_counter(total, slo)
        case Latency(histogram=histogram, native=native):
            yield from _check_histogram(histogram, slo, native=native)
        case Events(counted=counted, total=total):
            yield from _check_counts(counted.expression, total, slo)
        case ErrorRatio(expression=expression):
            template, found = _template(expression, slo)
            yield from found
            if template is not None:
                yield from _check_quotient(expression, template)
        case Probe(gauge=gauge):
            yield from _check_probe(gauge, slo)
        case Threshold(gauge=gauge):
            yield from _check_vector(gauge, slo)
        case Freshness(timestamp=timestamp):
            yield from _check_vector(timestamp, slo)
        case _:
            assert_never(slo.indicator)


def _check_counter(expression: Expression, slo: Slo) -> Iterator[Diagnostic]:
    selector, found = plain_selector(expression, slo.target, "a ratio's counter")
    yield from found
    if selector is None:
        return
    yield from check_named(selector, expression)
    if selector.metric is not None and selector.metric.endswith("_bucket"):
        yield error(
            expression.position,
            "promql/bucket",
            f"{selector.metric} counts every request once in each bucket above its duration, so that the "
            "ratio means nothing; use a latency indicator",
        )


def _check_probe(gauge: Expression, slo: Slo) -> Iterator[Diagnostic]:
    selector, found = plain_selector(gauge, slo.target, "a probe's gauge", THRESHOLD)
    yield from found
    if selector is not None:
        yield from check_named(selector, gauge)


def _check_histogram(histogram: Expression, slo: Slo, *, native: bool) -> Iterator[Diagnostic]:
    selector, found = plain_selector(histogram, slo.target, "a histogram")
    yield from found
    if selector is None:
        return
    name = metric_of(selector)
    if name is None:
        yield error(
            histogram.position,
            "promql/unnamed",
            "name the one histogram that is meant: its _bucket and _count series are named after it",
        )
    elif not native and name.endswith(HISTOGRAM_SUFFIXES):
        bare = name.rsplit("_", 1)[0]
        yield error(
            histogram.position,
            "promql/histogram-suffix",
            f"{name} is one of the series of a histogram, so that {name}_bucket would be looked for; write "
            f"{bare}",
        )
    if not native:
        for matcher in selector.matchers:
            if matcher.label == "le":
                yield error(
                    histogram.locate(matcher.start),
                    "promql/le",
                    "the bucket follows from the threshold; a matcher on le would leave no bucket to count",
                )


def _check_counts(counted: Expression, total: Expression, slo: Slo) -> Iterator[Diagnostic]:
    units = []
    for expression in (counted, total):
        template, found = _template(expression, slo)
        yield from found
        if template is None:
            continue
        unit = counting_of(template.expression.tree)
        units.append(unit)
        if unit is None:
            yield error(
                expression.position,
                "promql/not-a-count",
                "what this counts cannot be told: over $window use rate or increase of counters, or "
                "sum_over_time or count_over_time of samples, and only one of these; other functions do not "
                "add up from window to window",
            )
    if Counting.SAMPLES in units and len(set(units)) > 1 and None not in units:
        yield error(
            counted.position,
            "promql/units-differ",
            "one expression counts samples, the other events: their ratio is not a ratio of errors",
        )


def _check_vector(expression: Expression, slo: Slo) -> Iterator[Diagnostic]:
    parsed = check.parse(expression.text, release_named(slo.target))
    if isinstance(parsed, list):
        yield from located(expression, parsed, slo.target)
    elif parsed.type is not ValueType.VECTOR:
        yield _wrong_type(expression, parsed.type)


def _template(expression: Expression, slo: Slo) -> tuple[Template | None, list[Diagnostic]]:
    template = parse_template(expression.text, release_named(slo.target))
    if isinstance(template, list):
        return None, located(expression, template, slo.target)
    if template.expression.type is not ValueType.VECTOR:
        return None, [_wrong_type(expression, template.expression.type)]
    if not template.has_window:
        message = (
            "there is no [$window] in it, so that every window would hold the same; write for example "
            "sum(rate(requests_total[$window]))"
        )
        return None, [error(expression.position, "promql/no-window", message)]
    return template, []


def _check_quotient(expression: Expression, template: Template) -> Iterator[Diagnostic]:
    match template.expression.tree:
        case Binary(operator="/", operator_start=place, right=divisor) if any(vector_selectors(divisor)):
            yield warning(
                expression.locate(place),
                "promql/quotient",
                "a quotient is 0/0 in an idle hour and empty before the first error, which alerts as missing "
                "data, and a quiet night weighs as much as a busy noon; give both sides to the indicator "
                "events",
            )


def _wrong_type(expression: Expression, found: ValueType) -> Diagnostic:
    return error(
        expression.position,
        "promql/type",
        f"this is {found.value}, not an instant vector as a metric or a sum of rates is: there are no series "
        "to measure, and every rule on it would fail",
    )
