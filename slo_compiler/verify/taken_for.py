"""Whether a metric is of the type that an indicator takes it for."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.checks.reading import As
from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.verify.looking import Looked
from slo_compiler.verify.metrics import Metrics


def check_type(looked: Looked, name: str, metrics: Metrics) -> Iterator[Diagnostic]:
    """Whether a counter is read as one, and a gauge for its value; of unknown types nothing is said."""
    consequence = _misread(metrics.type_of(name), looked)
    if consequence is not None:
        yield error(looked.position, "verify/type", f"{name} is a {metrics.type_of(name)}{consequence}")


def _misread(kind: str | None, looked: Looked) -> str | None:
    """What comes of taking the metric for what it is not; None if it is taken for what it is."""
    match kind, looked.reading.taken:
        case "gauge", As.COUNTER:
            advice = "use a threshold" if looked.slo is not None else "name a counter"
            return f", whose every decrease is taken for a restart and counted; {advice}"
        case "summary", As.COUNTER:
            return ", whose quantiles cannot be added up; read its count"
        case "histogram", As.COUNTER:
            return ", which is no counter by itself; read its count or a bucket"
        case "counter", As.VALUE if looked.reading.alone:
            return ", which only ever grows: its value says how long the process has run"
        case _:
            return None
