"""Whether failures go unseen because what is measured are survivors: histograms of successful requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from slo_compiler.checks.reading import Reading, readings
from slo_compiler.diagnostics import Diagnostic, warning
from slo_compiler.model.indicator import ErrorRatio, Events, Latency, Probe, Ratio
from slo_compiler.model.slo import Slo
from slo_compiler.model.surface import Surface
from slo_compiler.model.system import Metric, metric_names
from slo_compiler.presets.library import systems_with
from slo_compiler.promql.queries import metric_of

_COUNTING_FAILURES: Final = (Ratio, Events, ErrorRatio, Probe)


def check_survivors(slos: Sequence[Slo]) -> Iterator[Diagnostic]:
    """Latency SLOs on successful requests alone, in services in which nothing counts the failed ones."""
    watched = {slo.service for slo in slos if _counts_failures(slo)}
    for slo in slos:
        if isinstance(slo.indicator, Latency) and slo.service not in watched:
            for reading in readings(slo):
                metric = _survivors(reading)
                if metric is not None:
                    yield _unseen(metric, reading, slo)


def _counts_failures(slo: Slo) -> bool:
    return slo.surface is Surface.SERVING and isinstance(slo.indicator, _COUNTING_FAILURES)


def _survivors(reading: Reading) -> Metric | None:
    series = metric_of(reading.selector) or ""
    for name in metric_names(series):
        for system in systems_with(name):
            metric = system.metrics.get(name)
            if metric is not None and metric.success_only and not metric.shared:
                return metric
    return None


def _unseen(metric: Metric, reading: Reading, slo: Slo) -> Diagnostic:
    return warning(
        reading.expression.locate(reading.selector.start),
        "catalogue/success-only",
        f"{metric.name} counts successful requests only, and no SLO of {slo.service} counts failures: with "
        "every request failing or timed out this would look perfect, or have no data; add an availability "
        "SLO, best at the edge",
    )
