"""What drifts become: who is told of what, and where the evidence is looked for."""

from __future__ import annotations

from typing import Any, Final

import pytest

from slo_compiler.model import labels
from slo_compiler.rules.ir import AlertingRule
from tests.compiling import (
    ML_OWNERS,
    alerts_of,
    checks_of,
    compile_specs,
    drift,
    ml_spec,
    program_of,
    quality,
    records_of,
)

OWNERS: Final = {"serving": "platform", "data": "platform", "model": "payments"}


def alerts(**keys: Any) -> dict[str, AlertingRule]:
    """The alerts of the one drift of a spec, by their names."""
    found = alerts_of(program_of(ml_spec("s", drift=[drift(**keys)], owners=OWNERS)))
    prefix = "s:inputs "
    return {name.removeprefix(prefix): alert for name, alert in found.items() if name.startswith(prefix)}


def record(metric: str, **keys: Any) -> str:
    return records_of(program_of(ml_spec("s", drift=[drift(**keys)])))[f"s:inputs {metric}"].expr


def test_no_drift_pages_by_itself() -> None:
    pages = {name for name, alert in alerts().items() if alert.labels.get("severity") == "page"}
    assert pages == {"DriftReal"}


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        pytest.param("DriftVirtual", ("SEV3", "ticket", "data", "platform"), id="virtual drift"),
        pytest.param("DriftReal", ("SEV2", "page", "model", "payments"), id="real drift"),
        pytest.param("DriftUnclassified", ("SEV3", "ticket", "data", "platform"), id="unclassified drift"),
        pytest.param("DriftBroad", ("SEV3", "ticket", "data", "platform"), id="broad drift"),
        pytest.param("DetectorStale", ("SEV3", "ticket", "data", "platform"), id="a dead detector"),
    ],
)
def test_how_severe_it_is_and_who_is_told(alert: str, expected: tuple[str, ...]) -> None:
    found = alerts()[alert].labels
    assert tuple(found[label] for label in ("sev", "severity", "surface", "owner")) == expected


@pytest.mark.parametrize(
    ("labelled", "words"),
    [
        pytest.param({}, "the model is still valid for what it sees. Do not", id="labels that come at once"),
        pytest.param(
            {"lag": "6h"},
            "the model was still valid for what it saw 6h ago, of which labels have come. While the drift is "
            "younger than that, look at the prediction distribution and at business proxies too. Do not",
            id="late labels",
        ),
        pytest.param(
            {"lag": "2d", "mode": "cohort"},
            "the model was still valid for what it saw 2d ago, of which",
            id="a cohort",
        ),
    ],
)
def test_quality_speaks_for_the_time_of_which_labels_have_come(labelled: dict[str, str], words: str) -> None:
    judge = quality(indicator={"quality": {"labels": labelled}})
    found = alerts_of(program_of(ml_spec("s", judge, owners=OWNERS)))["s:inputs DriftVirtual"]
    assert words in found.annotations["description"]


def test_the_drift_of_predictions_is_the_model_s() -> None:
    told = {alert.labels.get("owner", "nobody") for alert in alerts(kind="prediction").values()}
    assert told == {"payments", "nobody"}


def test_the_drift_of_labels_is_a_kind_of_its_own() -> None:
    assert set(alerts(kind="label")) >= {"DriftOfLabels", "DriftBroad", "DetectorStale"}
    assert set(alerts(kind="label")).isdisjoint({"DriftVirtual", "DriftReal", "DriftUnclassified"})


def test_a_drift_is_told_by_labels_that_no_number_changes() -> None:
    assert alerts()["DriftReal"].labels == {
        "service": "s",
        "ml_signal": "inputs",
        "ml_signal_id": "s:inputs",
        "ml_role": "symptom",
        "surface": "model",
        "severity": "page",
        "sev": "SEV2",
        "owner": "payments",
    }


def test_the_rest_of_the_contract_is_found_beside_the_score() -> None:
    score = 'ml_drift_score{model="m", detector=~"psi.*", kind="input", feature!="id", job="drift"}'
    assert record("ml:drift:ratio", score=score) == (
        f"max by (feature, slice) (({score} / ml_drift_threshold"
        '{model="m", detector=~"psi.*", kind="input", feature!="id", job="drift"}) >= 0)'
    )
    expr = alerts(score=score)["DetectorStale"].expr
    detector = '{model="m", detector=~"psi.*", job="drift"}'
    assert expr.splitlines()[0] == (
        f"(time() - max(ml_detector_last_run_timestamp_seconds{detector}) > 10800)"
    )


def test_without_a_score_it_is_that_of_the_model() -> None:
    named = program_of(ml_spec("s", drift=[drift(kind="prediction")], model="m"))
    expr = records_of(named)["s:inputs ml:drift:ratio"].expr
    assert 'ml_drift_score{model="m",kind="prediction"}' in expr
    assert 'ml_drift_score{model="s",kind="input"}' in record("ml:drift:ratio")


def test_any_gauge_may_be_a_score() -> None:
    keys = {"score": 'psi{model="a"}', "threshold": 0.2, "by": ["column"]}
    assert record("ml:drift:ratio", **keys) == 'max by (column) ((psi{model="a"} / 0.2) >= 0)'
    assert alerts(**keys)["DetectorStale"].expr == (
        'absent(last_over_time(ml:drift:ratio{ml_signal_id="s:inputs"}[3h]))'
    )


def test_a_detector_is_dead_after_three_missed_runs() -> None:
    assert "> 259200)" in alerts(cadence="1d")["DetectorStale"].expr


def test_a_gauge_of_quality_is_judged_by_its_burn_rate() -> None:
    """Slices of time are no independent events, of which chance could make some bad."""
    accuracy = {"threshold": {"gauge": "accuracy", "at_least": 0.9}}
    program = program_of(ml_spec("s", quality(indicator=accuracy, surface="model")))
    assert records_of(program)["s:inputs ml:quality_burn:lower_bound"].expr == (
        'max(slo:burn_rate:ratio{slo_id="s:quality"})'
    )


def test_without_an_slo_that_judges_it_drift_cannot_be_classified() -> None:
    program = program_of(ml_spec("s", drift=[{"name": "inputs"}]))
    assert {name for name in alerts_of(program) if name.startswith("s:inputs Drift")} == {
        "s:inputs DriftUnclassified",
        "s:inputs DriftBroad",
    }


def test_a_drift_is_nothing_to_complain_of() -> None:
    assert checks_of(compile_specs(ml_spec(owners=ML_OWNERS))) == []


def test_a_changed_drift_changes_its_hash_alone() -> None:
    def hashes(**keys: Any) -> dict[str, str]:
        program = program_of(ml_spec("s", drift=[drift(**keys), drift("others", kind="label")]))
        infos = {name: rule for name, rule in records_of(program).items() if name.endswith("slo:spec_info")}
        return {name: rule.labels[labels.SPEC_HASH] for name, rule in infos.items()}

    before, after = hashes(threshold=0.1), hashes(threshold=0.2)
    assert {name for name in before if before[name] != after[name]} == {"s:inputs slo:spec_info"}
