"""The indicator that a use of a preset stands for, with the parameters that a spec gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeAlias, assert_never

from msgspec.structs import replace

from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import (
    AtLeast,
    AtMost,
    Counted,
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
from slo_compiler.model.preset import PresetUse
from slo_compiler.model.system import (
    Metric,
    Preset,
    ReleaseNumber,
    System,
    Unit,
    format_release,
)
from slo_compiler.presets.bounds import format_bound, parse_bound, seconds_of, unbounded_problem
from slo_compiler.presets.parameters import TRAFFIC, Given, histogram_of, read_parameters
from slo_compiler.presets.translation import translated
from slo_compiler.promql.check import parse
from slo_compiler.promql.narrow import narrowed
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.release import Release, release_named
from slo_compiler.promql.syntax import VectorSelector

Rewrite: TypeAlias = Callable[[Expression], Expression]


def indicator_of(
    use: PresetUse, preset: Preset, system: System, release: ReleaseNumber | None, target: str
) -> Indicator | list[Diagnostic]:
    """The indicator that a use of a preset stands for, or everything that is wrong with the use."""
    if release is not None and release not in preset.releases:
        message = (
            f"{preset.id} is for {system.title} {preset.releases}, and {format_release(release)} is declared"
        )
        return [error(use.locate("release"), "preset/release", message)]
    indicator = preset.indicator_of(release)
    histogram = histogram_of(indicator, system)
    given, problems = read_parameters(use, preset, system, release_named(target))
    rewrite = _narrowing(system, given, use.position, release_named(target))
    bounded = _bounded(_rewritten(indicator, rewrite), given, histogram, use)
    if isinstance(bounded, Diagnostic):
        return [*problems, bounded]
    return problems or bounded


def _narrowing(system: System, given: Given, position: Position, target: Release) -> Rewrite:
    """Adds matchers to each selector: those on labels that its metric has, and the author's own to all."""

    def conditions(selector: VectorSelector) -> Sequence[str]:
        metric = system.metric_of(metric_of(selector) or "")
        own = [text for label, text in given.labels.items() if metric is None or label in metric.labels]
        return [*own, *given.matchers]

    def rewrite(expression: Expression) -> Expression:
        parsed = parse(expression.text, target, placeholders=True)
        if isinstance(parsed, list):
            raise ValueError(f"{expression.text} in the library: {parsed[0].message}")  # noqa: TRY004
        narrow = narrowed(parsed, conditions)
        return Expression(translated(narrow, system, given.translation, target), lambda _: position)

    return rewrite


def _rewritten(indicator: Indicator, rewrite: Rewrite) -> Indicator:
    match indicator:
        case Ratio():
            return _rewritten_ratio(indicator, rewrite)
        case Quality(judged=judged):
            return replace(indicator, judged=_rewritten_ratio(judged, rewrite))
        case Guardrail():
            return _rewritten_guardrail(indicator, rewrite)
        case Events(counted=counted, total=total):
            return Events(_rewritten_count(counted, rewrite), rewrite(total))
        case Latency(histogram=histogram):
            return replace(indicator, histogram=rewrite(histogram))
        case ErrorRatio(expression=expression):
            return ErrorRatio(rewrite(expression))
        case Probe(gauge=gauge):
            return Probe(rewrite(gauge))
        case Threshold(gauge=gauge):
            return replace(indicator, gauge=rewrite(gauge))
        case Freshness(timestamp=timestamp):
            return replace(indicator, timestamp=rewrite(timestamp))
        case _:
            assert_never(indicator)


def _rewritten_ratio(ratio: Ratio, rewrite: Rewrite) -> Ratio:
    return Ratio(_rewritten_count(ratio.counted, rewrite), rewrite(ratio.total))


def _rewritten_guardrail(guardrail: Guardrail, rewrite: Rewrite) -> Guardrail:
    return replace(
        guardrail,
        checks=_rewritten_ratio(guardrail.checks, rewrite),
        fail_open=guardrail.fail_open and rewrite(guardrail.fail_open),
        blocked=guardrail.blocked and rewrite(guardrail.blocked),
    )


def _rewritten_count(counted: Counted, rewrite: Rewrite) -> Counted:
    return replace(counted, expression=rewrite(counted.expression))


def _bounded(
    indicator: Indicator, given: Given, histogram: Metric | None, use: PresetUse
) -> Indicator | Diagnostic:
    """The indicator with the threshold, age, bound or traffic that is given."""
    match indicator, given.bound:
        case Latency(), _ if histogram is not None:
            return _with_threshold(indicator, given, histogram, use)
        case Freshness(), Fraction() as age:
            return replace(indicator, max_age=age)
        case Threshold(bound=AtLeast()), Fraction() as least:
            return replace(indicator, bound=AtLeast(least))
        case Threshold(bound=AtMost()), Fraction() as most:
            return replace(indicator, bound=AtMost(most))
        case Guardrail(), _ if given.traffic is not None:
            return replace(indicator, traffic=Expression(given.traffic, lambda _: use.locate(TRAFFIC)))
        case _:
            return indicator


def _with_threshold(
    indicator: Latency, given: Given, histogram: Metric, use: PresetUse
) -> Latency | Diagnostic:
    unit = seconds_of(histogram.unit)
    written = given.bound if isinstance(given.bound, str) else example_threshold(indicator, histogram)
    bound = parse_bound(written) / unit
    bounds = tuple(each / unit for each in given.buckets) or histogram.bounds
    if not indicator.native and bound not in bounds:
        message = unbounded_problem(written, bound, histogram, bounds)
        return error(use.locate("threshold"), "preset/threshold", message)
    return replace(indicator, threshold=bound, written=written)


def example_threshold(indicator: Latency, histogram: Metric) -> str:
    """The threshold in a file of the library: a duration, or a bound in the histogram's own unit."""
    unit = histogram.unit or Unit.SECONDS
    try:
        return format_bound(parse_bound(indicator.written) / seconds_of(unit), unit)
    except ValueError:
        return format_bound(indicator.threshold, unit)
