"""The history of an SLO from series as they were scraped: what its rules would have read of them.

Selectors are looked up here, and ranges are read as replay/reading.py has it; what takes more of PromQL than
that only a Prometheus can answer.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, assert_never

import numpy as np

from slo_compiler.backtest.history import Group, History, Steps, Table, history, raw_windows
from slo_compiler.backtest.openmetrics import Scraped
from slo_compiler.burnrate.plan import Plan
from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import (
    AtLeast,
    AtMost,
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
from slo_compiler.promql.check import parse
from slo_compiler.promql.matching import selects
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import VectorSelector
from slo_compiler.quantities import Seconds
from slo_compiler.replay.grid import Array
from slo_compiler.replay.ranges import Running, number_until, ranges_of
from slo_compiler.replay.rate import rate
from slo_compiler.rules.counting import Counting, counting_of
from slo_compiler.rules.reading import counts_good
from slo_compiler.rules.selecting import authored, bucket_matcher, histogram_part, template
from slo_compiler.scenarios.selection import counter
from slo_compiler.scenarios.untestable import Untestable

NO_SHIFT: Final = Fraction(0)

LOOK_BACK: Final = 300.0
"""How old a sample may be that an instant look-up finds."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """What reads all events within a window, and what those that are told apart."""

    events: Callable[[Seconds], Table]
    counted: Callable[[Seconds], Table]


def scraped_history(plan: Plan, series: Sequence[Scraped], steps: Steps) -> History | list[Diagnostic]:
    """The history of a plan; or that it takes a Prometheus to read it."""
    pair = _pair(plan, series, steps)
    if pair is None:
        why = (
            f"the indicator of {plan.slo.id} is an expression that only a Prometheus can evaluate: backtest "
            "it with --prometheus, to which promtool tsdb create-blocks-from openmetrics brings such a file"
        )
        return [error(plan.slo.position, "history/needs-prometheus", why)]
    windows = raw_windows(plan)
    return history(
        steps,
        {length: pair.events(length) for length in windows},
        {length: pair.counted(length) for length in windows},
        counts_good=counts_good(plan.slo.indicator),
    )


def _pair(  # noqa: C901  # a case a kind of indicator
    plan: Plan, series: Sequence[Scraped], steps: Steps
) -> _Pair | None:
    slo = plan.slo

    def chosen(selector: VectorSelector) -> list[Scraped]:
        release = release_named(slo.target)
        return [each for each in series if selects(selector, each.labels, release)]

    def counters(text: str, shift: Seconds = NO_SHIFT) -> Callable[[Seconds], Table]:
        selected = chosen(_selector(text, plan))
        return lambda length: _increase(plan, selected, steps, length, shift)

    match slo.indicator:
        case Ratio(counted=counted, total=total) | Guardrail(checks=Ratio(counted=counted, total=total)):
            return _Pair(counters(_text(total, plan)), counters(_text(counted.expression, plan)))
        case Quality(judged=Ratio(counted=counted, total=total), labelling=labelling):
            shift = labelling.shift
            return _Pair(
                counters(_text(total, plan), shift), counters(_text(counted.expression, plan), shift)
            )
        case Latency(native=True) | ErrorRatio():
            return None
        case Latency(histogram=histogram, threshold=threshold):
            matchers = (bucket_matcher(threshold),)
            return _Pair(
                counters(histogram_part(histogram, "_count", (), slo.target)),
                counters(histogram_part(histogram, "_bucket", matchers, slo.target)),
            )
        case Events(total=total, counted=counted):
            return _of_events(plan, (total, counted.expression), chosen, steps)
        case Probe(gauge=gauge):
            probes = chosen(_selector(_text(gauge, plan), plan))
            return _Pair(
                lambda length: _over_time(plan, probes, steps, length, np.ones_like),
                lambda length: _over_time(plan, probes, steps, length, lambda values: 1 - values),
            )
        case Threshold(gauge=gauge, bound=bound):
            return _of_slices(plan, gauge, chosen, steps, lambda values, _: _wrong_side(values, bound))
        case Freshness(timestamp=timestamp, max_age=max_age):
            age = float(max_age)
            return _of_slices(
                plan, timestamp, chosen, steps, lambda values, now: (now - values > age).astype(np.float64)
            )
        case _:
            assert_never(slo.indicator)


def _of_events(
    plan: Plan,
    expressions: tuple[Expression, Expression],
    chosen: Callable[[VectorSelector], list[Scraped]],
    steps: Steps,
) -> _Pair | None:
    """Expressions that are counters within a rate or an increase, and nothing else."""
    target = plan.slo.target
    units = {counting_of(template(each, target).expression.tree) for each in expressions}
    if not units <= {Counting.PER_SECOND, Counting.PER_WINDOW}:
        return None
    try:
        total, counted = (chosen(counter(each, target)) for each in expressions)
    except Untestable:
        return None
    return _Pair(
        lambda length: _increase(plan, total, steps, length, NO_SHIFT),
        lambda length: _increase(plan, counted, steps, length, NO_SHIFT),
    )


def _of_slices(
    plan: Plan,
    gauge: Expression,
    chosen: Callable[[VectorSelector], list[Scraped]],
    steps: Steps,
    is_bad: Callable[[Array, Array], Array],
) -> _Pair | None:
    """What a gauge is at each evaluation; only where it is a plain selector."""
    parsed = parse(_text(gauge, plan), release_named(plan.slo.target))
    if isinstance(parsed, list) or not isinstance(parsed.tree, VectorSelector) or parsed.tree.offset:
        return None
    looks = _from_the_first_window(plan, steps)
    found = [(each.labels, _instant(each, looks)) for each in chosen(parsed.tree)]
    if isinstance(plan.slo.indicator, Freshness):
        found = _newest(plan, found)
    good_or_bad = [
        (labels, np.where(np.isnan(values), np.nan, is_bad(values, looks.times))) for labels, values in found
    ]
    slices = [Scraped(dict(labels), looks.times, values) for labels, values in good_or_bad]
    return _Pair(
        lambda length: _over_time(plan, slices, steps, length, _ones),
        lambda length: _over_time(plan, slices, steps, length, lambda values: values),
    )


def _from_the_first_window(plan: Plan, steps: Steps) -> Steps:
    """The evaluations, and those before that the first windows hold."""
    before = math.ceil(float(max(raw_windows(plan))) / steps.interval)
    return replace(steps, first=steps.first - before, count=steps.count + before)


def _wrong_side(values: Array, bound: AtLeast | AtMost) -> Array:
    match bound:
        case AtLeast(bound=least):
            return np.asarray(values < float(least), dtype=np.float64)
        case AtMost(bound=most):
            return np.asarray(values > float(most), dtype=np.float64)
        case _:
            assert_never(bound)


def _increase(
    plan: Plan, selected: Sequence[Scraped], steps: Steps, length: Seconds, shift: Seconds
) -> Table:
    reach = float(length + plan.windows.scrape_interval)
    ends = steps.times - float(shift)
    return _summed(
        plan,
        (
            (each.labels, rate(each.values[np.newaxis], each.times, ends, reach)[0] * float(length))
            for each in selected
        ),
        steps,
    )


def _over_time(
    plan: Plan,
    selected: Sequence[Scraped],
    steps: Steps,
    length: Seconds,
    worth: Callable[[Array], Array],
) -> Table:
    """The sum over the samples within a window of what each is worth."""
    return _summed(
        plan,
        (
            (
                each.labels,
                ranges_of(each.times, steps.times, float(length)).total(
                    Running.of(worth(each.values)[np.newaxis])
                )[0],
            )
            for each in selected
        ),
        steps,
    )


def _ones(values: Array) -> Array:
    return np.where(np.isnan(values), np.nan, 1.0)


def _instant(series: Scraped, steps: Steps) -> Array:
    """What an instant look-up finds at each evaluation."""
    last = number_until(series.times, steps.times) - 1
    found = series.values[np.maximum(last, 0)]
    fresh = (last >= 0) & (steps.times - series.times[np.maximum(last, 0)] < LOOK_BACK)
    return np.where(fresh, found, np.nan)


def _newest(plan: Plan, found: Sequence[tuple[dict[str, str], Array]]) -> list[tuple[dict[str, str], Array]]:
    groups: dict[Group, Array] = {}
    for labels, values in found:
        group = _group(plan, labels)
        groups[group] = np.fmax(groups[group], values) if group in groups else values
    return [(dict(group), values) for group, values in groups.items()]


def _summed(plan: Plan, rows: Iterator[tuple[dict[str, str], Array]], steps: Steps) -> Table:
    """The sum of the series of each group, of those that are there."""
    sums: dict[Group, Array] = defaultdict(lambda: np.full(steps.count, np.nan))
    for labels, values in rows:
        group = _group(plan, labels)
        both = np.nan_to_num(sums[group]) + np.nan_to_num(values)
        sums[group] = np.where(np.isnan(sums[group]) & np.isnan(values), np.nan, both)
    groups = tuple(sums)
    return Table(groups, np.array([sums[group] for group in groups]).reshape(len(groups), steps.count))


def _group(plan: Plan, labels: dict[str, str]) -> Group:
    return tuple(sorted((name, labels[name]) for name in plan.slo.group_by if labels.get(name)))


def _text(expression: Expression, plan: Plan) -> str:
    return authored(expression, plan.slo.target)


def _selector(text: str, plan: Plan) -> VectorSelector:
    parsed = parse(text, release_named(plan.slo.target))
    if isinstance(parsed, list) or not isinstance(parsed.tree, VectorSelector):
        raise TypeError(f"{text} was to be checked to be a selector")
    return parsed.tree
