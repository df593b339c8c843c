"""The guard against cold starts: requests are slow, and on warm replicas they are not.

A replica in a crash loop is no cold start: while any restarts, nothing is held back. Nor is anything when
there is no warm replica to compare with, as after a rollout that replaced them all.
"""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.alerting import Severity
from slo_compiler.model.expression import Expression
from slo_compiler.model.guard import ColdStart, GuardKind
from slo_compiler.model.indicator import Latency
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import Ratio, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import Group
from slo_compiler.rules.layout import chain
from slo_compiler.rules.selecting import authored, bucket_matcher, histogram_part
from slo_compiler.rules.signals.guarding import Guarding, guard_rules
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.watched import Watched


def lower_cold_starts(watched: Watched) -> Iterator[LoweredSignal]:
    """The guards of latency SLOs, where replicas and their restarts are known."""
    guard = watched.service.guards.cold_start
    for plan, _ in watched.plans_of(Latency):
        if guard is not None and guard.ready is not None and guard.restarts is not None:
            yield _lower(guard, plan, watched.service)


def _lower(guard: ColdStart, plan: Plan, service: Service) -> LoweredSignal:
    slo, fastest = plan.slo, plan.tiers[0]
    warm_up = format_duration(guard.warm_up)
    guarding = Guarding(
        kind=GuardKind.COLD_START,
        subject=slo.subject,
        condition=_cold(guard, plan),
        most=guard.most,
        keep=fastest.short + fastest.keep_firing,
        name=slo.name,
        surface=slo.surface,
        seen=(
            f"Replicas that became ready within {warm_up} are slow, and the others are not: they warm up. "
            "The budget is spent all the same; raise the replica floor, or warm replicas up before they are "
            "ready."
        ),
        static=slo.labels,
        run_time_labels=slo.run_time_labels,
    )
    group = Group(
        names.signal_group(slo.subject, "cold-start"),
        service.clock.evaluation_interval,
        guard_rules(guarding, service),
    )
    return LoweredSignal(slo.subject, (group,))


def bound_of(plan: Plan) -> Ratio:
    """The share of slow requests from which on an SLO pages: the lowest of its pages' thresholds."""
    pages = [tier.threshold for tier in plan.tiers if tier.severity is Severity.PAGE]
    return min(pages or [plan.tiers[0].threshold])


def _cold(guard: ColdStart, plan: Plan) -> str:
    slo, base = plan.slo, plan.windows.base
    bound = format_decimal(bound_of(plan))
    errors, events = (names.series(metric(base), slo) for metric in (names.errors, names.events))
    on = f"on ({', '.join(slo.group_by)})"
    restarts = f"sum(increase({_text(guard.restarts, slo)}[{format_duration(guard.most)}]))"
    return (
        chain(
            f"and {on}",
            f"({errors} / {events} > {bound})",
            f"({_warm_ratio(guard, plan)} <= {bound})",
        )
        + f"\nand on ()\n({restarts} == 0)"
    )


def _warm_ratio(guard: ColdStart, plan: Plan) -> str:
    """The share of slow requests on replicas that have been ready for long enough."""
    slo = plan.slo
    indicator = slo.indicator
    if not isinstance(indicator, Latency):
        raise TypeError(f"{slo.id} was to be a latency SLO")
    by = ", ".join(guard.by)
    ready = f"max by ({by}) ({_text(guard.ready, slo)})"
    warm = f"and on ({by}) (time() - {ready} > {format_decimal(guard.warm_up)})"
    reach = format_duration(plan.windows.base + plan.windows.scrape_interval)

    def rate(series: str) -> str:
        grouped = f" by ({', '.join(slo.group_by)}) " if slo.group_by else ""
        return f"sum{grouped}(rate({series}[{reach}]) {warm})"

    if indicator.native:
        limit = format_decimal(indicator.threshold, digits=17)
        fast = f"histogram_fraction(-Inf, {limit}, {rate(authored(indicator.histogram, slo.target))})"
        return f"1 - {fast}"
    bucket = histogram_part(
        indicator.histogram, "_bucket", (bucket_matcher(indicator.threshold),), slo.target
    )
    count = histogram_part(indicator.histogram, "_count", (), slo.target)
    return f"1 - {rate(bucket)} / ({rate(count)} > 0)"


def _text(expression: Expression | None, slo: Slo) -> str:
    if expression is None:
        raise ValueError(f"the guard of {slo.id} was to have its evidence")
    return authored(expression, slo.target)
