"""Samples from a file in OpenMetrics format, such as ``promtool tsdb dump-openmetrics`` writes.

Source: https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from msgspec import Struct
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_fd_to_metric_families
from prometheus_client.samples import Sample

from slo_compiler.backtest.history import MOST_EVENTS, Group, group_of
from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.replay.grid import Array, Span

MOST_FALLS: Final = 0.1
"""The share of its samples at which a counter may fall back: more often than that nothing restarts."""

_FALLS_FROM: Final = 10
"""Of fewer samples nobody can tell."""


class Scraped(Struct, frozen=True, eq=False):
    """A series as it was scraped. Its labels hold its name; times are Unix seconds, and ascend."""

    labels: dict[str, str]
    times: Array
    values: Array


def read_openmetrics(path: str, text: str) -> list[Scraped] | list[Diagnostic]:
    """All series of a file, or what is wrong with it."""
    lines = _Lines(text)
    samples: dict[Group, list[Sample]] = defaultdict(list)
    try:
        for family in text_fd_to_metric_families(lines):  # type: ignore[no-untyped-call]  # a stub without types
            for sample in _samples(family):
                samples[group_of({**sample.labels, METRIC_NAME: sample.name})].append(sample)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as failure:
        why = f"this is no OpenMetrics: {str(failure)[:200] or type(failure).__name__}"
        return [error(Position(path, max(lines.read, 1)), "history/openmetrics", why)]
    if not samples:
        return [
            error(Position(path), "history/empty", "there are no samples in it: there is nothing to replay")
        ]
    problems = [problem for each in samples.values() for problem in _problems(path, text, each)]
    if problems:
        return problems
    return [_series(group, each) for group, each in samples.items()]


def span_of(series: Iterable[Scraped]) -> Span:
    """From the first sample to the last."""
    times = [edge for each in series for edge in (each.times[0], each.times[-1])]
    return Span(float(min(times)), float(max(times)))


class _Lines:
    """The lines of a text, as a file hands them out; counts those that were read."""

    def __init__(self, text: str) -> None:
        self.read = 0
        self._lines = text.splitlines(keepends=True)

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.read += 1
            yield line


def _samples(family: Metric) -> Iterable[Sample]:
    """Exemplars and times of creation are no series."""
    return (sample for sample in family.samples if not sample.name.endswith("_created"))


def _series(group: Group, samples: list[Sample]) -> Scraped:
    times = np.array([float(sample.timestamp or 0) for sample in samples])
    return Scraped(dict(group), times, np.array([float(sample.value) for sample in samples]))


def _problems(path: str, text: str, samples: list[Sample]) -> Iterator[Diagnostic]:
    """The first sample of a series that cannot be replayed, if there is one."""
    first = samples[0]
    for sample in samples:
        if sample.timestamp is None:
            why = f"{first.name} has no timestamp: an exposition of one moment is no history"
            yield error(_place(path, text, sample), "history/timestamp", why)
            return
        counts = first.name.endswith(("_total", "_bucket", "_count"))
        if counts and not abs(sample.value) <= MOST_EVENTS:
            why = f"a counter is {sample.value}, after which nothing can be counted"
            yield error(_place(path, text, sample), "history/value", why)
            return
    yield from _falls(path, text, samples)


def _falls(path: str, text: str, samples: list[Sample]) -> Iterator[Diagnostic]:
    """A counter falls when it begins anew; what falls all the time is none."""
    first = samples[0]
    if not first.name.endswith(("_total", "_bucket", "_count")) or len(samples) < _FALLS_FROM:
        return
    falls = [after for before, after in itertools.pairwise(samples) if after.value < before.value]
    if len(falls) > MOST_FALLS * len(samples):
        why = (
            f"{first.name} falls {len(falls)} times in {len(samples)} samples: it is no counter, and each "
            "fall would be taken for a restart and all of its value for new events"
        )
        yield error(_place(path, text, falls[0]), "history/not-a-counter", why)


def _place(path: str, text: str, sample: Sample) -> Position:
    """The line of a sample: the first with its name, labels, value and time."""
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.split()
        if line.startswith(sample.name) and len(parts) > 1 and _same(parts, sample):
            return Position(path, number)
    return Position(path)


def _same(parts: list[str], sample: Sample) -> bool:
    wanted = [sample.value, *([] if sample.timestamp is None else [float(sample.timestamp)])]
    try:
        found = [float(part) for part in parts[-len(wanted) :]]
    except ValueError:
        return False
    return all(a == b or (a != a and b != b) for a, b in zip(found, wanted, strict=True))  # noqa: PLR0124  # NaN
