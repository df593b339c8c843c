"""What series add up to within a window at each evaluation, group by group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from slo_compiler.backtest.history import Group, Steps, Table
from slo_compiler.backtest.openmetrics import Scraped
from slo_compiler.burnrate.plan import Plan
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.quantities import Seconds
from slo_compiler.replay.grid import Array
from slo_compiler.replay.ranges import Running, ranges_of
from slo_compiler.replay.rate import rate
from slo_compiler.replay.reading import shift_of


def increase(plan: Plan, selected: Sequence[Scraped], steps: Steps, length: Seconds) -> Table:
    """The increase of counters within a window, extrapolated as Prometheus does; for cohorts, of long ago."""
    reach = float(length + plan.windows.scrape_interval)
    ends = steps.times - shift_of(plan)
    rates = ((each.labels, rate(each.values[np.newaxis], each.times, ends, reach)[0]) for each in selected)
    return _summed(plan, ((labels, values * float(length)) for labels, values in rates), steps)


def over_time(
    plan: Plan,
    selected: Sequence[Scraped],
    steps: Steps,
    length: Seconds,
    worth: Callable[[Array], Array],
) -> Table:
    """The sum over the samples within a window of what each is worth."""

    def total(series: Scraped) -> Array:
        running = Running.of(worth(series.values)[np.newaxis])
        found: Array = ranges_of(series.times, steps.times, float(length)).total(running)[0]
        return found

    return _summed(plan, ((each.labels, total(each)) for each in selected), steps)


def presence(plan: Plan, series: Sequence[Scraped], steps: Steps) -> Table:
    """Where anything at all was scraped, as far as ``up`` is among the series."""
    targets = [each for each in series if each.labels[METRIC_NAME] == "up"]
    return over_time(plan, targets, steps, 2 * plan.windows.scrape_interval, ones)


def ones(values: Array) -> Array:
    """One for each sample that is there: their sum is their number."""
    return np.where(np.isnan(values), np.nan, 1.0)


def newest(plan: Plan, found: Sequence[tuple[dict[str, str], Array]]) -> list[tuple[dict[str, str], Array]]:
    """The highest value of each group, with nothing but its labels."""
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
