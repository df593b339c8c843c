"""An explanation as JSON: every number as a number, with the words of the tables beside it.

What the fields are is told by ``docs/explain.schema.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Final

import msgspec
from msgspec import Struct

from slo_compiler.burnrate import timing
from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.emitters.explanation import (
    INCIDENTS,
    SloExplanation,
    TierExplanation,
    delay_floor,
    one_error_rate,
)
from slo_compiler.model import labels
from slo_compiler.model.subject import Subject
from slo_compiler.quantities import Ratio
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.notification import Notification
from slo_compiler.rules.program import LoweredSlo, Program, alert_labels
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.waiting import Named, Waiting, name_of, waiting

_TIER_WORDS: Final = (
    "long",
    "short",
    "burn_rate",
    "threshold",
    "budget_spent",
    "exhaustion",
    "route",
)
_SLO_WORDS: Final = (
    "objective",
    "period",
    "error_budget",
    "min_errors",
    "one_error_alerts",
    "delay_floor",
    "office_hours",
    "looked_at",
    "holds_back",
    "waits",
)


def as_json(
    program: Program, explanations: Sequence[SloExplanation], signals: Sequence[LoweredSignal] = ()
) -> str:
    """The explanations of some SLOs and signals of a program, as a list of objects."""
    lowered = {each.plan.slo.id: each for each in program.slos}
    alerts = _Alerts(program.notification, waiting(program))
    listed = [_slo(lowered[told.id], told, alerts) for told in explanations]
    listed += [_signal(signal, alerts) for signal in signals]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


class _Alerts(Struct, frozen=True):
    """What is the same for all alerts."""

    notification: Notification | None
    waiting: Waiting


def _slo(lowered: LoweredSlo, told: SloExplanation, context: _Alerts) -> dict[str, Any]:
    plan, slo = lowered.plan, lowered.plan.slo
    alerts = {alert.labels.get(labels.BURN_TIER): alert for alert in lowered.alerts()}
    hours = context.notification.office_hours if context.notification else None
    return {
        "id": slo.id,
        "service": slo.service,
        "slo": slo.name,
        "surface": slo.surface.value,
        "owner": slo.owner,
        "objective": _number(slo.objective),
        "period_seconds": _number(slo.period),
        "error_budget": _number(slo.budget),
        "error_budget_seconds": _number(slo.budget * slo.period),
        "min_errors": plan.min_errors,
        "delay_floor_seconds": _number(delay_floor(plan, context.notification)),
        "tiers": [
            _tier(tier, plan, words, _alert(slo.subject, alerts[tier.name], context))
            for tier, words in zip(plan.alerting, told.tiers, strict=True)
        ],
        "other_alerts": [
            {**_alert(slo.subject, alert, context), "hold_seconds": _number(alert.hold)}
            for alert in lowered.alerts()
            if labels.BURN_TIER not in alert.labels
        ],
        "office_hours": msgspec.to_builtins(hours) if hours else None,
        "repairs": [msgspec.to_builtins(repair) for repair in plan.repairs],
        "text": {name: getattr(told, name) for name in _SLO_WORDS},
    }


def _tier(tier: Tier, plan: Plan, words: TierExplanation, alert: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": tier.name,
        **alert,
        "long_window_seconds": _number(tier.long),
        "short_window_seconds": _number(tier.short),
        "burn_rate": _number(tier.burn_rate),
        "threshold": _number(tier.threshold),
        "budget_spent": _number(tier.budget),
        "exhaustion_seconds": _number(timing.exhaustion_time(plan.slo.period, tier.burn_rate)),
        "one_error_events_per_hour": _maybe(one_error_rate(plan, tier)),
        "incidents": [_incident(tier, ratio) for ratio in INCIDENTS],
        "text": {name: getattr(words, name) for name in _TIER_WORDS},
    }


def _signal(signal: LoweredSignal, context: _Alerts) -> dict[str, Any]:
    return {
        "id": signal.subject.id,
        "service": signal.subject.service,
        "alerts": [
            {
                **_alert(signal.subject, alert, context),
                "kind": name_of(signal.subject, alert).kind or None,
                "role": alert.labels[labels.ROLE],
                "hold_seconds": _number(alert.hold),
            }
            for alert in signal.alerts()
        ],
    }


def _alert(subject: Subject, alert: AlertingRule, context: _Alerts) -> dict[str, Any]:
    notification, name = context.notification, name_of(subject, alert)
    leaves = notification.ways.of(alert_labels(alert)) if notification else ()
    return {
        "alert": alert.alert,
        "severity": alert.labels.get(labels.SEVERITY),
        "sev": alert.labels.get(labels.SEV),
        "because": alert.because or None,
        "surface": alert.labels.get(labels.SURFACE),
        "owner": alert.labels.get(labels.OWNER),
        "receivers": [
            {"name": leaf.receiver, "in_office_hours": bool(leaf.active_time_intervals)} for leaf in leaves
        ],
        "holds_back": _named(context.waiting.holds_back.get(name, ())),
        "held_back_by": _named(context.waiting.held_back_by.get(name, ())),
    }


def _named(names: Iterable[Named]) -> list[dict[str, str]]:
    return [{"id": name.id, "alert": name.alert} for name in names]


def _incident(tier: Tier, error_ratio: Ratio) -> dict[str, Any]:
    return {
        "error_ratio": _number(error_ratio),
        "detection_seconds": _maybe(timing.detection_time(tier, error_ratio)),
        "reset_seconds": _maybe(timing.reset_time(tier, error_ratio)),
    }


def _maybe(number: Fraction | None) -> float | int | None:
    return None if number is None else _number(number)


def _number(number: Fraction) -> float | int:
    """A whole number as one, any other to the nearest double."""
    return number.numerator if number.denominator == 1 else float(number)
