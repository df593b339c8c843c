"""The metrics that specs read, asked of a Prometheus: names, series of the last hour, types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from slo_compiler.checks.reading import As
from slo_compiler.prometheus.answers import Metadata
from slo_compiler.prometheus.client import Prometheus
from slo_compiler.prometheus.failure import Failure
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.quote import matcher
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.rules.program import Program
from slo_compiler.verify.looked_for import looked_for
from slo_compiler.verify.metrics import HISTOGRAM_PARTS, Metrics, Series
from slo_compiler.verify.of_adapters import read_by_adapters

SEEN_WITHIN: Final = "1h"
"""How long ago a series may have had its last sample: batch jobs do not always run."""


def ask_metrics(
    prometheus: Prometheus, program: Program, *, progress: Callable[[str], None] = lambda _: None
) -> Metrics | Failure:
    """What a Prometheus has of the metrics that a program reads, and the names of all others.

    Args:
        prometheus: is asked once for each metric, and for its names and types.
        program: what the specs compile to.
        progress: told each metric as it is asked for.
    """
    names = prometheus.label_values(METRIC_NAME)
    if isinstance(names, Failure):
        return names
    types = prometheus.metadata()
    if isinstance(types, Failure):
        return types
    series: dict[str, tuple[Series, ...]] = dict.fromkeys(names.value, ())
    wanted = (_wanted(program) & series.keys()) | read_by_adapters(program, series.keys())
    for name in sorted(wanted):
        progress(name)
        found = _series(prometheus, name)
        if isinstance(found, Failure):
            return found
        series[name] = found
    return Metrics(series, dict(_types(types.value)))


def _wanted(program: Program) -> set[str]:
    wanted: set[str] = set()
    for looked in looked_for(program):
        name = metric_of(looked.selector)
        if name is not None:
            parts = HISTOGRAM_PARTS if looked.reading.taken is As.HISTOGRAM else ()
            wanted |= {name, *(f"{name}{part}" for part in parts)}
    return wanted


def _series(prometheus: Prometheus, name: str) -> tuple[Series, ...] | Failure:
    named = f"{{{matcher(METRIC_NAME, MatchOperator.EQUAL, name)}}}"
    answer = prometheus.query(f"last_over_time({named}[{SEEN_WITHIN}])")
    if isinstance(answer, Failure):
        return answer
    if answer.value:
        return tuple(Series(_without_name(sample.labels), sample.value) for sample in answer.value)
    labels = prometheus.series([named])  # native histograms are in no vector of samples
    if isinstance(labels, Failure):
        return labels
    return tuple(Series(_without_name(each)) for each in labels.value)


def _without_name(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if name != METRIC_NAME}


def _types(told: Mapping[str, tuple[Metadata, ...]]) -> Iterator[tuple[str, str]]:
    """The types that all targets agree on; of OpenMetrics, a counter's name comes without ``_total``."""
    for name, metadata in told.items():
        types = {each.type for each in metadata}
        if len(types) == 1:
            kind = types.pop()
            if kind not in ("unknown", ""):
                yield name, kind
                if kind == "counter" and not name.endswith("_total"):
                    yield f"{name}_total", kind
