"""Whether a counter is one metric: rate() takes names away, and with them what may tell two apart."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.checks.reading import As, Reading
from slo_compiler.diagnostics import Diagnostic, warning
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.selectors import METRIC_NAME


def check_many_metrics(reading: Reading) -> Iterator[Diagnostic]:
    """A counter that is selected by more than one name."""
    named = any(matcher.label == METRIC_NAME for matcher in reading.selector.matchers)
    if named and reading.taken is As.COUNTER and metric_of(reading.selector) is None:
        yield warning(
            reading.expression.locate(reading.selector.start),
            "promql/many-metrics",
            "rate() takes away the names of metrics: as soon as two of these have the same labels, "
            "Prometheus fails at every evaluation, and nothing is recorded; count each by its own name, as "
            "events: a + b or a or b",
        )
