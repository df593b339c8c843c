"""Looks at SLOs: does it page, is it healthy, or is there nothing to tell that by?"""

from __future__ import annotations

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.incident.asking import (
    Ask,
    decimal,
    largest,
    numbers,
    percent,
    told_by,
)
from slo_compiler.incident.finding import Finding, State
from slo_compiler.incident.firing import Firing
from slo_compiler.prometheus.answers import Sample
from slo_compiler.quantities import format_duration, format_percent
from slo_compiler.rules import names
from slo_compiler.rules.alert_text import what_fails
from slo_compiler.rules.alerts import tier_condition
from slo_compiler.rules.runbook.of_slo import queries_of
from slo_compiler.rules.runbook.queries import Queries
from slo_compiler.rules.signals.burning import paging_tiers, surely_burning
from slo_compiler.rules.signals.surface import Evidence


def page_of(plan: Plan, evidence: Evidence, ask: Ask, firing: Firing) -> Finding:
    """Whether an SLO pages, by the condition of its alerts and not by whether they have been told of."""
    for tier in paging_tiers(plan):
        rows = numbers(ask(tier_condition(plan, tier)))
        if rows:
            guard = firing.explains(plan.slo.subject, rows, plan.slo.group_by)
            return _burning(plan, tier, evidence, rows, guard)
    return _quiet(plan, evidence, ask)


def quality_of(plan: Plan, ask: Ask, firing: Firing) -> Finding:
    """Whether an SLO of the model burns faster than it may, more than chance explains."""
    query = surely_burning(plan)
    row = largest(ask(query))
    if row is None:
        return _unjudged(plan, query, ask)
    breached = row.value >= 1
    guard = firing.explains(plan.slo.subject, [row], ()) if breached else ""
    reason = "its budget burns faster than it may" if breached else "within its objective, chance taken off"
    return Finding(
        what=plan.slo.id,
        state=_state(breached, guard),
        value=f"burns at {decimal(row.value)} times the allowed rate at least",
        reason=f"the guard {guard} explains it" if guard else reason,
        query=query,
        number=row.value,
        speaks_for=Evidence.QUALITY,
        subject=plan.slo.subject,
        alert=names.burn_alert(plan.tiers[0].name),
    )


def _state(failing: bool, guard: str) -> State:  # noqa: FBT001 it is the subject of the sentence
    if not failing:
        return State.SOUND
    return State.EXPLAINED if guard else State.FAILING


def _burning(plan: Plan, tier: Tier, evidence: Evidence, rows: list[Sample], guard: str) -> Finding:
    slo = plan.slo
    worst = max(rows, key=lambda row: row.value)
    where = told_by(worst)
    above = f"above {format_percent(tier.threshold, digits=3)} in {format_duration(tier.short)} too"
    value = f"{percent(worst.value)} {what_fails(slo.indicator)} in {format_duration(tier.long)}"
    return Finding(
        what=slo.id,
        state=State.EXPLAINED if guard else State.FAILING,
        value=f"{value} ({where})" if where else value,
        reason=f"the guard {guard} explains it" if guard else f"{above}: tier {tier.name} fires",
        query=tier_condition(plan, tier),
        number=worst.value,
        speaks_for=evidence,
        subject=slo.subject,
        alert=names.burn_alert(tier.name),
    )


def _quiet(plan: Plan, evidence: Evidence, ask: Ask) -> Finding:
    """No tier fires: few events are errors, there are none, or nothing is measured."""
    slo, fastest = plan.slo, plan.tiers[0]
    queries = queries_of(plan)
    query = queries["error_ratio_long"]
    worst = largest(ask(query))
    if worst is None:
        return _unmeasured(plan, evidence, queries, ask)
    recent = largest(ask(queries["measured"]))
    if recent is None:
        return _gone(plan, evidence, queries, ask)
    lowest = min(tier.threshold for tier in paging_tiers(plan))
    return Finding(
        what=slo.id,
        state=State.SOUND,
        value=f"{percent(worst.value)} {what_fails(slo.indicator)} in {format_duration(fastest.long)}",
        reason=f"no page, which is for more than {format_percent(lowest, digits=3)}",
        query=query,
        number=worst.value,
        speaks_for=evidence,
        subject=slo.subject,
        alert=names.burn_alert(fastest.name),
    )


def _unmeasured(plan: Plan, evidence: Evidence, queries: Queries, ask: Ask) -> Finding:
    """There is no error ratio: nothing happened, or nothing is measured."""
    long = format_duration(plan.tiers[0].long)
    query = queries["events"]
    events = largest(ask(query))
    if events is None:
        return _gone(plan, evidence, queries, ask)
    return Finding(
        what=plan.slo.id,
        state=State.UNKNOWN,
        value=f"no events in {long}",
        reason="nothing fails, and nothing shows that it works",
        query=query,
        number=events.value,
        speaks_for=evidence,
        subject=plan.slo.subject,
        alert=names.ABSENT_ALERT,
    )


def _gone(plan: Plan, evidence: Evidence, queries: Queries, ask: Ask) -> Finding:
    """Nothing is measured; that its targets are down is known of some."""
    query = queries.get("targets_down", queries["measured"])
    down = len(ask(query)) if "targets_down" in queries else 0
    return Finding(
        what=plan.slo.id,
        state=State.FAILING if down else State.UNKNOWN,
        value=f"nothing measured, {down} targets down" if down else "nothing measured",
        reason="its targets cannot be scraped" if down else "its series are missing",
        query=query,
        number=float(down) if down else None,
        speaks_for=evidence,
        subject=plan.slo.subject,
        alert=names.ABSENT_ALERT,
    )


def _unjudged(plan: Plan, query: str, ask: Ask) -> Finding:
    long = plan.tiers[0].long
    counted = names.series(names.events(long), plan.slo)
    events = largest(ask(counted))
    nothing = "no prediction was judged" if events is not None else "nothing measured"
    return Finding(
        what=plan.slo.id,
        state=State.UNKNOWN,
        value=f"{nothing} in {format_duration(long)}",
        reason="whether quality holds is not known: look at proxies",
        query=query,
        speaks_for=Evidence.QUALITY,
        subject=plan.slo.subject,
        alert=names.ABSENT_ALERT,
    )
