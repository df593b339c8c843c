"""What a service watches beside its SLOs: each alert, how severe it is, and whom it reaches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from slo_compiler.emitters.explanation import route_of
from slo_compiler.model import labels
from slo_compiler.model.role import Role
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.matchers import all_could_match
from slo_compiler.rules.program import Program, alert_labels


@dataclass(frozen=True, slots=True)
class SignalAlert:
    """An alert of a signal."""

    alert: str
    severity: str
    """As ``page SEV2``; ``guard`` for what is no incident."""
    reaches: str


@dataclass(frozen=True, slots=True)
class SignalExplanation:
    """What is watched beside SLOs, or of an SLO beside its tiers."""

    id: str
    alerts: tuple[SignalAlert, ...]


def explain_signals(program: Program) -> list[SignalExplanation]:
    """The explanation of all alerts that are no SLO's, in the order of the rules."""
    found: defaultdict[str, list[SignalAlert]] = defaultdict(list)
    for signal in program.signals:
        found[signal.subject.id] += [_explain(alert, program) for alert in signal.alerts()]
    return [SignalExplanation(id_, tuple(alerts)) for id_, alerts in found.items() if alerts]


def _explain(alert: AlertingRule, program: Program) -> SignalAlert:
    if alert.labels[labels.ROLE] == Role.GUARD.value:
        return SignalAlert(alert.alert, Role.GUARD.value, f"holds back {_held_back(alert, program)}")
    which = alert.labels.get(labels.GUARD) or alert.labels.get(labels.EVIDENCE)
    return SignalAlert(
        f"{alert.alert} ({which})" if which else alert.alert,
        f"{alert.labels[labels.SEVERITY]} {alert.labels[labels.SEV]}",
        route_of(alert, program.notification),
    )


def _held_back(guard: AlertingRule, program: Program) -> str:
    """The names of all alerts that an inhibition lets it hold back, all of the same drift or SLO."""
    if program.notification is None:
        return "nothing: there is no receivers.yaml"
    source = alert_labels(guard)
    names = {
        target.alert
        for rule in program.notification.inhibit_rules
        if all_could_match(rule.source, source)
        for _, target in program.alerts()
        if all_could_match(rule.target, alert_labels(target))
        and all(source.get(label) == target.labels.get(label) for label in rule.identity)
    }
    return ", ".join(sorted(names))
