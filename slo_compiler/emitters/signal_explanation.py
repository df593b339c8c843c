"""What a service watches beside its SLOs: each alert, how severe it is, and whom it reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from msgspec import Struct

from slo_compiler.emitters import alert_words
from slo_compiler.emitters.explanation import route_of
from slo_compiler.model import labels
from slo_compiler.model.role import Role
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.notification import Notification
from slo_compiler.rules.program import Program
from slo_compiler.rules.waiting import Named, Waiting, name_of, waiting


class SignalAlert(Struct, frozen=True):
    """An alert of a signal."""

    alert: str
    severity: str
    """As ``page SEV2``; ``guard`` for what is no incident."""
    reaches: str


class SignalExplanation(Struct, frozen=True):
    """What is watched beside SLOs, or of an SLO beside its tiers."""

    id: str
    alerts: tuple[SignalAlert, ...]
    owners: tuple[str, ...]
    """Who answers for which alerts."""
    severities: tuple[str, ...]
    """Why they are as severe as they are."""
    waits: tuple[str, ...]
    """Which of them wait while which others fire."""


def explain_signals(program: Program) -> list[SignalExplanation]:
    """The explanation of all alerts that are no SLO's, in the order of the rules."""
    waits_for = waiting(program)
    found: defaultdict[str, dict[Named, AlertingRule]] = defaultdict(dict)
    for signal in program.signals:
        found[signal.subject.id] |= {name_of(signal.subject, alert): alert for alert in signal.alerts()}
    return [_explain(id_, alerts, waits_for, program) for id_, alerts in found.items() if alerts]


def _explain(
    id_: str, alerts: Mapping[Named, AlertingRule], waits_for: Waiting, program: Program
) -> SignalExplanation:
    return SignalExplanation(
        id=id_,
        alerts=tuple(_row(name, alert, waits_for, program.notification) for name, alert in alerts.items()),
        owners=tuple(alert_words.owners(alerts)),
        severities=tuple(alert_words.severities(alerts)),
        waits=tuple(alert_words.waits(alerts, waits_for)),
    )


def _row(
    name: Named, alert: AlertingRule, waits_for: Waiting, notification: Notification | None
) -> SignalAlert:
    if alert.labels[labels.ROLE] == Role.GUARD.value:
        return SignalAlert(
            alert.alert, Role.GUARD.value, f"holds back {_held_back(name, waits_for, notification)}"
        )
    return SignalAlert(
        f"{alert.alert} ({name.kind})" if name.kind else alert.alert,
        f"{alert.labels[labels.SEVERITY]} {alert.labels[labels.SEV]}",
        route_of(alert, notification),
    )


def _held_back(guard: Named, waits_for: Waiting, notification: Notification | None) -> str:
    if notification is None:
        return "nothing: there is no receivers.yaml"
    return ", ".join(sorted({name.alert for name in waits_for.holds_back.get(guard, ())}))
