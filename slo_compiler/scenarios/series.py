"""From an indicator and what happens over time to the raw series that a Prometheus would have scraped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias, assert_never

from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import (
    AtLeast,
    AtMost,
    Bad,
    Counted,
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
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import VectorSelector
from slo_compiler.quantities import format_decimal
from slo_compiler.scenarios import selection
from slo_compiler.scenarios.label_values import labels_left_out, labels_selected, values_of
from slo_compiler.scenarios.untestable import Untestable

SICK: Final = "sick"
HEALTHY: Final = "healthy"
"""Values of a label that an SLO groups by, where its selectors take any."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is true at a scrape: the time in seconds, what was counted until then, and how it is right now."""

    time: float
    good: float
    bad: float
    ratio: float
    onset: float
    """When the next errors begin; while there are some, when they began."""
    errors_known: bool = True
    """Whether there is a series of errors: a client has none before its first error, nor after a restart."""

    @property
    def events(self) -> float:
        """All that was counted."""
        return self.good + self.bad


@dataclass(frozen=True, slots=True)
class Histogram:
    """What a native histogram of schema 0 has counted: requests far off its threshold, either way."""

    fast: float
    slow: float
    lowest: int
    """The index of the bucket of the fast ones; the slow ones are in the last of ``BUCKETS``."""


BUCKETS: Final = 6

Value: TypeAlias = "float | Histogram"

ValueOf: TypeAlias = Callable[[Moment], "Value | None"]


@dataclass(frozen=True, slots=True)
class Series:
    """A series with a value at each scrape, None where there is none."""

    metric: str
    labels: Mapping[str, str]
    values: tuple[Value | None, ...]


class Shape(NamedTuple):
    """Metric and labels of a series, and its value at a moment."""

    metric: str
    labels: Mapping[str, str]
    value: ValueOf


def series_of(
    slo: Slo, moments: Iterable[Moment | None], group: Mapping[str, str] | None = None, *, epoch: float = 0
) -> list[Series]:
    """The raw series that the SLO's indicator reads.

    Args:
        slo: whose indicator.
        moments: one for each scrape, None where nothing was scraped.
        group: the values of the labels that the SLO groups by.
        epoch: the Unix time of time 0.

    Raises:
        Untestable: the indicator's expressions do not tell which series these are.
    """
    scraped = list(moments)
    return [
        Series(metric, labels, tuple(None if moment is None else value(moment) for moment in scraped))
        for metric, labels, value in _shapes(slo, group or {}, epoch)
    ]


def two_groups(slo: Slo) -> list[dict[str, str]]:
    """The labels of a sick group and, where the selectors take a second one, of a healthy group.

    Raises:
        Untestable: as ``series_of``; or there is no telling how a group can be called.
    """
    if not slo.group_by:
        return [{}]
    selectors = _selectors(slo)
    release = release_named(slo.target)
    named = {label: values_of(label, selectors, (SICK, HEALTHY), release) for label in slo.group_by}
    unnamed = [label for label, values in named.items() if not values]
    if unnamed:
        raise Untestable(f"no value of {unnamed[0]} was found that its selectors take")
    sick = {label: values[0] for label, values in named.items()}
    healthy = {label: values[min(1, len(values) - 1)] for label, values in named.items()}
    return [sick] if sick == healthy else [sick, healthy]


def _selectors(slo: Slo) -> list[VectorSelector]:
    match slo.indicator:
        case (
            Ratio(counted=counted, total=total)
            | Events(counted=counted, total=total)
            | Quality(judged=Ratio(counted=counted, total=total))
            | Guardrail(checks=Ratio(counted=counted, total=total))
        ):
            return [selection.counter(each, slo.target) for each in (counted.expression, total)]
        case Latency(histogram=expression):
            return [selection.counter(expression, slo.target)]
        case (
            ErrorRatio(expression=expression)
            | Probe(gauge=expression)
            | Threshold(gauge=expression)
            | Freshness(timestamp=expression)
        ):
            return [selection.gauge(expression, slo.target)]
        case _:
            assert_never(slo.indicator)


def _shapes(slo: Slo, group: Mapping[str, str], epoch: float) -> Iterator[Shape]:
    match slo.indicator:
        case (
            Ratio(counted=counted, total=total)
            | Events(counted=counted, total=total)
            | Quality(judged=Ratio(counted=counted, total=total))
            | Guardrail(checks=Ratio(counted=counted, total=total))
        ):
            yield from _counters(counted, total, slo, group)
        case Latency(native=True, histogram=histogram, threshold=threshold):
            lowest = _exponent(threshold) - 1
            yield _one(histogram, slo, group, lambda now: Histogram(now.good, now.bad, lowest))
        case Latency(histogram=histogram, threshold=threshold):
            metric, labels, _ = _one(histogram, slo, group, lambda _: None)
            bound = {"le": format_decimal(threshold, digits=17)}
            yield Shape(f"{metric}_count", labels, lambda now: now.events)
            yield Shape(f"{metric}_bucket", {**labels, **bound}, lambda now: now.good)
            yield Shape(f"{metric}_bucket", {**labels, "le": "+Inf"}, lambda now: now.events)
        case ErrorRatio(expression=expression):
            yield _one(expression, slo, group, lambda now: now.ratio)
        case Probe(gauge=gauge):
            yield _one(gauge, slo, group, lambda now: 0 if now.ratio else 1)
        case Threshold(gauge=gauge, bound=bound):
            wrong, right = _both_sides(bound)
            yield _one(gauge, slo, group, lambda now: wrong if now.ratio else right)
        case Freshness(timestamp=timestamp, max_age=max_age):
            age = float(max_age)
            yield _one(timestamp, slo, group, lambda now: epoch + min(now.time, now.onset - age))
        case _:
            assert_never(slo.indicator)


def _counters(counted: Counted, total: Expression, slo: Slo, group: Mapping[str, str]) -> Iterator[Shape]:
    """What is counted, and either all events or, where the total selects what is counted too, the others."""
    part, whole = (selection.counter(each, slo.target) for each in (counted.expression, total))
    part_metric, whole_metric = selection.metric(part), selection.metric(whole)
    release = release_named(slo.target)
    counts_bad = isinstance(counted, Bad)
    within = part_metric == whole_metric
    labels = _found(labels_selected([part, whole] if within else [part], group, release))
    yield Shape(part_metric, labels, _errors if counts_bad else _good)
    if not within:
        yield Shape(whole_metric, _found(labels_selected([whole], group, release)), lambda now: now.events)
        return
    rest = labels_left_out(labels, by=part, selected_by=whole, fixed=group, release=release)
    yield Shape(whole_metric, _found(rest), _good if counts_bad else _bad)


def _good(now: Moment) -> float:
    return now.good


def _bad(now: Moment) -> float:
    return now.bad


def _errors(now: Moment) -> float | None:
    return now.bad if now.errors_known else None


def _both_sides(bound: AtLeast | AtMost) -> tuple[float, float]:
    """A value on the wrong side of the bound and one on the right side."""
    match bound:
        case AtLeast(bound=least):
            return float(least - _margin(least)), float(least + _margin(least))
        case AtMost(bound=most):
            return float(most + _margin(most)), float(most - _margin(most))
        case _:
            assert_never(bound)


def _margin(bound: Fraction) -> Fraction:
    return max(Fraction(1), abs(bound))


def _exponent(threshold: Fraction) -> int:
    """The e for which 2**e <= threshold < 2**(e + 1)."""
    exponent = threshold.numerator.bit_length() - threshold.denominator.bit_length()
    return exponent if Fraction(2) ** exponent <= threshold else exponent - 1


def _one(expression: Expression, slo: Slo, group: Mapping[str, str], value: ValueOf) -> Shape:
    selector = selection.gauge(expression, slo.target)
    labels = labels_selected([selector], group, release_named(slo.target))
    return Shape(selection.metric(selector), _found(labels), value)


def _found(labels: dict[str, str] | None) -> dict[str, str]:
    if labels is None:
        raise Untestable("no labels were found that its matchers tell apart as good and bad")
    return labels
