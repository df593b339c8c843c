"""Histograms: whether there are buckets, and whether one of them ends at the threshold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.model.indicator import Latency
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import format_decimal
from slo_compiler.rules.selecting import spellings
from slo_compiler.verify.bounds import bounds_of, no_bucket
from slo_compiler.verify.grouping import check_groups
from slo_compiler.verify.looking import Looked
from slo_compiler.verify.metrics import Metrics, Series
from slo_compiler.verify.presence import check_name, check_selection
from slo_compiler.verify.selecting import label_matchers, selected

NO_BUCKET: Final = "no request would count as fast enough, and every one as an error"


def check_histogram(looked: Looked, name: str, latency: Latency, metrics: Metrics) -> Iterator[Diagnostic]:
    """Whether a histogram is there as the indicator reads it, with a bucket that ends at the threshold."""
    read = name if latency.native else f"{name}_bucket"
    if not metrics.of(read):
        yield from _missing(looked, name, latency, metrics)
        return
    unselected = list(check_selection(looked, read, metrics))
    yield from unselected
    if unselected:
        return
    yield from check_groups(looked, read, metrics)
    if not latency.native:
        yield from check_name(looked, f"{name}_count", metrics)
        found = selected(metrics.of(read), label_matchers(looked.selector), metrics, looked.release)
        yield from _check_bound(looked, read, latency, found)


def _missing(looked: Looked, name: str, latency: Latency, metrics: Metrics) -> Iterator[Diagnostic]:
    kind = metrics.type_of(name)
    others = [metrics.of(f"{name}_bucket"), metrics.of(name)]
    if kind == "histogram" and (latency.native or not any(others)):
        # A native histogram is in no text, and one without series has only not counted yet.
        if not latency.native:
            yield from check_name(looked, name, metrics)
        return
    if kind is not None or any(others):
        found = kind if kind and kind != "histogram" else _kind(latency)
        yield error(
            looked.position,
            "verify/type",
            f"{name} is a {found} without buckets, so that {NO_BUCKET}; read a histogram",
        )
        return
    yield from check_name(looked, name if latency.native else f"{name}_bucket", metrics)


def _kind(latency: Latency) -> str:
    return "classic histogram, and read as a native one: it is" if latency.native else "native histogram"


def _check_bound(
    looked: Looked, name: str, latency: Latency, found: Sequence[Series]
) -> Iterator[Diagnostic]:
    """Whether each histogram that is selected has a bucket whose bound our matcher finds."""
    position = _threshold_position(looked)
    spelt = spellings(latency.threshold)
    histograms: defaultdict[tuple[tuple[str, str], ...], list[Series]] = defaultdict(list)
    for series in found:
        histograms[tuple(sorted((k, v) for k, v in series.labels.items() if k != "le"))].append(series)
    without = [
        buckets
        for buckets in histograms.values()
        if not any(series.labels.get("le") in spelt for series in buckets)
    ]
    if not without:
        return
    bounds = bounds_of(without[0])
    if latency.threshold in bounds:
        written = bounds[latency.threshold][0]
        yield error(
            position,
            "verify/le",
            f'{name} spells the bound {format_decimal(latency.threshold, digits=17)} le="{written}", which '
            f"no client does that Prometheus reads as it is: {NO_BUCKET}",
        )
        return
    told = NO_BUCKET
    if len(without) < len(histograms):
        told = f"of {len(without)} of {len(histograms)} series {NO_BUCKET}"
    yield no_bucket(position, name, latency.threshold, bounds, told)


def _threshold_position(looked: Looked) -> Position:
    slo: Slo | None = looked.slo
    return looked.position if slo is None else slo.locate("indicator", "latency", "threshold")
