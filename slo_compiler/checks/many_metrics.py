"""Whether a counter is one metric: rate() takes names away, and with them what may tell two apart."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.checks.reading import As, Reading, readings, readings_of_signals
from slo_compiler.diagnostics import Diagnostic, warning
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.selectors import METRIC_NAME


def check_many_metrics(slo: Slo) -> Iterator[Diagnostic]:
    """The counters of an SLO that are selected by more than one name."""
    return (_told(reading) for reading in readings(slo) if _is_many(reading))


def check_many_metrics_of_signals(service: Service) -> Iterator[Diagnostic]:
    """The same of what a service watches beside its SLOs."""
    return (_told(reading) for reading in readings_of_signals(service) if _is_many(reading))


def _is_many(reading: Reading) -> bool:
    named = any(matcher.label == METRIC_NAME for matcher in reading.selector.matchers)
    return reading.taken is As.COUNTER and named and metric_of(reading.selector) is None


def _told(reading: Reading) -> Diagnostic:
    return warning(
        reading.expression.locate(reading.selector.start),
        "promql/many-metrics",
        "rate() takes away the names of metrics: as soon as two of these have the same labels, Prometheus "
        "fails at every evaluation, and nothing is recorded; count each by its own name, as events: a + b or "
        "a or b",
    )
