"""Evaluates the rules of an SLO over the past of a real server, each group at its own interval.

The server evaluates every expression; this takes the place of its rule manager, which knows only the present.
Rule by rule, each after what it reads, it asks for all evaluations at once and writes what comes back as the
recorded series, ended by a stale marker where it is gone, as the rule manager does.
"""

from __future__ import annotations

import contextlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import RELEASES
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule, Rule
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios.series import Series
from tests.engine.remote_write import STALE, Columns, Written, write
from tests.engine.series import FIRST_SCRAPE, SCRAPE_INTERVAL
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server

EPOCH: Final = 1_700_006_400
"""Time 0 of a replay, a midnight; what follows is long past, so that no evaluation waits for its moment."""

FIRST_EVALUATIONS: Final = (7, 26, 22)
"""Groups, fast, slow and coarse, are evaluated at offsets of their own, as in every server."""

_MOST_STEPS: Final = 10_000  # a range query has at most 11,000
FLAGS: Final = (
    "--web.enable-remote-write-receiver",
    "--enable-feature=native-histograms",
    # One block for it all: else samples an hour older than the newest are refused.
    "--storage.tsdb.min-block-duration=90d",
    "--storage.tsdb.max-block-duration=90d",
)
"""What a server needs to take samples of any age."""

LabelSet: TypeAlias = frozenset[tuple[str, str]]


class _Series(Struct):
    metric: dict[str, str]
    values: list[tuple[float, float]]


class _Matrix(Struct):
    result: list[_Series]


class _Reply(Struct):
    """What a range query is answered."""

    data: _Matrix | None = None
    error: str = ""
    warnings: list[str] = []


Results: TypeAlias = Mapping[LabelSet, Sequence[tuple[float, float]]]
"""What an expression yielded: for each labels of its results, times and values."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A server with a past of raw series and recorded ones, and what each rule yielded at its evaluations.

    Alerts are there while their expression yields: nothing is held back or kept firing.
    """

    server: Server
    recorded: Mapping[str, Results]
    alerts: Mapping[str, Results]
    evaluations: Sequence[float]
    """The Unix times at which the fast group was evaluated."""

    def first_firing(self, alert: str) -> float:
        """When the alert first fired; infinity if never."""
        return min((samples[0][0] for samples in self.alerts[alert].values()), default=math.inf) - EPOCH

    def value(self, query: str, at: float) -> float:
        """The one value that a query has at a time."""
        (result,) = _query(self.server, query, [at + EPOCH]).values()
        return result[0][1]

    def values(self, query: str, at: float, label: str) -> dict[str, float]:
        """The values that a query has at a time, by the value of a label."""
        results = _query(self.server, query, [at + EPOCH])
        return {dict(labels)[label]: samples[0][1] for labels, samples in results.items()}

    def at_evaluations(self, query: str) -> Results:
        """What a query yields at the evaluations of the fast group."""
        return _query(self.server, query, self.evaluations)


@contextlib.contextmanager
def replayed(
    prometheus: Prometheus,
    folder: Path,
    slo: LoweredSlo,
    series: Iterable[Series],
    end: float,
    *,
    down: range = range(0),
    alerts: Collection[str] | None = None,
) -> Iterator[Replay]:
    """Write the series, evaluate the rules of the SLO until the end, and leave the server for questions.

    Args:
        prometheus: whose server.
        folder: for the server; empty.
        slo: whose rules.
        series: what was scraped.
        end: in seconds, as all times here from the beginning of the replay.
        down: when Prometheus was down and evaluated nothing; the series must have their hole there, too.
        alerts: those that are asked for, so that only they are evaluated and what they read; all by default.
    """
    rules = [
        (rule, evaluations(first, group, end, down))
        for first, group in zip(FIRST_EVALUATIONS, slo.groups, strict=True)
        for rule in group.rules
    ]
    if alerts is not None:
        rules = _read_for(alerts, rules)
    with evaluated(prometheus, folder, rules, [_raw(each) for each in series]) as replay:
        yield replay


@contextlib.contextmanager
def evaluated(
    prometheus: Prometheus,
    folder: Path,
    rules: Sequence[tuple[Rule, Sequence[float]]],
    series: Iterable[Written | Columns],
) -> Iterator[Replay]:
    """Write the series, evaluate rules, and leave the server for questions.

    Args:
        prometheus: whose server.
        folder: for the server; empty.
        rules: each with the Unix times of its evaluations, the first one's being those of the replay.
        series: what was scraped, with Unix times.
    """
    with prometheus.serve(folder, flags=FLAGS) as server:
        write(server, series)
        recorded: defaultdict[str, dict[LabelSet, Sequence[tuple[float, float]]]] = defaultdict(dict)
        alerts: defaultdict[str, dict[LabelSet, Sequence[tuple[float, float]]]] = defaultdict(dict)
        for rule, grid in _in_order(rules):
            results = _labelled(_query(server, rule.expr, grid), rule.labels)
            match rule:
                case RecordingRule():
                    recorded[rule.record] |= results
                    write(server, _recorded(rule, results, grid))
                case AlertingRule():
                    alerts[rule.alert] |= results
        yield Replay(server, recorded, alerts, rules[0][1])


def _read_for(
    alerts: Collection[str], rules: Sequence[tuple[Rule, list[float]]]
) -> list[tuple[Rule, list[float]]]:
    """The rules of some alerts, and those that record what they read."""
    wanted: set[str | None] = {*alerts}
    assert wanted <= {_name(rule) for rule, _ in rules}
    while more := {metric for rule, _ in rules if _name(rule) in wanted for metric in read_by(rule)} - wanted:
        wanted |= more
    return [(rule, grid) for rule, grid in rules if _name(rule) in wanted]


def _name(rule: Rule) -> str:
    return rule.record if isinstance(rule, RecordingRule) else rule.alert


def _in_order(rules: Sequence[tuple[Rule, Sequence[float]]]) -> Iterator[tuple[Rule, Sequence[float]]]:
    """All rules with the times of their evaluations, each after those that record what it reads.

    A rule sees only samples of its own time and before, so that the order of the groups does not matter.
    """
    waiting = [(rule, grid, read_by(rule)) for rule, grid in rules]
    while waiting:
        unrecorded = {rule.record for rule, _, _ in waiting if isinstance(rule, RecordingRule)}
        ready = [(rule, grid) for rule, grid, read in waiting if unrecorded.isdisjoint(read)]
        assert ready, "rules that wait for one another"
        yield from ready
        waiting = [each for each in waiting if not unrecorded.isdisjoint(each[2])]


def read_by(rule: Rule) -> set[str | None]:
    """The metrics that a rule reads."""
    parsed = parse(rule.expr, RELEASES[-1])
    assert not isinstance(parsed, list), parsed
    return {metric_of(selector) for selector in vector_selectors(parsed.tree)}


def evaluations(first: int, group: Group, end: float, down: range = range(0)) -> list[float]:
    """The Unix times of all evaluations of a group."""
    times = range(first, int(end) + 1, int(group.interval))
    return [float(EPOCH + time) for time in times if time not in down]


def _query(server: Server, query: str, times: Sequence[float]) -> Results:
    """The results at Unix times, which are at equal distances but for holes."""
    wanted = set(times)
    step = times[1] - times[0] if len(times) > 1 else 1.0
    has_holes = len(times) <= (times[-1] - times[0]) / step
    found: defaultdict[LabelSet, list[tuple[float, float]]] = defaultdict(list)
    start = times[0]
    while start <= times[-1]:
        stop = min(start + _MOST_STEPS * step, times[-1])
        asked = {"query": query, "start": start, "end": stop, "step": step}
        reply = server.get_as(_Reply, "/api/v1/query_range", **asked)
        assert reply.data is not None, reply
        assert not reply.warnings, reply.warnings
        for series in reply.data.result:
            labels = frozenset(item for item in series.metric.items() if item[0] != "__name__")
            found[labels] += (
                [sample for sample in series.values if sample[0] in wanted] if has_holes else series.values
            )
        start = stop + step
    return {labels: samples for labels, samples in found.items() if samples}


def _labelled(results: Results, labels: Mapping[str, str]) -> Results:
    """The results with the labels of the rule, which may make one series of several."""
    merged: defaultdict[LabelSet, list[tuple[float, float]]] = defaultdict(list)
    for own, samples in results.items():
        merged[frozenset({**dict(own), **labels}.items())] += samples
    for samples in merged.values():
        samples.sort()
        times = [time for time, _ in samples]
        assert len(set(times)) == len(times), "the rule yields two samples of one series: Prometheus fails it"
    return merged


def _raw(series: Series) -> Written:
    times = (EPOCH + FIRST_SCRAPE + SCRAPE_INTERVAL * index for index in range(len(series.values)))
    samples = [(time, value) for time, value in zip(times, series.values, strict=True) if value is not None]
    return Written({"__name__": series.metric, **series.labels}, samples)


def _recorded(rule: RecordingRule, results: Results, grid: Sequence[float]) -> Iterator[Columns]:
    times = np.array(grid)
    for labels, samples in results.items():
        yield with_stale_markers({**dict(labels), "__name__": rule.record}, samples, times)


def with_stale_markers(
    labels: Mapping[str, str], samples: Sequence[tuple[float, float]], grid: npt.NDArray[np.float64]
) -> Columns:
    """A series of the samples, ended by a stale marker where at a time of the grid there is none any more."""
    times, values = np.array(samples, np.float64).reshape(-1, 2).T
    at = np.searchsorted(grid, times)
    gone = np.setdiff1d(at + 1, [*at, len(grid)])
    order = np.argsort([*at, *gone])
    return Columns(
        labels,
        np.concatenate([times, grid[gone]])[order],
        np.concatenate([values, np.full(len(gone), STALE)])[order],
    )
