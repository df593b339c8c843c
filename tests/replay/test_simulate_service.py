"""What the playbook says of incidents of models, tried: false pages are silent, and true ones are heard."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from msgspec.structs import replace

from slo_compiler.model.alerting import Severity
from slo_compiler.model.incident import Incident, Phase, Signs
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import HOUR
from slo_compiler.replay.ml_catalogue import ML_CATALOGUE
from slo_compiler.replay.simulate_service import ServiceTrial, simulate_service, try_out_on
from slo_compiler.replay.traffic import steady
from slo_compiler.rules.signals.watched import Watched
from tests.compiling import Document, drift, ml_spec, program_of, quality, slo

BUSY: Final = steady(36_000)
LATENCY: Final = {"latency": {"histogram": 'request_seconds{job="scorer"}', "threshold": 1}}
LAGGING: Final = {"quality": {"labels": {"lag": "6h"}, "slices": ["country"]}}
SHIELD: Final = {"guardrail": {"name": "shield", "traffic": 'requests_total{job="scorer"}'}}
COLD: Final = {"ready": 'ready{job="scorer"}', "restarts": 'restarts_total{job="scorer"}'}
PROMISED: Final = (
    slo(),
    slo("latency", indicator=LATENCY),
    quality(objective="95%", indicator=LAGGING),
    slo("shield", indicator=SHIELD),
)
DRIFTS: Final = [drift(), {"name": "classes", "kind": "label"}]


def watched(**keys: object) -> Watched:
    """A service with all that incidents are about."""
    spec: Document = ml_spec("scorer", *PROMISED, **{"drift": DRIFTS, "guards": {"cold_start": COLD}, **keys})
    (only,) = program_of(spec).watched
    return only


EVERYTHING: Final = watched()
OFF: Final = dict.fromkeys(("detector_moved", "spec_moved", "label_lag", "cold_start", "seasonality"), False)


class Told(NamedTuple):
    """What the first page is, which tickets there are, and which guards hold back anything."""

    page: str = ""
    tickets: frozenset[str] = frozenset()
    guards: frozenset[str] = frozenset()


def told(page: str = "", tickets: str = "", guards: str = "") -> Told:
    ticket_names, guard_names = (frozenset(each.split(", ")) - {""} for each in (tickets, guards))
    return Told(page, ticket_names, guard_names)


PLAYBOOK: Final = {
    "drift-without-quality-loss": told(tickets="inputs DriftVirtual"),
    "drift-with-quality-loss": told("inputs DriftReal", tickets="inputs DriftVirtual"),
    "drift-of-everything": told(tickets="inputs DriftVirtual, inputs DriftBroad"),
    "drift-of-labels": told(tickets="classes DriftOfLabels"),
    "detector-moved": told(guards="detector_moved"),
    "detector-moved-in-drift": told(tickets="inputs DriftVirtual", guards="detector_moved"),
    "detector-dead": told(tickets="inputs DetectorStale, classes DetectorStale"),
    "rules-changed": told(guards="spec_moved"),
    "seasonal-shift": told(guards="seasonality"),
    "label-lag": told(guards="label_lag"),
    "model-broken": told("quality fast", tickets="quality slow"),
    "cold-start": told(guards="cold_start"),
    "rollout-broken": told("latency fast", tickets="latency slow", guards="cold_start"),
    "outage-and-drift": told("availability fast", tickets="availability slow, latency slow"),
    "guardrail-fails-open": told("shield GuardrailFailOpen"),
    "guardrail-bypassed": told("shield GuardrailBypassed"),
}


@pytest.fixture(scope="module")
def trials() -> dict[str, ServiceTrial]:
    return {each.name: try_out_on(EVERYTHING, each, BUSY, draws=1) for each in ML_CATALOGUE}


@pytest.mark.parametrize("name", PLAYBOOK)
def test_an_incident_is_told_as_the_playbook_says(name: str, trials: dict[str, ServiceTrial]) -> None:
    trial = trials[name]
    pages = trial.told(Severity.PAGE)
    guards = {"detector_moved", "spec_moved", "label_lag", "cold_start", "seasonality"}
    found = Told(
        page=pages[0] if pages else "",
        tickets=frozenset(trial.told(Severity.TICKET)),
        guards=frozenset(held.by for held in trial.held_back()) & guards,
    )
    assert PLAYBOOK[name] == found


def test_all_of_the_catalogue_is_in_the_playbook_and_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulate.md").read_text(encoding="utf-8")
    assert list(PLAYBOOK) == [each.name for each in ML_CATALOGUE]
    assert [] == [each.name for each in ML_CATALOGUE if f"| `{each.name}` | {each.description} |" not in page]


def test_the_page_of_real_drift_comes_when_quality_is_surely_breached(
    trials: dict[str, ServiceTrial],
) -> None:
    """At a burn rate of 8 the budget burns too fast for two hours from the first quarter of an hour on."""
    (outcome,) = trials["drift-with-quality-loss"].outcomes
    assert outcome.detected is not None
    assert 15 * 60 < outcome.detected < 25 * 60


def test_a_drift_that_a_moved_detector_hid_is_told_when_the_guard_has_ended(
    trials: dict[str, ServiceTrial],
) -> None:
    trial = trials["detector-moved-in-drift"]
    (held,) = trial.held_back()
    assert 3600 == pytest.approx(held.lasted, abs=60)
    assert trial.outcomes[0].detected == pytest.approx(held.after + held.lasted)


def test_while_the_request_path_pages_a_drift_waits(trials: dict[str, ServiceTrial]) -> None:
    held = {(each.alert, each.by) for each in trials["outage-and-drift"].held_back()}
    assert ("inputs DriftVirtual", "pages of availability") in held


@pytest.mark.parametrize(
    ("name", "alert"),
    [
        ("detector-moved", "inputs DriftVirtual"),
        ("rules-changed", "inputs DriftVirtual"),
        ("seasonal-shift", "inputs DriftVirtual"),
        ("label-lag", "quality fast"),
        ("cold-start", "latency fast"),
    ],
)
def test_without_its_guard_a_false_page_is_heard(name: str, alert: str) -> None:
    incident = next(each for each in ML_CATALOGUE if each.name == name)
    trial = try_out_on(watched(guards=OFF), incident, BUSY, draws=1)
    assert trial.told()[0] == alert
    assert 0 == trial.measures.precision


@pytest.mark.parametrize(
    ("errors", "surface", "expected"),
    [(Fraction(1), Surface.SERVING, Severity.PAGE), (Fraction(1, 100), Surface.MODEL, None)],
    ids=["all requests fail", "a few more predictions are wrong"],
)
def test_what_nobody_says_an_incident_is_worth_the_tiers_do(
    errors: Fraction, surface: Surface, expected: Severity | None
) -> None:
    mine = Incident("mine", "", (Phase(HOUR, errors=errors, signs=Signs(surface)),))
    assert expected is try_out_on(EVERYTHING, mine, BUSY, draws=1).worth


def test_a_healthy_service_is_silent_and_what_it_has_nothing_of_is_not_tried() -> None:
    bare = replace(EVERYTHING, plans=EVERYTHING.plans[:1], service=replace(EVERYTHING.service, drifts=()))
    simulation = simulate_service(bare, ML_CATALOGUE, BUSY)
    assert (0, 0) == (simulation.false_pages, simulation.false_tickets)
    assert [] == list(simulation.trials)
    assert set(PLAYBOOK) == {each.name for each in simulation.not_tried}


def test_the_alerts_that_no_incident_is_about_are_named() -> None:
    spec = ml_spec("llm", slo(), drift=[], serving={"running": "running", "progress": "tokens_total"})
    (watched,) = program_of(spec).watched
    assert ("EngineStalled", "TelemetryMissing") == simulate_service(watched, (), steady(360)).left_out
