"""The facts of an SLO, of its alerts and of what Alertmanager is told, by which two programs are compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from slo_compiler.burnrate import timing
from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.emitters.explanation import INCIDENTS, looked_at, office_hours, route_of
from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.receivers import Setting
from slo_compiler.promql.release import release_named
from slo_compiler.quantities import format_percent
from slo_compiler.review.authored import indicator_text
from slo_compiler.review.facts import Code, Fact, Kind, Share, Span, Words
from slo_compiler.review.part import Part, Placed
from slo_compiler.rules import names
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.notification import Notification

FIRES_ABOVE: Final = "fires above"
LONG: Final = "long window"
SHORT: Final = "short window"
SEVERITY: Final = "severity"
REACHES: Final = "reaches"
NO_SEVERITY: Final = "none"
OBJECTIVE: Final = "objective"
ONE_FOR_EACH: Final = "one alert for each"

_TOLD_OTHERWISE: Final = (labels.SEVERITY, labels.SEV, labels.OWNER)
NAMES: Final = frozenset((*labels.IDENTITY, *labels.OF_SIGNALS, labels.BURN_TIER))
"""Labels that say whose alert it is: another name is told as such, not label by label."""


def detected(error_ratio: Fraction) -> str:
    """The name of the fact how long an incident with that error ratio lasts before an alert fires."""
    return f"at {format_percent(error_ratio)} errors"


def alert_facts(placed: Placed, part: Part, notification: Notification | None) -> dict[str, Fact]:
    """What there is to say of an alert."""
    alert = placed.rule
    if not isinstance(alert, AlertingRule):
        raise TypeError(f"{placed.name} is no alert")
    tier = part.tier_of(alert)
    return {
        **(_tier_facts(tier) if tier else {}),
        **({"for": Fact(Kind.DETECTION, Span(alert.hold))} if alert.hold else {}),
        **({"keep_firing_for": Fact(Kind.WINDOWS, Span(keep))} if (keep := alert.keep_firing_for) else {}),
        SEVERITY: severity_fact(alert),
        **_labelled("incident severity", Kind.SEVERITY, alert, labels.SEV),
        REACHES: Fact(Kind.ROUTE, Words(route_of(alert, notification))),
        **_labelled("owner", Kind.ROUTE, alert, labels.OWNER),
        **dict(_label_facts(alert)),
        **{
            f"annotation {name}": Fact(Kind.ANNOTATIONS, Words(text))
            for name, text in sorted(alert.annotations.items())
        },
        "condition": Fact(_condition_kind(alert, tier), Code(alert.expr)),
        "group": Fact(Kind.RECORDED, Words(_pace(placed.group, part))),
    }


def _condition_kind(alert: AlertingRule, tier: Tier | None) -> Kind:
    """Where a condition is made of other facts alone, it is no news of its own."""
    return Kind.RECORDED if tier or alert.alert == names.ABSENT_ALERT else Kind.DETECTION


def severity_fact(alert: AlertingRule) -> Fact:
    """Whether the alert wakes somebody."""
    severity = alert.labels.get(labels.SEVERITY, NO_SEVERITY)
    return Fact(Kind.PAGES if severity == Severity.PAGE.value else Kind.TICKETS, Words(severity))


def _labelled(name: str, kind: Kind, alert: AlertingRule, label: str) -> dict[str, Fact]:
    """What a label says, where the alert carries it."""
    return {name: Fact(kind, Words(alert.labels[label]))} if label in alert.labels else {}


def _tier_facts(tier: Tier) -> dict[str, Fact]:
    return {
        FIRES_ABOVE: Fact(Kind.DETECTION, Share(tier.threshold)),
        **{
            detected(ratio): Fact(Kind.DETECTION, Span(timing.detection_time(tier, ratio)))
            for ratio in INCIDENTS
        },
        "budget spent": Fact(Kind.DETECTION, Share(tier.budget)),
        LONG: Fact(Kind.WINDOWS, Span(tier.long)),
        SHORT: Fact(Kind.WINDOWS, Span(tier.short)),
    }


def _label_facts(alert: AlertingRule) -> Iterator[tuple[str, Fact]]:
    for name, value in sorted(alert.labels.items()):
        if name not in _TOLD_OTHERWISE and name not in NAMES:
            yield f"label {name}", Fact(Kind.LABELS, Words(value))
    if alert.run_time_labels:
        yield ONE_FOR_EACH, Fact(Kind.INDICATOR, Words(", ".join(alert.run_time_labels)))


def part_facts(part: Part) -> dict[str, Fact]:
    """What there is to say of an SLO as a whole."""
    return {
        **(_plan_facts(part.plan) if part.plan else {}),
        **{
            f"{_pace(group.name, part)} evaluated every": Fact(Kind.WINDOWS, Span(group.interval))
            for group in part.groups
        },
    }


def _plan_facts(plan: Plan) -> dict[str, Fact]:
    slo = plan.slo
    return {
        "fewest errors": Fact(Kind.DETECTION, Words(str(plan.min_errors or 1))),
        **({"looked at": Fact(Kind.DETECTION, Words(late))} if (late := looked_at(plan)) else {}),
        OBJECTIVE: Fact(Kind.BUDGET, Share(slo.objective)),
        "period": Fact(Kind.BUDGET, Span(slo.period)),
        "budget, in total outage": Fact(Kind.BUDGET, Span(slo.budget * slo.period)),
        "indicator": Fact(Kind.INDICATOR, Code(indicator_text(slo.indicator, release_named(slo.target)))),
    }


def _pace(group: str, part: Part) -> str:
    """What tells a group from the others of its SLO."""
    return f"{group.removeprefix(part.id).removeprefix(':')} group".lstrip()


def record_facts(placed: Placed, part: Part) -> dict[str, Fact]:
    """What there is to say of a recording rule."""
    rule = placed.rule
    kind = Kind.RECORDED if part.plan else Kind.INDICATOR  # of an SLO the indicator is told itself
    described = {name: value for name, value in sorted(rule.labels.items()) if name not in NAMES}
    return {
        "expression": Fact(kind, Code(rule.expr)),
        "group": Fact(Kind.RECORDED, Words(_pace(placed.group, part))),
        **{f"label {name}": Fact(Kind.RECORDED, Words(value)) for name, value in described.items()},
    }


def notification_facts(notification: Notification | None) -> dict[str, Fact]:
    """What Alertmanager is told beside the way of each alert."""
    if notification is None:
        return {}
    settings = notification.settings
    times = {
        "first notification after": settings.grouping.group_wait,
        "further ones after": settings.grouping.group_interval,
        "pages repeated after": settings.grouping.repeat_page,
        "tickets repeated after": settings.grouping.repeat_ticket,
    }
    return {
        **{
            f"receiver {name}": Fact(Kind.ROUTE, Code(_json(receiver.integrations if receiver else {})))
            for name, receiver in sorted(notification.receivers.items())
        },
        "office hours": Fact(Kind.ROUTE, Words(office_hours(notification) or "at any time")),
        **{
            f"one notification for each, where {_matched(branch.matchers)}": Fact(
                Kind.ROUTE, Words(", ".join(branch.group_by or ()))
            )
            for branch in notification.tree.routes
        },
        **{name: Fact(Kind.ROUTE, Span(time)) for name, time in times.items()},
        "global settings": Fact(Kind.ROUTE, Code(_json(settings.settings))),
        **dict(map(_inhibition, notification.inhibit_rules)),
    }


def _inhibition(rule: InhibitRule) -> tuple[str, Fact]:
    source, target = _matched(rule.source), _matched(rule.target)
    held = f"{{{target}}} is held back where {', '.join(rule.equal)} are equal"
    return f"while {{{source}}} fires", Fact(Kind.INHIBITION, Words(held))


def _matched(matchers: Iterable[Matcher]) -> str:
    return ", ".join(map(str, matchers))


def _json(settings: Mapping[str, Setting]) -> str:
    return json.dumps(settings, indent=2, ensure_ascii=False)
