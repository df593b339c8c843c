"""The history of an SLO from series as they were scraped: what its rules would have read of them.

Selectors are looked up here, and ranges are read as replay/reading.py has it; what takes more of PromQL than
that only a Prometheus can answer.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np

from slo_compiler.backtest.expressions import NeedsPrometheus, Sight, table_of
from slo_compiler.backtest.history import History, Source, Steps, Table, history, outages, raw_windows
from slo_compiler.backtest.openmetrics import Scraped
from slo_compiler.backtest.over_ranges import instant
from slo_compiler.backtest.sums import increase, newest, ones, over_time, presence
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
    ratio_of,
)
from slo_compiler.model.slo import Slo
from slo_compiler.promql.check import parse
from slo_compiler.promql.matching import selects
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import VectorSelector
from slo_compiler.quantities import Seconds
from slo_compiler.replay.grid import Array
from slo_compiler.rules.counting import Counting, counting_of
from slo_compiler.rules.reading import counts_good
from slo_compiler.rules.selecting import authored, bucket_matcher, histogram_part, template
from slo_compiler.scenarios.selection import counter
from slo_compiler.scenarios.untestable import Untestable


def scraped_source(plans: Sequence[Plan], series: Sequence[Scraped], steps: Steps) -> Source:
    """The past of plans that have the same clock and target, and of any expression that is evaluated here."""
    release = release_named(plans[0].slo.target)
    sight = Sight(
        steps, lambda selector: [each for each in series if selects(selector, each.labels, release)]
    )

    @functools.cache
    def raw(text: str) -> Table | None:
        parsed = parse(text, release)
        try:
            return None if isinstance(parsed, list) else table_of(parsed.tree, sight)
        except NeedsPrometheus:
            return None

    down = outages(presence(plans[0], series, steps), steps)
    return Source(lambda plan: scraped_history(plan, series, steps), raw, steps, down)


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
        down=outages(presence(plan, series, steps), steps),
    )


def _pair(plan: Plan, series: Sequence[Scraped], steps: Steps) -> _Pair | None:
    release = release_named(plan.slo.target)

    def chosen(selector: VectorSelector) -> list[Scraped]:
        return [each for each in series if selects(selector, each.labels, release)]

    match plan.slo.indicator:
        case Ratio() | Guardrail() | Quality() | Latency(native=False):
            total, counted = (chosen(_selector(text, plan)) for text in _counters(plan.slo))
            return _of_counters(plan, total, counted, steps)
        case Latency() | ErrorRatio():
            return None
        case Events(total=total, counted=counted):
            return _of_events(plan, (total, counted.expression), chosen, steps)
        case Probe(gauge=gauge):
            return _of_samples(plan, chosen(_selector(authored(gauge, plan.slo.target), plan)), steps)
        case Threshold(gauge=gauge, bound=bound):
            return _of_slices(plan, gauge, chosen, steps, lambda values, _: _wrong_side(values, bound))
        case Freshness(timestamp=timestamp, max_age=max_age):
            age = float(max_age)
            is_stale = lambda values, now: (now - values > age).astype(np.float64)  # noqa: E731  # as above
            return _of_slices(plan, timestamp, chosen, steps, is_stale)
        case _:
            assert_never(plan.slo.indicator)


def _counters(slo: Slo) -> tuple[str, str]:
    """The selectors of all events and of those that are told apart."""
    match slo.indicator:
        case Latency(histogram=histogram, threshold=threshold):
            bucket = (bucket_matcher(threshold),)
            return (
                histogram_part(histogram, "_count", (), slo.target),
                histogram_part(histogram, "_bucket", bucket, slo.target),
            )
        case indicator:
            ratio = ratio_of(indicator)
            if ratio is None:
                raise TypeError(f"{slo.id} counts no counters")
            return authored(ratio.total, slo.target), authored(ratio.counted.expression, slo.target)


def _of_counters(plan: Plan, total: Sequence[Scraped], counted: Sequence[Scraped], steps: Steps) -> _Pair:
    return _Pair(
        lambda length: increase(plan, total, steps, length),
        lambda length: increase(plan, counted, steps, length),
    )


def _of_samples(plan: Plan, probes: Sequence[Scraped], steps: Steps) -> _Pair:
    return _Pair(
        lambda length: over_time(plan, probes, steps, length, ones),
        lambda length: over_time(plan, probes, steps, length, lambda values: 1 - values),
    )


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
    return _of_counters(plan, total, counted, steps)


def _of_slices(
    plan: Plan,
    gauge: Expression,
    chosen: Callable[[VectorSelector], list[Scraped]],
    steps: Steps,
    is_bad: Callable[[Array, Array], Array],
) -> _Pair | None:
    """What a gauge is at each evaluation; only where it is a plain selector."""
    parsed = parse(authored(gauge, plan.slo.target), release_named(plan.slo.target))
    if isinstance(parsed, list) or not isinstance(parsed.tree, VectorSelector) or parsed.tree.offset:
        return None
    looks = _from_the_first_window(plan, steps)
    found = [(each.labels, instant(each.values, each.times, looks.times)) for each in chosen(parsed.tree)]
    if isinstance(plan.slo.indicator, Freshness):
        found = newest(plan, found)
    good_or_bad = [
        (labels, np.where(np.isnan(values), np.nan, is_bad(values, looks.times))) for labels, values in found
    ]
    slices = [Scraped(dict(labels), looks.times, values) for labels, values in good_or_bad]
    return _Pair(
        lambda length: over_time(plan, slices, steps, length, ones),
        lambda length: over_time(plan, slices, steps, length, lambda values: values),
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


def _selector(text: str, plan: Plan) -> VectorSelector:
    parsed = parse(text, release_named(plan.slo.target))
    if isinstance(parsed, list) or not isinstance(parsed.tree, VectorSelector):
        raise TypeError(f"{text} was to be checked to be a selector")
    return parsed.tree
