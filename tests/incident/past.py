"""A past for a real server: raw series, and what all rules of a program made of them, alerts included.

The server evaluates every expression, each rule after what it reads and all its evaluations at once. What the
rule manager adds is written by hand: recorded series, and of alerts that hold and are kept firing the series
``ALERTS`` and ``ALERTS_FOR_STATE``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np

from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import RELEASES
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule, Rule
from slo_compiler.rules.program import Program
from tests.engine.remote_write import Columns, Written, write
from tests.engine.replay import with_stale_markers
from tests.oracles.server import Server

EPOCH: Final = 1_767_571_200
"""2026-01-05, a Monday, at midnight: time 0 of a past."""

FLAGS: Final = (
    "--web.enable-remote-write-receiver",
    # One block for it all: else samples an hour older than the newest are refused.
    "--storage.tsdb.min-block-duration=90d",
    "--storage.tsdb.max-block-duration=90d",
)

LabelSet: TypeAlias = frozenset[tuple[str, str]]
Results: TypeAlias = Mapping[LabelSet, Mapping[float, float]]
"""For each labels of what an expression yields, the value by the Unix time of the evaluation."""


def live_through(server: Server, program: Program, raw: Iterable[Written], begin: float, end: float) -> None:
    """Write raw series, and what every rule makes of them at its evaluations between two Unix times."""
    write(server, list(raw))
    for rule, group in _in_order(program):
        interval = float(group.interval)
        grid = [begin + 7 + interval * index for index in range(int((end - begin - 7) // interval) + 1)]
        results = _labelled(_asked(server, rule.expr, grid), rule.labels)
        match rule:
            case RecordingRule():
                write(server, list(_recorded(rule, results, grid)))
            case AlertingRule():
                write(server, list(_alerts(rule, results, grid)))


def _in_order(program: Program) -> Iterator[tuple[Rule, Group]]:
    """All rules, each after those that record what it reads."""
    files = list(program.rule_files)
    waiting = [(rule, group) for file in files for group in file.groups for rule in group.rules]
    while waiting:
        unrecorded = {rule.record for rule, _ in waiting if isinstance(rule, RecordingRule)}
        ready = [each for each in waiting if unrecorded.isdisjoint(_read_by(each[0]))]
        assert ready, "rules that wait for one another"
        yield from ready
        waiting = [each for each in waiting if each not in ready]


def _read_by(rule: Rule) -> set[str | None]:
    parsed = parse(rule.expr, RELEASES[-1])
    assert not isinstance(parsed, list), parsed
    return {metric_of(selector) for selector in vector_selectors(parsed.tree)}


def _asked(server: Server, query: str, grid: Sequence[float]) -> Results:
    reply = server.get(
        "/api/v1/query_range", query=query, start=grid[0], end=grid[-1], step=grid[1] - grid[0]
    )
    assert reply["status"] == "success", (query, reply)
    return {
        frozenset(item for item in series["metric"].items() if item[0] != "__name__"): {
            time: float(value) for time, value in series["values"]
        }
        for series in reply["data"]["result"]
    }


def _labelled(results: Results, labels: Mapping[str, str]) -> Results:
    merged: defaultdict[LabelSet, dict[float, float]] = defaultdict(dict)
    for own, samples in results.items():
        merged[frozenset({**dict(own), **labels}.items())] |= samples
    return merged


def _recorded(rule: RecordingRule, results: Results, grid: Sequence[float]) -> Iterator[Columns]:
    for labels, values in results.items():
        yield _series({**dict(labels), "__name__": rule.record}, values, grid)


def _alerts(rule: AlertingRule, results: Results, grid: Sequence[float]) -> Iterator[Columns]:
    for labels, values in results.items():
        firing, since = _firing(rule, values, grid)
        named = {**dict(labels), "alertname": rule.alert}
        active = dict.fromkeys(firing, 1.0)
        yield _series({**named, "__name__": "ALERTS", "alertstate": "firing"}, active, grid)
        yield _series({**named, "__name__": "ALERTS_FOR_STATE"}, since, grid)


def _series(labels: Mapping[str, str], values: Mapping[float, float], grid: Sequence[float]) -> Columns:
    return with_stale_markers(labels, [*values.items()], np.array(grid))


def _firing(
    rule: AlertingRule, values: Mapping[float, float], grid: Sequence[float]
) -> tuple[list[float], dict[float, float]]:
    """When the alert fires, and since when it was active at each evaluation at which it was."""
    firing: list[float] = []
    since: dict[float, float] = {}
    active = seen = None
    for time in grid:
        if time in values:
            active, seen = (time if active is None else active), time
        elif seen is None or not firing or firing[-1] < seen or time - seen >= rule.keep_firing_for:
            active = seen = None
        if active is not None:
            since[time] = active
            if time - active >= rule.hold:
                firing.append(time)
    return firing, since
