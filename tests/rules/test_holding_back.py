"""Which alerts of a model hold back which: silence first, that is what must never be held back."""

from __future__ import annotations

from typing import Any, Final

import pytest

from slo_compiler.rules.inhibition import inhibits
from slo_compiler.rules.matchers import Labels
from slo_compiler.rules.program import Program, alert_labels
from slo_compiler.rules.routing import route
from tests.compiling import defaults, drift, ml_spec, program_of, quality, slo, spec, texts_of

LATENCY: Final = {"latency": {"histogram": "request_seconds", "threshold": 1}}
SHIELD: Final = {"guardrail": {"name": "shield"}}


def a_model(service: str = "scorer", **keys: Any) -> Any:
    return ml_spec(
        service,
        slo(),
        slo("latency", objective="99%", indicator=LATENCY),
        quality(),
        slo("freshness", surface="data", objective="99%", indicator={"probe": "fresh"}),
        slo("shield", objective="99%", indicator=SHIELD),
        **keys,
    )


def labels_of(program: Program, **at_run_time: str) -> dict[str, Labels]:
    """The labels of all alerts, by the id of what they are about and their names."""
    return {
        f"{subject.id} {alert.alert}": {
            name: at_run_time.get(name, "any") if value is None else value
            for name, value in alert_labels(alert).items()
        }
        for subject, alert in program.alerts()
    }


def held_back(program: Program, source: str, **at_run_time: str) -> set[str]:
    """All that an alert holds back."""
    assert program.notification is not None
    alerts = labels_of(program, **at_run_time)
    return {
        name
        for name, target in alerts.items()
        for rule in program.notification.inhibit_rules
        if inhibits(rule, alerts[source], target)
    }


PROGRAM: Final = program_of(a_model(), a_model("other"), a_model("apart", triage=False))
ALERTS: Final = labels_of(PROGRAM)
BURN: Final = "ErrorBudgetBurn"


def of(service: str, *names: str) -> set[str]:
    return {f"{service}:{name}" for name in names}


def test_security_and_the_monitoring_are_held_back_by_nothing() -> None:
    everything = set().union(*(held_back(PROGRAM, source) for source in ALERTS))
    heard = {name for name, labels in ALERTS.items() if labels["ml_role"] in ("security", "monitor", "guard")}
    assert len(heard) > 10
    assert everything & heard == set()


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(f"scorer:availability {BURN}Slow", id="a ticket of serving"),
        pytest.param("scorer:availability IndicatorAbsent", id="serving that is not measured"),
        pytest.param(f"scorer:quality {BURN}Fast", id="a page of the model"),
        pytest.param(f"scorer:freshness {BURN}Fast", id="a page of the data"),
        pytest.param(f"scorer:shield {BURN}Fast", id="a page of security on the serving surface"),
        pytest.param(f"apart:availability {BURN}Fast", id="a page of a service without triage"),
        pytest.param("scorer:inputs DriftReal", id="a real drift"),
    ],
)
def test_what_holds_back_nothing_of_other_slos(source: str) -> None:
    own = source.split(" ", maxsplit=1)[0]
    assert {name for name in held_back(PROGRAM, source) if not name.startswith(f"{own} ")} == set()


def test_a_page_of_serving_holds_back_data_and_model_of_its_service() -> None:
    expected = {
        name
        for name, labels in ALERTS.items()
        if labels["service"] == "scorer"
        and labels.get("surface") in ("data", "model")
        and labels["ml_role"] == "symptom"
    }
    assert expected > of("scorer", f"quality {BURN}Fast", f"freshness {BURN}Slow", "inputs DriftVirtual")
    held = held_back(PROGRAM, f"scorer:availability {BURN}Fast")
    assert {name for name in held if not name.startswith("scorer:availability ")} == expected


def test_slow_answers_hold_back_no_wrong_ones_at_scale() -> None:
    """A SEV2 of latency leaves the SEV1 of quality alone, and holds back what is no more severe."""
    held = held_back(PROGRAM, f"scorer:latency {BURN}Fast")
    assert f"scorer:quality {BURN}Fast" not in held
    assert of("scorer", f"quality {BURN}Medium", "inputs DriftReal", "inputs DriftVirtual") <= held


LAGGING: Final = {"quality": {"labels": {"lag": "6h"}, "slices": ["country"]}}
REPLICAS: Final = {"ready": "ready", "restarts": "restarts"}
GUARDED: Final = program_of(
    ml_spec(
        "scorer",
        slo(),
        slo("latency", objective="99%", indicator=LATENCY),
        quality(indicator=LAGGING),
        drift=[drift(), drift("others")],
        guards={"cold_start": REPLICAS},
    )
)
TICKETS_OF_DRIFT: Final = of("scorer", "inputs DriftVirtual", "inputs DriftUnclassified", "inputs DriftBroad")


def burns(name: str) -> set[str]:
    return of("scorer", *(f"{name} {BURN}{tier}" for tier in ("Fast", "Medium", "Slow")))


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("inputs GuardDetectorMoved", TICKETS_OF_DRIFT),
        ("inputs GuardSpecMoved", TICKETS_OF_DRIFT),
        ("inputs GuardSeasonality", TICKETS_OF_DRIFT),
        ("quality GuardLabelLag", burns("quality") | of("scorer", "quality QualitySliceBurn")),
        ("latency GuardColdStart", burns("latency")),
    ],
)
def test_a_guard_holds_back_what_it_explains_and_nothing_else(guard: str, expected: set[str]) -> None:
    assert expected == held_back(GUARDED, f"scorer:{guard}")


def test_a_cold_start_of_one_region_holds_back_nothing_of_another() -> None:
    regional = slo("latency", objective="99%", indicator=LATENCY, group_by=["region"])
    program = program_of(ml_spec("scorer", regional, drift=[], guards={"cold_start": REPLICAS}))
    assert program.notification is not None
    eu, us = (labels_of(program, region=region) for region in ("eu", "us"))
    guard, page = "scorer:latency GuardColdStart", f"scorer:latency {BURN}Fast"
    rules = program.notification.inhibit_rules
    assert not any(inhibits(rule, eu[guard], us[page]) for rule in rules)
    assert any(inhibits(rule, eu[guard], eu[page]) for rule in rules)


def test_a_page_of_one_region_alone_holds_back_nothing_of_the_whole() -> None:
    latency = slo("latency", indicator=LATENCY)
    program = program_of(ml_spec("scorer", slo(group_by=["region"]), latency, quality()))
    regional, whole = (
        held_back(program, f"scorer:{name} {BURN}Fast", region="eu") for name in ("availability", "latency")
    )
    assert not any(name.startswith("scorer:quality") for name in regional)
    assert any(name.startswith("scorer:quality") for name in whole)


def test_clusters_do_not_hold_back_each_other() -> None:
    program = program_of(a_model(), defaults=defaults(external_labels=["cluster"]))
    assert program.notification is not None
    eu, us = (labels_of(program, cluster=cluster) for cluster in ("eu", "us"))
    page, quality_page = f"scorer:availability {BURN}Fast", f"scorer:quality {BURN}Fast"
    rules = program.notification.inhibit_rules
    assert not any(inhibits(rule, eu[page], us[quality_page]) for rule in rules)
    assert any(inhibits(rule, eu[page], eu[quality_page]) for rule in rules)


GENERAL: Final = (
    spec("checkout", slo(), slo("latency", indicator=LATENCY)),
    spec(
        "search",
        slo(group_by=["region"]),
        slo("index", surface="model", indicator={"probe": "up"}),
        owners={"serving": "platform", "model": "payments"},
    ),
)


def test_without_machine_learning_nothing_speaks_of_it() -> None:
    assert [path for path, text in texts_of(*GENERAL).items() if "ml_" in text or "nobody" in text] == []


def test_beside_machine_learning_the_rules_of_other_services_do_not_change_by_a_byte() -> None:
    alone, beside = texts_of(*GENERAL), texts_of(*GENERAL, a_model())
    rules = {path: text for path, text in alone.items() if path.startswith("prometheus/")}
    assert {path: beside[path] for path in rules} == rules


def test_beside_machine_learning_the_ways_of_other_alerts_do_not_change() -> None:
    alone, beside = program_of(*GENERAL), program_of(*GENERAL, a_model())
    for name, labels in labels_of(alone, region="eu").items():
        ways = [route(each.notification.tree, labels) for each in (alone, beside) if each.notification]
        assert ways[0] == ways[1], name
        assert held_back(alone, name, region="eu") == held_back(beside, name, region="eu")
