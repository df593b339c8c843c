"""A live Alertmanager with the generated configuration: who waits, and who is heard.

Each scene is a service of its own, so that one server has them all at once.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from slo_compiler.rules.program import alert_labels
from tests.compiling import Document, drift, ml_spec, program_of, quality, slo, texts_of
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.server import Server

LATENCY: Final = {"latency": {"histogram": "request_seconds", "threshold": 1}}
LAGGING: Final = {"quality": {"labels": {"lag": "6h"}, "slices": ["country"]}}
SHIELD: Final = {"guardrail": {"name": "shield"}}
BURN: Final = "ErrorBudgetBurn"


def service(name: str, **keys: Any) -> Document:
    return ml_spec(
        name,
        slo(),
        slo("latency", objective="99%", indicator=LATENCY),
        quality(indicator=LAGGING),
        slo("freshness", surface="data", indicator={"probe": "fresh"}),
        slo("shield", indicator=SHIELD),
        drift=[drift(), drift("others")],
        guards={"cold_start": {"ready": "ready", "restarts": "restarts"}},
        **keys,
    )


class Scene(NamedTuple):
    """What fires, and what of it waits: ids without the service, and names of alerts."""

    waiting: frozenset[str]
    heard: frozenset[str]
    triage: bool = True


def scene(waiting: str, heard: str, *, triage: bool = True) -> Scene:
    return Scene(frozenset(waiting.split(", ")) - {""}, frozenset(heard.split(", ")), triage)


SCENES: Final = {
    "nothing-but-symptoms": scene("", "inputs DriftVirtual, quality BurnFast, freshness BurnFast"),
    "serving": scene(
        "inputs DriftVirtual, inputs DriftReal, quality BurnFast, freshness BurnMedium",
        "availability BurnFast, shield BurnFast, inputs DetectorStale, quality GuardStuck",
    ),
    "serving-without-triage": scene("", "availability BurnFast, quality BurnFast", triage=False),
    "slow-answers": scene(
        "inputs DriftVirtual, inputs DriftReal, quality BurnMedium",
        "latency BurnFast, quality BurnFast",
    ),
    "a-ticket-of-serving": scene("", "availability BurnSlow, quality BurnFast"),
    "serving-not-measured": scene("", "availability IndicatorAbsent, quality BurnFast"),
    "security": scene("", "shield BurnFast, shield BurnMedium, shield BurnSlow, quality BurnFast"),
    "detector-moved": scene(
        "inputs DriftVirtual, inputs DriftUnclassified, inputs DriftBroad",
        "inputs GuardDetectorMoved, inputs DriftReal, inputs DetectorStale, others DriftVirtual, "
        "quality BurnFast",
    ),
    "spec-moved": scene("inputs DriftVirtual", "inputs GuardSpecMoved, inputs DriftReal, others DriftBroad"),
    "season": scene("inputs DriftVirtual", "inputs GuardSeasonality, quality BurnFast, inputs DriftReal"),
    "label-lag": scene(
        "quality BurnFast, quality BurnSlow, quality QualitySliceBurn",
        "quality GuardLabelLag, quality IndicatorAbsent, latency BurnSlow, inputs DetectorStale",
    ),
    "cold-start": scene(
        "latency BurnFast, latency BurnMedium", "latency GuardColdStart, availability BurnFast"
    ),
    "stuck-guard": scene("", "quality GuardStuck, quality BurnFast, inputs DriftVirtual"),
}
SPECS: Final = [service(name, triage=each.triage) for name, each in SCENES.items()]


def labels_of_all() -> dict[str, dict[str, str]]:
    """The labels of every alert as Prometheus would send it, by its id and name."""
    labels: dict[str, dict[str, str]] = {}
    for subject, alert in program_of(*SPECS).alerts():
        name = f"{subject.id} {alert.alert.replace(BURN, 'Burn')}"
        sent = {
            label: "at-run-time" if value is None else value for label, value in alert_labels(alert).items()
        }
        labels.setdefault(name, sent)
    return labels


def waiting(server: Server, expected: set[str], names: dict[frozenset[tuple[str, str]], str]) -> set[str]:
    """Which alerts are held back, at the latest after a while: the server heeds sources as they come."""
    held: set[str] = set()
    for _ in range(100):
        alerts = server.get("/api/v2/alerts")
        held = {
            names[frozenset(alert["labels"].items())] for alert in alerts if alert["status"]["inhibitedBy"]
        }
        if held == expected and len(alerts) == len(names):
            break
        time.sleep(0.05)
    return held


@pytest.mark.slow
def test_who_waits_and_who_is_heard(alertmanager: Alertmanager, tmp_path: Path) -> None:
    every = labels_of_all()
    chosen = {
        f"{name}:{each}": every[f"{name}:{each}"]
        for name, told in SCENES.items()
        for each in told.waiting | told.heard
    }
    config = texts_of(*SPECS)["alertmanager/alertmanager.yaml"]
    expected = {f"{name}:{each}" for name, told in SCENES.items() for each in told.waiting}
    names = {frozenset(labels.items()): name for name, labels in chosen.items()}
    with alertmanager.serve(tmp_path, config) as server:
        server.post("/api/v2/alerts", [{"labels": labels} for labels in chosen.values()])
        held = waiting(server, expected, names)
    assert held == expected


@pytest.mark.slow
def test_a_guard_notifies_nobody(alertmanager: Alertmanager, tmp_path: Path) -> None:
    guards = {name: labels for name, labels in labels_of_all().items() if labels["ml_role"] == "guard"}
    config = texts_of(*SPECS)["alertmanager/alertmanager.yaml"]
    with alertmanager.serve(tmp_path, config) as server:
        server.post("/api/v2/alerts", [{"labels": labels} for labels in guards.values()])
        alerts = server.get("/api/v2/alerts")
    assert {receiver["name"] for alert in alerts for receiver in alert["receivers"]} == {"nobody"}
    assert len(alerts) == len(guards) == len(SCENES) * 8
