"""The median, the 99th percentile and their ratio for latency SLOs, for whoever reads the runbook.

A tail that grows alone is queueing, cold replicas or a few slow inputs; where all grows, all work is slower.
These are recorded and never alert: an SLO's alert is about requests over its threshold, which can be counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.indicator import Latency
from slo_compiler.quantities import format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import Group, RecordingRule
from slo_compiler.rules.selecting import authored, histogram_part
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.watched import Watched

MEDIAN: Final = 50
HIGH: Final = 99


def lower_tails(watched: Watched) -> Iterator[LoweredSignal]:
    """The tails of the latency SLOs of a service whose spec speaks of serving."""
    service = watched.service
    if service.serving is None:
        return
    for plan, _ in watched.plans_of(Latency):
        subject = plan.slo.subject
        group = Group(
            names.signal_group(subject, "tail"), service.clock.evaluation_interval, tuple(_rules(plan))
        )
        yield LoweredSignal(subject, (group,))


def _rules(plan: Plan) -> Iterator[RecordingRule]:
    identity = names.identity(plan.slo)
    median, high = (names.series(names.quantile(percent), plan.slo) for percent in (MEDIAN, HIGH))
    for percent in (MEDIAN, HIGH):
        share = format_decimal(Fraction(percent, 100))
        quantile = f"histogram_quantile({share}, {_requests(plan)})"
        yield RecordingRule(names.quantile(percent), quantile, identity)
    yield RecordingRule(names.TAIL, f"{high} / ({median} > 0)", identity)


def _requests(plan: Plan) -> str:
    """The requests of the base window, by bucket."""
    slo = plan.slo
    indicator = slo.indicator
    if not isinstance(indicator, Latency):
        raise TypeError(f"{slo.id} was to be a latency SLO")
    window = format_duration(plan.windows.base + plan.windows.scrape_interval)
    if indicator.native:
        by = f" by ({', '.join(slo.group_by)}) " if slo.group_by else ""
        return f"sum{by}(rate({authored(indicator.histogram, slo.target)}[{window}]))"
    buckets = histogram_part(indicator.histogram, "_bucket", (), slo.target)
    return f"sum by ({', '.join(('le', *slo.group_by))}) (rate({buckets}[{window}]))"
