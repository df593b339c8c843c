from __future__ import annotations

from typing import Final

from slo_compiler.emitters.explanation import explain
from slo_compiler.emitters.explanation_text import facts
from slo_compiler.emitters.signal_explanation import SignalAlert, explain_signals
from tests.compiling import Document, ml_spec, program_of, quality, slo, spec

LAGGING: Final = {"quality": {"labels": {"lag": "6h"}, "slices": ["country"]}}
LATENCY: Final = {"latency": {"histogram": "request_seconds", "threshold": 1}}


def alerts_of(id_: str) -> dict[str, SignalAlert]:
    program = program_of(ml_spec("s", slo(), quality(indicator=LAGGING)))
    (found,) = (each for each in explain_signals(program) if each.id == id_)
    return {alert.alert: alert for alert in found.alerts}


def test_without_machine_learning_there_is_nothing_to_explain() -> None:
    assert explain_signals(program_of(spec())) == []


def test_an_alert_is_told_with_its_severity_and_way() -> None:
    assert alerts_of("s:inputs")["DriftReal"] == SignalAlert("DriftReal", "page SEV2", "payments-page")
    assert alerts_of("s:quality")["QualitySliceBurn"].severity == "page SEV2"


def test_a_guard_is_told_with_what_it_holds_back() -> None:
    assert alerts_of("s:inputs")["GuardSpecMoved"] == SignalAlert(
        "GuardSpecMoved", "guard", "holds back DriftBroad, DriftUnclassified, DriftVirtual"
    )
    assert alerts_of("s:quality")["GuardLabelLag"].reaches == (
        "holds back ErrorBudgetBurnFast, ErrorBudgetBurnMedium, ErrorBudgetBurnSlow, QualitySliceBurn"
    )


def test_without_receivers_nothing_is_held_back() -> None:
    signals = explain_signals(program_of(ml_spec("s"), receivers=None))
    told = {alert.reaches for signal in signals for alert in signal.alerts if alert.severity == "guard"}
    assert told == {"holds back nothing: there is no receivers.yaml"}


def test_an_alert_that_a_guard_is_stuck_says_which() -> None:
    assert "GuardStuck (label_lag)" in alerts_of("s:quality")


def holding_back(*slos: Document, triage: bool = True) -> dict[str, str]:
    program = program_of(ml_spec("s", *slos, quality(), triage=triage))
    return {each.id: dict(facts(each)).get("holds back", "") for each in explain(program)}


def test_what_holds_back_nothing_says_so_by_silence() -> None:
    regional = slo("latency", indicator=LATENCY, group_by=["region"])
    shield = slo("shield", indicator={"guardrail": {"name": "shield"}})
    assert holding_back(regional, shield) == {"s:latency": "", "s:shield": "", "s:quality": ""}
    assert holding_back(slo(), triage=False)["s:availability"] == ""


def test_a_page_of_serving_says_what_waits() -> None:
    waiting = "while it pages, alerts of data and model of s that are no more severe"
    assert holding_back(slo())["s:availability"] == waiting


def test_a_cohort_is_told_to_be_late() -> None:
    cohort = {"quality": {"labels": {"mode": "cohort", "lag": "6h"}}}
    (explained,) = explain(program_of(ml_spec("s", quality(indicator=cohort), drift=[])))
    assert dict(facts(explained))["predictions are looked at"] == (
        "6h after they were made, when their labels have come: all times above are as much later, tier fast "
        "after 7h at the latest"
    )
