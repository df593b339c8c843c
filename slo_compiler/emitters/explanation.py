"""What a plan means for the people it pages: thresholds, times, budgets, and the way to each owner."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate import timing
from slo_compiler.burnrate.plan import Plan, Shape
from slo_compiler.burnrate.tier import Tier
from slo_compiler.emitters import alert_words
from slo_compiler.model import labels
from slo_compiler.model.indicator import ErrorRatio, Quality
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import (
    HOUR,
    Ratio,
    Seconds,
    approximate_duration,
    format_decimal,
    format_duration,
    format_percent,
)
from slo_compiler.rules import triage
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.notification import Notification
from slo_compiler.rules.patterns import SHAPES
from slo_compiler.rules.program import LoweredSlo, Program, alert_labels
from slo_compiler.rules.routing import Leaf
from slo_compiler.rules.waiting import Waiting, name_of, waiting

INCIDENTS: Final = (Fraction(1), Fraction(1, 10), Fraction(1, 100))
"""The error ratios for which times are told: a total outage, a bad one and a slight one."""

NEVER: Final = "never"


class IncidentTimes(Struct, frozen=True):
    """When a tier fires on a constant error ratio and when it resets after recovery, before all delays."""

    error_ratio: str
    detection: str
    reset: str


class TierExplanation(Struct, frozen=True):
    """One row of the burn-rate table, every number printed."""

    name: str
    severity: str
    sev: str
    long: str
    short: str
    burn_rate: str
    threshold: str
    budget_spent: str
    exhaustion: str
    incidents: tuple[IncidentTimes, ...]
    route: str


class AlertRoute(Struct, frozen=True):
    """An alert and the way it takes through Alertmanager."""

    alert: str
    severity: str
    route: str


class SloExplanation(Struct, frozen=True):
    """Everything there is to say about an SLO."""

    id: str
    objective: str
    period: str
    class_: str
    """The class it inherits from; empty where it names none."""
    alerts: bool
    """Whether it alerts at all."""
    surface: str
    owner: str
    error_budget: str
    tiers: tuple[TierExplanation, ...]
    other_alerts: tuple[AlertRoute, ...]
    min_errors: str
    one_error_alerts: str
    """Below which traffic a single error is above a threshold; empty where a minimum is asked for."""
    delay_floor: str
    office_hours: str
    """When tickets are delivered; empty where that is at any time."""
    looked_at: str
    """How late predictions are looked at, where that is not at once, and what that makes of the times."""
    severities: tuple[str, ...]
    """Why its alerts are as severe as they are."""
    holds_back: str
    """What waits while it pages, in a service with triage; empty where nothing does."""
    waits: tuple[str, ...]
    """Which of its alerts wait while which others fire."""
    derived: tuple[str, ...]


def explain(program: Program) -> list[SloExplanation]:
    """The explanation of every SLO of a program, in the order of its rules."""
    waits_for = waiting(program)
    return [_explain_slo(lowered, program.notification, waits_for) for lowered in program.slos]


def _explain_slo(
    lowered: LoweredSlo, notification: Notification | None, waits_for: Waiting
) -> SloExplanation:
    plan, slo = lowered.plan, lowered.plan.slo
    alerts = {alert.labels.get(labels.BURN_TIER): alert for alert in lowered.alerts()}
    named = {name_of(slo.subject, alert): alert for alert in lowered.alerts()}
    return SloExplanation(
        id=slo.id,
        objective=format_percent(slo.objective),
        period=format_duration(slo.period),
        class_=slo.class_ or "",
        alerts=slo.alerts,
        surface=slo.surface.value,
        owner=slo.owner,
        error_budget=_error_budget(slo),
        tiers=tuple(_explain_tier(tier, plan, alerts[tier.name], notification) for tier in plan.alerting),
        other_alerts=tuple(
            AlertRoute(alert.alert, alert.labels[labels.SEVERITY], route_of(alert, notification))
            for alert in lowered.alerts()
            if labels.BURN_TIER not in alert.labels
        ),
        min_errors=_min_errors(plan),
        one_error_alerts=_one_error_alerts(plan),
        delay_floor=_delay_floor(plan, notification),
        office_hours=office_hours(notification),
        looked_at=looked_at(plan),
        severities=tuple(alert_words.severities(named)),
        holds_back=triage.held_back(slo),
        waits=tuple(alert_words.waits(named, waits_for)),
        derived=tuple(str(repair) for repair in plan.repairs),
    )


def _explain_tier(
    tier: Tier, plan: Plan, alert: AlertingRule, notification: Notification | None
) -> TierExplanation:
    numbers = _numbers(plan.shape)[tier.name]
    return replace(numbers, sev=alert.labels[labels.SEV], route=route_of(alert, notification))


@lru_cache(maxsize=SHAPES)
def _numbers(shape: Shape) -> dict[str, TierExplanation]:
    """What is to be said of each tier by its name, but for what hangs on the SLO."""
    return {
        tier.name: TierExplanation(
            name=tier.name,
            severity=tier.severity.value,
            sev="",
            long=format_duration(tier.long),
            short=format_duration(tier.short),
            burn_rate=f"{format_decimal(tier.burn_rate, digits=4)}x",
            threshold=format_percent(tier.threshold, digits=4),
            budget_spent=format_percent(tier.budget, digits=3),
            exhaustion=approximate_duration(timing.exhaustion_time(shape.period, tier.burn_rate)),
            incidents=tuple(_times(tier, ratio) for ratio in INCIDENTS),
            route="",
        )
        for tier in shape.tiers
    }


def _times(tier: Tier, error_ratio: Ratio) -> IncidentTimes:
    return IncidentTimes(
        error_ratio=format_percent(error_ratio),
        detection=_time(timing.detection_time(tier, error_ratio)),
        reset=_time(timing.reset_time(tier, error_ratio)),
    )


def _time(seconds: Seconds | None) -> str:
    return NEVER if seconds is None else approximate_duration(seconds)


def _error_budget(slo: Slo) -> str:
    outage = approximate_duration(slo.budget * slo.period)
    return f"{format_percent(slo.budget)}, a total outage of {outage}"


def _min_errors(plan: Plan) -> str:
    if isinstance(plan.slo.indicator, ErrorRatio):
        return "none: a ratio does not say how many events stand behind it"
    if plan.min_errors is None:
        return "none: a single error may be enough"
    return f"{plan.min_errors} errors in the long window, or a tier stays silent"


def _one_error_alerts(plan: Plan) -> str:
    rates = ((tier, one_error_rate(plan, tier)) for tier in plan.alerting)
    return ", ".join(
        f"{tier.name} below {format_decimal(rate, digits=3)} events/h"
        for tier, rate in rates
        if rate is not None
    )


def one_error_rate(plan: Plan, tier: Tier) -> Fraction | None:
    """The events an hour below which one error fires a tier; None where a minimum is asked for or unknown."""
    if plan.min_errors is not None or isinstance(plan.slo.indicator, ErrorRatio):
        return None
    return timing.events_for_one_error(tier) * HOUR / tier.long


def _delay_floor(plan: Plan, notification: Notification | None) -> str:
    floor = delay_floor(plan, notification)
    cost = format_percent(timing.delay_cost(floor, plan.slo.budget, plan.slo.period), digits=3)
    steps = (
        "a scrape, an evaluation and Alertmanager's wait" if notification else "a scrape and an evaluation"
    )
    return f"{approximate_duration(floor)} for {steps}, in which a total outage spends {cost} of the budget"


def delay_floor(plan: Plan, notification: Notification | None) -> Seconds:
    """What no rule can shorten: a scrape, an evaluation and Alertmanager's wait for company."""
    clock = plan.slo.clock
    wait = notification.settings.grouping.group_wait if notification else Fraction(0)
    return clock.scrape_interval + clock.evaluation_interval + wait


def looked_at(plan: Plan) -> str:
    """How late predictions are looked at, in words; empty where that is at once."""
    indicator = plan.slo.indicator
    if not isinstance(indicator, Quality) or not indicator.labelling.shift:
        return ""
    shift, fastest = indicator.labelling.shift, plan.tiers[0]
    latest = shift + fastest.long
    return (
        f"{format_duration(shift)} after they were made, when their labels have come: all times above are as "
        f"much later, tier {fastest.name} after {approximate_duration(latest)} at the latest"
    )


def office_hours(notification: Notification | None) -> str:
    """When tickets are delivered; empty where that is at any time."""
    hours = notification.office_hours if notification else None
    return f"{hours.weekdays} {hours.start}-{hours.end} {hours.location}" if hours else ""


def route_of(alert: AlertingRule, notification: Notification | None) -> str:
    """Whom an alert reaches, in words."""
    if notification is None:
        return "nobody: there is no receivers.yaml"
    return "; ".join(_leaf(leaf) for leaf in notification.ways.of(alert_labels(alert)))


def _leaf(leaf: Leaf) -> str:
    return f"{leaf.receiver} in office hours" if leaf.active_time_intervals else leaf.receiver
