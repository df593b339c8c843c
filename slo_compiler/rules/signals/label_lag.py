"""The guard against label lag: too few predictions have their labels for quality to mean anything yet."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.guard import GuardKind, LabelLag
from slo_compiler.model.indicator import Quality
from slo_compiler.model.service import Service
from slo_compiler.quantities import HOUR, Seconds, format_decimal, format_duration, format_percent
from slo_compiler.rules import names
from slo_compiler.rules.ir import Group
from slo_compiler.rules.layout import chain
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.signals.evidence import LabelCounters, label_counters
from slo_compiler.rules.signals.guarding import Guarding, guard_rules
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.watched import Watched


def lower_label_lag(watched: Watched) -> Iterator[LoweredSignal]:
    """The guards of those quality SLOs that say how late labels come, where these can be counted."""
    guard = watched.service.guards.label_lag
    for plan, indicator in watched.plans_of(Quality):
        if guard is not None:
            yield from _lower(guard, plan, indicator, watched.service)


def _lower(guard: LabelLag, plan: Plan, indicator: Quality, service: Service) -> Iterator[LoweredSignal]:
    slo = plan.slo
    if indicator.labelling.lag is None:
        return
    lag, completeness = indicator.labelling.lag, indicator.labelling.completeness
    counters = label_counters(guard, slo, service)
    if counters is None:
        return
    fastest = plan.tiers[0]
    guarding = Guarding(
        kind=GuardKind.LABEL_LAG,
        subject=slo.subject,
        condition=_incomplete(counters, plan, indicator),
        most=longest(guard, lag),
        keep=fastest.keep_firing,
        name=slo.name,
        surface=slo.surface,
        seen=(
            f"Labels came for fewer than {format_percent(completeness)} of the predictions of "
            f"{format_duration(fastest.long)} that were made {format_duration(lag)} before: they are late."
        ),
        static=slo.labels,
        run_time_labels=service.run_time_labels,
    )
    group = Group(
        names.signal_group(slo.subject, "label-lag"),
        service.clock.evaluation_interval,
        guard_rules(guarding, service),
    )
    yield LoweredSignal(slo.subject, (group,))


def longest(guard: LabelLag, lag: Seconds) -> Seconds:
    """How long the guard may hold back: labels that are late by as much again are not late, but missing."""
    return guard.most or max(lag, HOUR)


def _incomplete(counters: LabelCounters, plan: Plan, indicator: Quality) -> str:
    """Labels that came within the fastest tier's window, over the predictions that they should be of.

    Only while they are counted: of a counter that went away, ever fewer would seem to come.
    """
    window = format_duration(plan.tiers[0].long)
    lag = format_duration(indicator.labelling.lag or plan.windows.base)
    labels, made = (authored(counter, plan.slo.target) for counter in counters)
    joined = f"sum(increase({labels}[{window}]))"
    predictions = f"sum(increase({made}[{window}] offset {lag}))"
    return chain(
        "and on ()",
        f"({joined} / ({predictions} > 0) < {format_decimal(indicator.labelling.completeness)})",
        f"group({labels})",
    )
