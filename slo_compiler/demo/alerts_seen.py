"""Alerts and guards as Prometheus and Alertmanager have them: who waits, fires, or is held back by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from slo_compiler.incident.delivery import Delivery
from slo_compiler.incident.firing import name_of
from slo_compiler.model import labels
from slo_compiler.model.role import Role
from slo_compiler.prometheus.answers import ActiveAlert
from slo_compiler.rules.program import Program


class AlertSeen(Struct, frozen=True):
    """An alert: where it stands, and what keeps it from telling anybody.

    ``state`` is ``pending``, ``firing`` or ``held``, and ``by`` what holds it back.
    """

    title: str
    surface: str
    state: str
    severity: str
    sev: str
    owner: str
    since: float
    """In seconds since 1970."""
    summary: str
    description: str
    runbook: str
    by: str


class GuardSeen(Struct, frozen=True):
    """A guard that sees what it looks for, and the alerts that it holds back now."""

    title: str
    kind: str
    surface: str
    description: str
    runbook: str
    holds: tuple[str, ...]


def alerts_seen(active: Sequence[ActiveAlert], service: str, delivery: Delivery) -> list[AlertSeen]:
    """What waits or fires of a service, but for guards; what is told stands first."""
    held = {_key(each.alert): each.by for each in delivery.held_back}
    found = [_alert(each, held.get(_key(each.labels), "")) for each in _of(active, service, guards=False)]
    order = ("firing", "held", "pending")
    return sorted(found, key=lambda each: (order.index(each.state), each.severity, each.sev, each.title))


def guards_seen(
    active: Sequence[ActiveAlert], program: Program, service: str, delivery: Delivery
) -> list[GuardSeen]:
    """The guards of a service that fire."""
    surfaces = {plan.slo.id: plan.slo.surface.value for plan in (each.plan for each in program.slos)}
    firing = (each for each in _of(active, service, guards=True) if each.state == "firing")
    found = [
        GuardSeen(
            title=name_of(each.labels),
            kind=each.labels[labels.GUARD],
            surface=surfaces.get(each.labels.get(labels.SLO_ID, ""), "data"),
            description=each.annotations.get("description", ""),
            runbook=each.annotations.get("runbook_url", ""),
            holds=tuple(
                name_of(held.alert) for held in delivery.held_back if held.by == name_of(each.labels)
            ),
        )
        for each in firing
    ]
    return sorted(found, key=lambda each: each.title)


def _of(active: Iterable[ActiveAlert], service: str, *, guards: bool) -> Iterator[ActiveAlert]:
    for alert in active:
        is_guard = alert.labels.get(labels.ROLE) == Role.GUARD.value
        if alert.labels.get(labels.SERVICE) == service and is_guard is guards:
            yield alert


def _alert(alert: ActiveAlert, by: str) -> AlertSeen:
    return AlertSeen(
        title=name_of(alert.labels),
        surface=alert.labels.get(labels.SURFACE, ""),
        state="held" if by and alert.state == "firing" else alert.state,
        severity=alert.labels.get(labels.SEVERITY, ""),
        sev=alert.labels.get(labels.SEV, ""),
        owner=alert.labels.get(labels.OWNER, ""),
        since=alert.active_at,
        summary=alert.annotations.get("summary", ""),
        description=alert.annotations.get("description", ""),
        runbook=alert.annotations.get("runbook_url", ""),
        by=by,
    )


def _key(alert: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(alert.items()))
