"""What a target exposes, as text or OpenMetrics, to metrics.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.verify.metrics import ADDED_BY_A_SCRAPE, Metrics, Series

_TYPE: Final = re.compile(r"^#[ \t]+TYPE[ \t]+\"?([^\s\"]+)\"?[ \t]+(\w+)[ \t]*$", re.MULTILINE)
_END: Final = re.compile(r"^# EOF\s*\Z", re.MULTILINE)
_UNKNOWN: Final = ("unknown", "untyped")

# https://prometheus.io/docs/concepts/jobs_instances/
_OF_THE_SCRAPE: Final = (
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
)
"""What Prometheus itself records of each scrape."""


def read_exposition(path: str, text: str, added: Mapping[str, str]) -> Metrics | Diagnostic:
    """The metrics of an exposition, or why it is none.

    Args:
        path: the file or URL, for diagnostics.
        text: all of it; that of OpenMetrics ends with ``# EOF``.
        added: labels that Prometheus adds when it scrapes this target, with their values.
    """
    openmetrics = _END.search(text) is not None
    try:
        families = list((read_openmetrics if openmetrics else read_text)(text))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as failure:
        return _unreadable(path, str(failure) or type(failure).__name__)
    if not families:
        return _unreadable(path, "there is no metric in it")
    declared = {} if openmetrics else _declared(text)
    series: defaultdict[str, list[Series]] = defaultdict(list)
    types: dict[str, str] = {}
    for family in families:
        types |= dict(_types(family, declared, openmetrics=openmetrics))
        for name, labels, value in _samples(family, declared):
            series[name].append(Series({**added, **labels}, value))
    for name in _OF_THE_SCRAPE:
        series[name].append(Series(added))
        types[name] = "gauge"
    return Metrics(
        {name: tuple(found) for name, found in series.items()},
        types,
        ADDED_BY_A_SCRAPE - added.keys(),
    )


def _unreadable(path: str, why: str) -> Diagnostic:
    return error(
        Position(path), "verify/exposition", f"this is no exposition that Prometheus could scrape: {why}"
    )


def _declared(text: str) -> dict[str, str]:
    """The types as the text declares them: its reader renames counters that do not end with _total."""
    return {match[1]: match[2] for match in _TYPE.finditer(text)}


def _types(family: Metric, declared: Mapping[str, str], *, openmetrics: bool) -> Iterator[tuple[str, str]]:
    if family.type in _UNKNOWN:
        return
    name = _counter_name(family.name, declared) if family.type == "counter" else family.name
    yield name, family.type
    if family.type == "gaugehistogram":
        yield name, "gauge"
    if openmetrics and family.type == "info":
        yield f"{family.name}_info", "gauge"


def _samples(family: Metric, declared: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str], float]]:
    total = f"{family.name}_total"
    for sample in family.samples:
        renamed = family.type == "counter" and sample.name == total
        name = _counter_name(family.name, declared) if renamed else sample.name
        yield name, sample.labels, sample.value


def _counter_name(family: str, declared: Mapping[str, str]) -> str:
    """The name of a counter's series."""
    total = f"{family}_total"
    return family if total not in declared and declared.get(family) == "counter" else total
