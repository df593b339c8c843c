"""The queries of evidence that is missing: when it was last seen, and what of its metric is still there."""

from __future__ import annotations

from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import release_named
from slo_compiler.quantities import DAY, format_duration
from slo_compiler.rules.runbook.queries import STEP, Breakdown
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.signals.declared import declared
from slo_compiler.rules.signals.watched import Watched


def last_seen_of(watched: Watched) -> tuple[Breakdown, ...]:
    """For each declared evidence the seconds since it was last there; empty after a day."""
    target = watched.service.target
    day, step = format_duration(DAY), format_duration(STEP)
    return tuple(
        Breakdown(
            each.name,
            f"time() - max(max_over_time(timestamp({authored(each.selector, target)})[{day}:{step}]))",
        )
        for each in declared(watched.service)
    )


def presence_of(watched: Watched) -> tuple[Breakdown, ...]:
    """For each metric of the evidence, how many series it has at each job, whatever their other labels."""
    target = watched.service.target
    parsed = (parse(each.selector.text, release_named(target)) for each in declared(watched.service))
    metrics = (
        metric_of(node)
        for each in parsed
        if not isinstance(each, list)
        for node in vector_selectors(each.tree)
    )
    return tuple(Breakdown(each, f"count by (job) ({each})") for each in dict.fromkeys(metrics) if each)
