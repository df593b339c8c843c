"""What there is to see at a moment, by what both servers answer, and how the page is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from slo_compiler.demo.alerts_seen import AlertSeen, GuardSeen, alerts_seen, guards_seen
from slo_compiler.demo.slos_seen import (
    DriftSeen,
    SloSeen,
    drift_seen,
    drifts_of,
    everything,
    recorded_of,
    slo_seen,
)
from slo_compiler.incident import words
from slo_compiler.incident.asking import Unanswered
from slo_compiler.incident.delivery import Delivery, delivery_of
from slo_compiler.incident.live import asking
from slo_compiler.incident.triage import Triage, triage
from slo_compiler.prometheus.alertmanager import Alertmanager
from slo_compiler.prometheus.client import Prometheus
from slo_compiler.prometheus.failure import Failure
from slo_compiler.rules.program import Program


class Sighting(Struct, frozen=True):
    """All of it, at one moment in seconds since 1970."""

    at: float
    slos: tuple[SloSeen, ...]
    drifts: tuple[DriftSeen, ...]
    alerts: tuple[AlertSeen, ...]
    guards: tuple[GuardSeen, ...]
    triage: Triage

    def as_document(self) -> dict[str, Any]:
        """Plain values, as JSON has them."""
        return {
            "at": self.at,
            "slos": to_builtins(self.slos),
            "drifts": to_builtins(self.drifts),
            "alerts": to_builtins(self.alerts),
            "guards": to_builtins(self.guards),
            "verdict": _verdict(self.triage),
        }


def look(
    program: Program, service: str, prometheus: Prometheus, alertmanager: Alertmanager, at: float
) -> Sighting:
    """Ask both servers what they have now, and triage what Prometheus has.

    Raises:
        Unanswered: one of them gave no answer.
    """
    ask = asking(prometheus, at)
    recorded = recorded_of(ask(everything(program, service)))
    found = triage(program, service, ask, at)
    active = prometheus.alerts()
    delivery = delivery_of(alertmanager, service, found.firing)
    if isinstance(active, Failure):
        raise Unanswered(active.message)
    if not isinstance(delivery, Delivery):
        raise Unanswered(delivery.message)
    return Sighting(
        at,
        tuple(slo_seen(lowered.plan, recorded) for lowered in program.slos),
        tuple(drift_seen(drift, subject, recorded) for drift, subject in drifts_of(program)),
        tuple(alerts_seen(active.value, service, delivery)),
        tuple(guards_seen(active.value, program, service, delivery)),
        replace(found, held_back=delivery.held_back, unheard=delivery.unheard),
    )


def _verdict(found: Triage) -> dict[str, Any]:
    return {
        "surface": found.verdict.surface,
        "cause": found.verdict.cause,
        "headline": words.headline(found),
        "doubts": [*words.doubts(found)],
        "steps": [*_steps(found)],
    }


def _steps(found: Triage) -> Iterator[dict[str, Any]]:
    for step in found.steps:
        yield {
            "surface": step.surface.value,
            "state": words.state_of(step),
            "findings": [
                {
                    "what": each.what,
                    "state": each.state.value,
                    "value": each.value,
                    "reason": each.reason,
                    "query": " ".join(each.query.split()),
                }
                for each in step.findings
            ],
        }
