"""From an indicator and the errors over time to the raw series that a Prometheus would have scraped."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

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
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import release_named
from slo_compiler.quantities import format_decimal

SCRAPE_INTERVAL: Final = 30
FIRST_SCRAPE: Final = 10
"""Scrapes fall between evaluations, as they do: at 10, 40, 70 s."""

EVENTS_A_SECOND: Final = 100.0

# A regular expression of the examples, and a value that it matches.
_MATCHED: Final = {"5..": "503", "OK|NotFound|InvalidArgument": "OK", "card|invoice": "card"}
_NOT_MATCHED: Final = "other"

# A native histogram of schema 0: (2^-6, 2^-5] is far below the thresholds of the examples, (2^9, 2^10] above.
LOWEST_BUCKET: Final = -5
BUCKETS: Final = 16


@dataclass(frozen=True, slots=True)
class Phase:
    """A length of time in seconds with a constant ratio of errors and constant traffic."""

    lasts: float
    errors: float = 0
    traffic: float = 1
    """How many times the usual; none is a healthy service that nobody asks."""
    scraped: bool = True


@dataclass(frozen=True, slots=True)
class Histogram:
    """What a native histogram has counted: requests far faster and far slower than its threshold."""

    fast: float
    slow: float


Value: TypeAlias = "float | Histogram"


@dataclass(frozen=True, slots=True)
class Series:
    """A series with a value at each scrape, None where there is none."""

    metric: str
    labels: Mapping[str, str]
    values: tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is true at a scrape: the time, what was counted until then, and how it is right now."""

    time: float
    good: float
    bad: float
    ratio: float
    onset: float
    """When the next errors begin; while there are some, when they began."""

    @property
    def events(self) -> float:
        """All that was counted."""
        return self.good + self.bad


def series_of(
    slo: Slo, phases: Sequence[Phase], group: Mapping[str, str] | None = None, *, epoch: float = 0
) -> list[Series]:
    """The raw series that the SLO's indicator reads.

    Args:
        slo: whose indicator.
        phases: what happens, from time 0 on.
        group: the values of the labels that the SLO groups by.
        epoch: the Unix time of time 0.
    """
    moments = list(_moments(phases, step=float(slo.cadence or 0)))
    return [
        Series(
            metric,
            {**labels, **(group or {})},
            tuple(None if moment is None else value(moment) for moment in moments),
        )
        for metric, labels, value in _shapes(slo, epoch)
    ]


def promtool_input(series: Series) -> dict[str, str]:
    """An input series of a rule test whose interval is 10 s."""
    labels = ", ".join(f'{name}="{value}"' for name, value in series.labels.items())
    samples = itertools.chain.from_iterable(("_", _notation(value), "_") for value in series.values)
    return {"series": f"{series.metric}{{{labels}}}", "values": " ".join(samples)}


def _notation(value: Value | None) -> str:
    match value:
        case None:
            return "_"
        case Histogram(fast=fast, slow=slow):
            buckets = " ".join(f"{count:.9g}" for count in (fast, *[0.0] * (BUCKETS - 2), slow))
            return (
                f"{{{{schema:0 count:{fast + slow:.9g} sum:1 offset:{LOWEST_BUCKET} buckets:[{buckets}]}}}}"
            )
        case _:
            return f"{value:.12g}"


def _moments(phases: Sequence[Phase], step: float) -> Iterator[Moment | None]:
    """The moments of all scrapes, None where the target is not scraped."""
    ends = list(itertools.accumulate(phase.lasts for phase in phases))
    onsets = [end - phase.lasts for phase, end in zip(phases, ends, strict=True) if phase.errors]
    good = bad = before = 0.0
    for scrape in range(int((ends[-1] - FIRST_SCRAPE) // SCRAPE_INTERVAL) + 1):
        time = float(FIRST_SCRAPE + scrape * SCRAPE_INTERVAL)
        for phase, begin, end in zip(phases, [0.0, *ends], ends, strict=False):
            counted = _events(max(before, begin), min(time, end), step) * phase.traffic
            good += counted * (1 - phase.errors)
            bad += counted * phase.errors
        before = time
        now = phases[bisect.bisect_left(ends, time)]
        onset = (
            max(onset for onset in onsets if onset < time)
            if now.errors
            else min((onset for onset in onsets if onset >= time), default=math.inf)
        )
        yield Moment(time, good, bad, now.errors, onset) if now.scraped else None


def _events(begin: float, end: float, step: float) -> float:
    """How many events fall between two times, the first one excluded; those of a pipeline come in steps."""
    if end <= begin:
        return 0
    return end // step - begin // step if step else (end - begin) * EVENTS_A_SECOND


def _shapes(slo: Slo, epoch: float) -> Iterator[tuple[str, dict[str, str], Callable[[Moment], Value]]]:
    """Metric and labels of each series, and its value at a moment."""
    match slo.indicator:
        case (
            Ratio(counted=counted, total=total)
            | Events(counted=counted, total=total)
            | Quality(judged=Ratio(counted=counted, total=total))
            | Guardrail(checks=Ratio(counted=counted, total=total))
        ):
            yield from _counters(counted, total, slo)
        case Latency(native=True, histogram=histogram):
            metric, labels = _one(histogram, slo)
            yield metric, labels, lambda now: Histogram(round(now.good), round(now.bad))
        case Latency(histogram=histogram, threshold=threshold):
            metric, labels = _one(histogram, slo)
            bound = {"le": format_decimal(threshold)}
            yield f"{metric}_count", labels, lambda now: now.events
            yield f"{metric}_bucket", labels | bound, lambda now: now.good
            yield f"{metric}_bucket", labels | {"le": "+Inf"}, lambda now: now.events
        case ErrorRatio(expression=expression):
            yield *_one(expression, slo), lambda now: now.ratio
        case Probe(gauge=gauge):
            yield *_one(gauge, slo), lambda now: 0 if now.ratio else 1
        case Threshold(gauge=gauge, bound=bound):
            wrong, right = _both_sides(bound)
            yield *_one(gauge, slo), lambda now: wrong if now.ratio else right
        case Freshness(timestamp=timestamp, max_age=max_age):
            yield *_one(timestamp, slo), lambda now: epoch + min(now.time, now.onset - float(max_age))
        case _:
            assert_never(slo.indicator)


def _counters(
    counted: Counted, total: Expression, slo: Slo
) -> Iterator[tuple[str, dict[str, str], Callable[[Moment], Value]]]:
    """What is counted, in equal parts where several selectors count it, and the rest of the total."""
    parts = list(_selected(counted.expression, slo))
    whole, labels = _one(total, slo)
    counts_bad = isinstance(counted, Bad)
    for metric, own in parts:
        yield metric, own, lambda now: (now.bad if counts_bad else now.good) / len(parts)
    if all(metric != whole for metric, _ in parts):
        yield whole, labels, lambda now: now.events
    else:
        told_apart = {name: _NOT_MATCHED for _, own in parts for name in own.keys() - labels.keys()}
        yield whole, labels | told_apart, lambda now: now.good if counts_bad else now.bad


def _both_sides(bound: AtLeast | AtMost) -> tuple[float, float]:
    """A value on the wrong side of the bound and one on the right side."""
    match bound:
        case AtLeast(bound=least):
            return float(least) - 1, float(least)
        case AtMost(bound=most):
            return float(most) + 1, float(most)
        case _:
            assert_never(bound)


def _one(expression: Expression, slo: Slo) -> tuple[str, dict[str, str]]:
    (selected,) = _selected(expression, slo)
    return selected


def _selected(expression: Expression, slo: Slo) -> Iterator[tuple[str, dict[str, str]]]:
    """Metric and labels of one series for each selector in the expression."""
    parsed = parse(expression.text, release_named(slo.target), placeholders=True)
    assert not isinstance(parsed, list), parsed
    for selector in vector_selectors(parsed.tree):
        metric = metric_of(selector)
        assert metric is not None, expression.text
        yield metric, {each.label: _MATCHED.get(each.value, each.value) for each in selector.matchers}
