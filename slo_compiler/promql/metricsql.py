"""PromQL as VictoriaMetrics has to be given it, so that it computes what Prometheus would."""

from __future__ import annotations

from typing import Final

from slo_compiler.promql.check import parse
from slo_compiler.promql.release import Release
from slo_compiler.promql.syntax import Call, walk

# https://docs.victoriametrics.com/victoriametrics/metricsql/: functions that look at the sample before the
# window too and divide by the time between samples, so that a series which has just begun rises by far too
# much, and their likes without that.
_AS_IN_PROMETHEUS: Final = {
    "changes": "changes_prometheus",
    "delta": "delta_prometheus",
    "increase": "increase_prometheus",
    "rate": "rate_prometheus",
}

UNKNOWN: Final = frozenset(
    {
        "histogram_avg",
        "histogram_count",
        "histogram_fraction",
        "histogram_stddev",
        "histogram_stdvar",
        "histogram_sum",
    }
)
"""What MetricsQL has no function for: native histograms."""


def to_metricsql(expr: str, release: Release) -> str:
    """The expression in MetricsQL; one that is no PromQL comes back as it is.

    ``rate_prometheus`` extrapolates nothing, and so is below ``rate`` by up to a scrape interval in the
    window. Quotients of two of them are what they were.
    """
    text = expr
    for call in sorted(_calls(expr, release), key=lambda call: -call.start):
        if call.function in _AS_IN_PROMETHEUS:
            end = call.start + len(call.function)
            text = text[: call.start] + _AS_IN_PROMETHEUS[call.function] + text[end:]
    return text


def unknown_functions(expr: str, release: Release) -> set[str]:
    """The functions in an expression that MetricsQL does not know."""
    return {call.function for call in _calls(expr, release)} & UNKNOWN


def _calls(expr: str, release: Release) -> list[Call]:
    parsed = parse(expr, release)
    return [] if isinstance(parsed, list) else [node for node in walk(parsed.tree) if isinstance(node, Call)]
