"""The queries of what a spec says of serving: which engines work, what waits, and how it scaled."""

from __future__ import annotations

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.indicator import Latency
from slo_compiler.model.service import Service
from slo_compiler.model.serving import ENGINE, Engines
from slo_compiler.quantities import DAY, HOUR, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.runbook.queries import LATELY, MOST_ROWS, Queries
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.signals.serving import SWING, serving_of, stalled
from slo_compiler.rules.signals.watched import Watched


def queries_of(watched: Watched) -> Queries:
    """The queries of a service by name, those alone for which its spec has the series."""
    service = watched.service
    serving = service.serving
    found = _of_replicas(service)
    if serving is None:
        return found
    if serving.engines is not None:
        found |= _of_engines(serving.engines, service)
    if serving.replicas is not None:
        found["replicas"] = f"max({authored(serving.replicas, service.target)})"
        direction = names.of(names.SCALING_DIRECTION, serving_of(service))
        found["scaled"] = f"count_over_time({direction}[{format_duration(LATELY)}])"
        found["turned"] = f"changes({direction}[{format_duration(SWING)}])"
    if serving.waiting is not None:
        by = ", ".join(ENGINE if serving.engines is None else serving.engines.by)
        found["waiting"] = f"sort_desc(sum by ({by}) ({authored(serving.waiting, service.target)}))"
    if serving.utilisation is not None:
        found["utilisation"] = f"topk({MOST_ROWS}, {authored(serving.utilisation, service.target)})"
    if serving.queue is not None:
        share = names.of(names.QUEUE_SHARE, serving_of(service))
        found |= {"queue_share": share, "queue_share_usual": _usual(share)}
    return found


def _of_replicas(service: Service) -> dict[str, str]:
    """What the guard against cold starts looks at: by it rollouts, scaling and crash loops are seen."""
    guard = service.guards.cold_start
    if guard is None or guard.ready is None or guard.restarts is None:
        return {}
    by = ", ".join(guard.by)
    ready, restarts = (authored(each, service.target) for each in (guard.ready, guard.restarts))
    lately = f"sum by ({by}) (increase({restarts}[{format_duration(HOUR)}]))"
    return {
        "youngest": f"sort(bottomk({MOST_ROWS}, time() - max by ({by}) ({ready})))",
        "replica_restarts": f"sort_desc({lately} > 0)",
    }


def tail_of(plan: Plan, watched: Watched) -> Queries:
    """How far the tail of a latency is from its median, where that is recorded."""
    if watched.service.serving is None or not isinstance(plan.slo.indicator, Latency):
        return {}
    tail = names.series(names.TAIL, plan.slo)
    return {"tail": tail, "tail_usual": _usual(tail)}


def _of_engines(engines: Engines, service: Service) -> Queries:
    by = ", ".join(engines.by)
    window = format_duration(service.clock.base_window)
    progress = f"rate({authored(engines.progress, service.target)}[{window}])"
    return {
        "stalled": stalled(engines, service),
        "running": f"sort_desc(sum by ({by}) ({authored(engines.running, service.target)}))",
        "progress": f"sort(sum by ({by}) ({progress}))",
    }


def _usual(series: str) -> str:
    """The median of the last day: an incident of some hours does not move it."""
    return f"quantile_over_time(0.5, {series}[{format_duration(DAY)}])"
