"""Whether metrics are what the catalogue of systems knows them to be: name, release, type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from slo_compiler.checks.reading import As, Reading
from slo_compiler.diagnostics import Diagnostic, nearest, warning
from slo_compiler.model.indicator import Indicator, Latency
from slo_compiler.model.system import Metric, MetricType, System, Unit, metric_names, parse_release
from slo_compiler.presets.bounds import format_bound, neighbours
from slo_compiler.presets.library import REMEMBERED, is_shared, system_named, system_names, systems_with
from slo_compiler.promql.queries import metric_of
from slo_compiler.quantities import format_decimal

NEARLY: Final = 0.9
"""How alike two names have to be for one to be taken for a misspelling of the other."""


def check_catalogue(
    reading: Reading, releases: Mapping[str, str], indicator: Indicator | None = None
) -> Iterator[Diagnostic]:
    """What the catalogue knows against a metric; of one that it does not know nothing is said.

    Args:
        reading: where it is selected.
        releases: those of the systems that are declared.
        indicator: the one that it is selected in, if it is in one.
    """
    series = metric_of(reading.selector)
    if series is None:
        return
    known = _known(series)
    if known is None:
        yield from _check_unknown(series, reading, releases)
        return
    name, systems = known
    for system in systems:
        if name in system.misnomers:
            misnomer = system.misnomers[name]
            yield _never(series, reading, misnomer.reason, misnomer.use)
        elif not system.metrics[name].shared:
            metric = system.metrics[name]
            yield from _check_release(metric, system, reading, releases)
            yield from _check_type(series, metric, reading)
            yield from _check_bounds(metric, reading, indicator)


@lru_cache(maxsize=REMEMBERED)
def _known(series: str) -> tuple[str, tuple[System, ...]] | None:
    """The name of a series in the library, and the systems that have it; none of a name that many share."""
    for name in metric_names(series):
        if is_shared(name):
            return name, ()
        if systems := tuple(systems_with(name)):
            return name, systems
    return None


def _check_unknown(series: str, reading: Reading, releases: Mapping[str, str]) -> Iterator[Diagnostic]:
    """What is known of names near to one that no system has."""
    for system in systems_with(f"{series}_total"):
        if f"{series}_total" in system.metrics:
            yield _never(series, reading, f"{system.title} counts it as a counter", f"{series}_total")
    if reading.taken is As.HISTOGRAM:
        yield from _check_count(f"{series}_count", reading)
    yield from _check_spelling(series, reading, releases)


def _check_spelling(series: str, reading: Reading, releases: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Whether a declared system has a metric of nearly that name.

    The catalogue does not know every metric, so that nothing is said of a name that resembles none.
    """
    for system in (system_named(name) for name in releases if name in system_names()):
        if f"{series}_total" in system.metrics:
            continue  # told already
        near = nearest(series, system.metrics, cutoff=NEARLY)
        if near:
            yield _warning(
                reading,
                "catalogue/unknown",
                f"the library knows no metric {series} of {system.title} {releases[system.name]}; where "
                f"there is none this stays empty; did you mean {near}?",
            )


def _check_count(count: str, reading: Reading) -> Iterator[Diagnostic]:
    """Whether what would be the count of a histogram is a counter that only looks like one."""
    for system in systems_with(count):
        yield _warning(
            reading,
            "catalogue/type",
            f"{count} of {system.title} is a {system.metrics[count].type.value} by itself, and no part of a "
            "histogram: there are no buckets, so that no request would count as fast enough",
        )


def _never(series: str, reading: Reading, reason: str, use: str) -> Diagnostic:
    return _warning(
        reading,
        "catalogue/never-existed",
        f"there never was a metric {series}, so that this stays empty: {reason}; write {use}",
    )


def _check_release(
    metric: Metric, system: System, reading: Reading, releases: Mapping[str, str]
) -> Iterator[Diagnostic]:
    declared = releases.get(system.name)
    advice = f"; write {metric.use}" if metric.use else ""
    if declared is not None and parse_release(declared) not in metric.releases:
        yield _warning(
            reading,
            "catalogue/release",
            f"{metric.name} is in {system.title} {metric.releases}, and {declared} is declared, which has no "
            f"such series: this stays empty{advice}",
        )
    elif metric.gone:
        yield _warning(
            reading,
            "catalogue/removed",
            f"{metric.name} is gone from current releases of {system.title}, where this stays empty{advice}",
        )
    elif declared is None and metric.releases.before is not None:
        yield _warning(
            reading,
            "catalogue/removed",
            f"{metric.name} is in {system.title} {metric.releases} only, and in later ones this stays "
            f'empty{advice}, or declare the release that runs as systems: {{{system.name}: "..."}}',
        )


def _check_type(series: str, metric: Metric, reading: Reading) -> Iterator[Diagnostic]:
    consequence = _misread(series, metric, reading)
    if consequence is not None:
        advice = f"; use {metric.use}" if metric.use else ""
        yield _warning(
            reading, "catalogue/type", f"{metric.name} is a {metric.type.value}{consequence}{advice}"
        )


def _misread(series: str, metric: Metric, reading: Reading) -> str | None:
    """What comes of taking the metric for what it is not; None if it is taken for what it is."""
    match metric.type, reading.taken:
        case MetricType.GAUGE, As.COUNTER:
            return ", whose every decrease is taken for a restart and counted; use a threshold"
        case MetricType.SUMMARY, As.COUNTER if series == metric.name:
            return ", whose quantiles cannot be added up"
        case MetricType.SUMMARY, As.HISTOGRAM:
            return " without buckets, so that no request would count as fast enough"
        case ((MetricType.COUNTER | MetricType.GAUGE), As.HISTOGRAM):
            return " and no histogram: it has no buckets, so that no request would count as fast enough"
        case MetricType.COUNTER, As.VALUE if reading.alone:
            return ", which only ever grows: its value says how long the process has run"
        case _:
            return None


def _check_bounds(metric: Metric, reading: Reading, indicator: Indicator | None) -> Iterator[Diagnostic]:
    if not isinstance(indicator, Latency) or indicator.native or not metric.bounds:
        return
    if indicator.threshold in metric.bounds:
        return
    unit = metric.unit or Unit.SECONDS
    near = " or ".join(
        format_bound(each, unit)
        for each in neighbours(indicator.threshold, metric.bounds)
        if each is not None
    )
    whose = "by default " if metric.configurable_bounds else ""
    threshold = f"{format_decimal(indicator.threshold)} {unit.value}"
    yield _warning(
        reading,
        "catalogue/bucket",
        f"{metric.name} has {whose}no bucket that ends at {threshold}, so that no request would count as "
        f"fast enough; choose {near}",
    )


def _warning(reading: Reading, check: str, message: str) -> Diagnostic:
    return warning(reading.expression.locate(reading.selector.start), check, message)
