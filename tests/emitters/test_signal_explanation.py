from __future__ import annotations

from typing import Any, Final

import pytest

from slo_compiler.emitters.explanation import explain
from slo_compiler.emitters.explanation_text import facts
from slo_compiler.emitters.signal_explanation import SignalAlert, SignalExplanation, explain_signals
from tests.compiling import Document, drift, ml_spec, program_of, quality, slo, spec

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


def signal_of(id_: str, **keys: Any) -> SignalExplanation:
    program = program_of(ml_spec("s", slo(), quality(indicator=LAGGING), **keys))
    (found,) = (each for each in explain_signals(program) if each.id == id_)
    return found


def test_who_owns_which_alert_of_a_signal() -> None:
    assert signal_of("s:inputs").owners == (
        (
            "payments, for the data surface: GuardStuck, DriftVirtual, DriftUnclassified, DriftBroad, "
            "DetectorStale"
        ),
        "payments, for the model surface: DriftReal",
    )


def test_why_an_alert_of_a_signal_is_as_severe() -> None:
    assert signal_of("s:inputs").severities == (
        (
            "SEV3 for GuardStuck, DriftVirtual, DriftUnclassified, DriftBroad, DetectorStale, "
            "as users notice nothing, so far as is known"
        ),
        "SEV2 for DriftReal, as quality is breached while something drifts",
    )


def test_what_an_alert_of_a_signal_waits_for() -> None:
    assert signal_of("s:inputs").waits == (
        "DriftReal while fast, medium of availability fires",
        (
            "DriftVirtual, DriftUnclassified, DriftBroad while GuardDetectorMoved, GuardSpecMoved, "
            "GuardSeasonality or fast, medium of availability fires"
        ),
    )
    assert signal_of("s:inputs", triage=False).waits == (
        (
            "DriftVirtual, DriftUnclassified, DriftBroad while GuardDetectorMoved, GuardSpecMoved, "
            "GuardSeasonality fires"
        ),
    )


def test_every_alert_says_why_it_is_as_severe_and_whose_it_is() -> None:
    """But guards, which are no incident and nobody's."""
    serving = {"running": "running", "progress": "tokens_total", "replicas": "wanted"}
    shield = slo("shield", indicator={"guardrail": {"name": "shield", "traffic": "requests_total"}})
    slos = (slo(), slo("latency", indicator=LATENCY), quality(indicator=LAGGING), shield)
    spec = ml_spec("s", *slos, serving=serving, drift=[drift(), drift("mix", kind="label")])
    alerts = [alert for _, alert in program_of(spec).alerts()]
    told = {alert.alert for alert in alerts if alert.because and alert.labels.get("owner")}
    guards = {alert.alert for alert in alerts if alert.labels["ml_role"] == "guard"}
    assert told == {alert.alert for alert in alerts} - guards
    assert not {alert.because for alert in alerts if alert.labels["ml_role"] == "guard"} - {""}


def facts_of(*slos: Document, **keys: Any) -> dict[str, list[tuple[str, str]]]:
    return {each.id: list(facts(each)) for each in explain(program_of(ml_spec("s", *slos, **keys)))}


@pytest.mark.parametrize(
    ("promised", "expected"),
    [
        (slo("it"), "SEV1 for fast, as users are hit at scale"),
        (slo("it", indicator=LATENCY), "SEV2 for fast, as slow answers are answers"),
        (
            slo("it", indicator={"guardrail": {"name": "shield"}}),
            "SEV2 for fast, as what passed a failing guardrail need not have done harm yet",
        ),
        (quality("it"), "SEV1 for fast, as users are hit at scale"),
        (
            quality("it", group_by=["country"]),
            "SEV2 for fast, as one group of the predictions is not all of them",
        ),
    ],
    ids=["requests", "latency", "a guardrail", "quality", "quality by group"],
)
def test_why_the_fastest_tier_is_as_severe(promised: Document, expected: str) -> None:
    told = facts_of(promised, drift=[])["s:it"]
    assert next(fact for name, fact in told if name == "severity") == expected


def test_tiers_wait_for_faster_ones_pages_of_serving_and_their_guard() -> None:
    told = facts_of(slo(), quality(indicator=LAGGING))["s:quality"]
    assert [fact for name, fact in told if name == "waits"] == [
        "fast while GuardLabelLag or fast of availability fires",
        "medium while fast, GuardLabelLag or fast, medium of availability fires",
        "slow while fast, medium, GuardLabelLag or fast, medium of availability fires",
        "IndicatorAbsent while fast, medium of availability fires",
    ]


def test_alerts_about_security_wait_for_nothing() -> None:
    shield = slo("shield", indicator={"guardrail": {"name": "shield"}})
    assert "waits" not in dict(facts_of(slo(), shield, drift=[])["s:shield"])


def holding_back(*slos: Document, triage: bool = True) -> dict[str, str]:
    program = program_of(ml_spec("s", *slos, quality(), triage=triage))
    return {each.id: dict(facts(each)).get("holds back", "") for each in explain(program)}


def test_what_holds_back_nothing_says_so_by_silence() -> None:
    regional = slo("latency", indicator=LATENCY, group_by=["region"])
    shield = slo("shield", indicator={"guardrail": {"name": "shield"}})
    assert holding_back(regional, shield) == {"s:latency": "", "s:shield": "", "s:quality": ""}
    assert holding_back(slo(), triage=False)["s:availability"] == ""


def test_a_page_of_serving_says_what_waits() -> None:
    waiting = "while it pages, alerts of the data and model surfaces of s that are no more severe"
    assert holding_back(slo())["s:availability"] == waiting


def test_a_cohort_is_told_to_be_late() -> None:
    cohort = {"quality": {"labels": {"mode": "cohort", "lag": "6h"}}}
    (explained,) = explain(program_of(ml_spec("s", quality(indicator=cohort), drift=[])))
    assert dict(facts(explained))["predictions are looked at"] == (
        "6h after they were made, when their labels have come: all times above are as much later, tier fast "
        "after 7h at the latest"
    )
