"""From an indicator and what happens over time to the raw series that a Prometheus would have scraped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final, TypeAlias, assert_never

from msgspec import Struct

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


class Moment(Struct, frozen=True):
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


class Histogram(Struct, frozen=True):
    """What a native histogram of schema 0 has counted: requests far off its threshold, either way."""

    fast: float
    slow: float
    lowest: int
    """The index of the bucket of the fast ones; the slow ones are in the last of ``BUCKETS``."""

    def __sub__(self, before: Histogram) -> Histogram:
        """What was counted since another one."""
        return Histogram(self.fast - before.fast, self.slow - before.slow, before.lowest)


BUCKETS: Final = 6

Value: TypeAlias = "float | Histogram"

ValueOf: TypeAlias = Callable[[Moment], "Value | None"]


class Series(Struct, frozen=True):
    """A series with a value at each scrape, None where there is none."""

    metric: str
    labels: Mapping[str, str]
    values: tuple[Value | None, ...]


class Recipe(Struct, frozen=True):
    """Metric and labels of a series, and its value at a moment.

    Values are made by functions that are equal where they do the same, whichever SLO they are of, so that
    what happens to SLOs of a kind is worked out once.
    """

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
        Series(
            each.metric,
            each.labels,
            tuple(None if moment is None else each.value(moment) for moment in scraped),
        )
        for each in recipes(slo, group, epoch=epoch)
    ]


def recipes(slo: Slo, group: Mapping[str, str] | None = None, *, epoch: float = 0) -> list[Recipe]:
    """The same before anything happens. Arguments and errors are as of ``series_of``."""
    return list(_recipes(slo, group or {}, epoch))


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


def _recipes(slo: Slo, group: Mapping[str, str], epoch: float) -> Iterator[Recipe]:
    match slo.indicator:
        case (
            Ratio(counted=counted, total=total)
            | Events(counted=counted, total=total)
            | Quality(judged=Ratio(counted=counted, total=total))
            | Guardrail(checks=Ratio(counted=counted, total=total))
        ):
            yield from _counters(counted, total, slo, group)
        case Latency(native=True, histogram=histogram, threshold=threshold):
            yield _one(histogram, slo, group, _NativeHistogram(_exponent(threshold) - 1))
        case Latency(histogram=histogram, threshold=threshold):
            whole = _one(histogram, slo, group, _events)
            metric, labels = whole.metric, whole.labels
            bound = {"le": format_decimal(threshold, digits=17)}
            yield Recipe(f"{metric}_count", labels, _events)
            yield Recipe(f"{metric}_bucket", {**labels, **bound}, _good)
            yield Recipe(f"{metric}_bucket", {**labels, "le": "+Inf"}, _events)
        case ErrorRatio(expression=expression):
            yield _one(expression, slo, group, _ratio)
        case Probe(gauge=gauge):
            yield _one(gauge, slo, group, _Switch(0, 1))
        case Threshold(gauge=gauge, bound=bound):
            yield _one(gauge, slo, group, _Switch(*_both_sides(bound)))
        case Freshness(timestamp=timestamp, max_age=max_age):
            yield _one(timestamp, slo, group, _NewestSuccess(epoch, float(max_age)))
        case _:
            assert_never(slo.indicator)


def _counters(counted: Counted, total: Expression, slo: Slo, group: Mapping[str, str]) -> Iterator[Recipe]:
    """What is counted, and either all events or, where the total selects what is counted too, the others."""
    part, whole = (selection.counter(each, slo.target) for each in (counted.expression, total))
    part_metric, whole_metric = selection.metric(part), selection.metric(whole)
    release = release_named(slo.target)
    counts_bad = isinstance(counted, Bad)
    within = part_metric == whole_metric
    labels = _found(labels_selected([part, whole] if within else [part], group, release))
    yield Recipe(part_metric, labels, _errors if counts_bad else _good)
    if not within:
        yield Recipe(whole_metric, _found(labels_selected([whole], group, release)), _events)
        return
    rest = labels_left_out(labels, by=part, selected_by=whole, fixed=group, release=release)
    yield Recipe(whole_metric, _found(rest), _good if counts_bad else _bad)


class _NativeHistogram(Struct, frozen=True):
    lowest: int

    def __call__(self, now: Moment) -> Histogram:
        return Histogram(now.good, now.bad, self.lowest)


class _Switch(Struct, frozen=True):
    """A gauge of one value while there are errors, and of another one else."""

    wrong: float
    right: float

    def __call__(self, now: Moment) -> float:
        return self.wrong if now.ratio else self.right


class _NewestSuccess(Struct, frozen=True):
    """The timestamp of the newest success, which is of right now until one fails to come."""

    epoch: float
    max_age: float

    def __call__(self, now: Moment) -> float:
        return self.epoch + min(now.time, now.onset - self.max_age)


def _events(now: Moment) -> float:
    return now.events


def _ratio(now: Moment) -> float:
    return now.ratio


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


def _one(expression: Expression, slo: Slo, group: Mapping[str, str], value: ValueOf) -> Recipe:
    selector = selection.gauge(expression, slo.target)
    labels = labels_selected([selector], group, release_named(slo.target))
    return Recipe(selection.metric(selector), _found(labels), value)


def _found(labels: dict[str, str] | None) -> dict[str, str]:
    if labels is None:
        raise Untestable("no labels were found that its matchers tell apart as good and bad")
    return labels
