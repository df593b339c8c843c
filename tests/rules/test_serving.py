"""Signals of serving, guardrails and telemetry: how severe they are, who is told, what makes them."""

from __future__ import annotations

from typing import Any, Final

import pytest

from slo_compiler.rules.ir import AlertingRule
from tests.compiling import (
    RECEIVERS,
    alerts_of,
    checks_of,
    compile_specs,
    defaults,
    ml_spec,
    program_of,
    records_of,
    slo,
    spec,
    texts_of,
)

OWNERS: Final = {"serving": "platform", "data": "platform", "model": "payments"}
SERVING: Final = {"running": "running", "progress": "tokens_total", "replicas": "wanted"}


def shield(**keys: Any) -> dict[str, Any]:
    return slo("shield", indicator={"guardrail": {"name": "shield", "traffic": "requests_total", **keys}})


SPEC: Final = ml_spec("s", slo(), shield(), owners=OWNERS, drift=[], serving=SERVING, deployed="deployed")
ALERTS: Final = alerts_of(program_of(SPEC))


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        ("s:serving EngineStalled", ("SEV1", "page", "serving", "platform", "symptom")),
        ("s:serving AutoscalerThrash", ("SEV3", "ticket", "serving", "platform", "symptom")),
        ("s:shield GuardrailFailOpen", ("SEV2", "page", "serving", "platform", "security")),
        ("s:shield GuardrailBypassed", ("SEV2", "page", "serving", "platform", "security")),
        ("s:shield GuardrailBlocksMore", ("SEV3", "ticket", "serving", "platform", "security")),
        ("s:telemetry TelemetryMissing", ("SEV3", "ticket", "serving", "platform", "monitor")),
    ],
)
def test_how_severe_it_is_and_who_is_told(alert: str, expected: tuple[str, ...]) -> None:
    found = ALERTS[alert].labels
    assert tuple(found[label] for label in ("sev", "severity", "surface", "owner", "ml_role")) == expected


def guardrail_owners(*specs: dict[str, str], **shared: Any) -> set[str]:
    (said,) = specs
    program = program_of(spec("s", shield(), owners=said), **shared)
    return {alert.labels["owner"] for subject, alert in program.alerts() if subject.id == "s:shield"}


def test_whoever_answers_for_security_answers_for_guardrails() -> None:
    assert guardrail_owners({"serving": "platform"}) == {"platform"}
    assert guardrail_owners({"serving": "platform", "security": "payments"}) == {"payments"}


def test_security_of_the_defaults_comes_after_that_of_the_spec() -> None:
    shared = {"defaults": defaults(owners={"security": "payments"})}
    assert guardrail_owners({"serving": "platform"}, **shared) == {"payments"}
    assert guardrail_owners({"serving": "platform", "security": "platform"}, **shared) == {"platform"}


def test_security_changes_nothing_of_what_is_no_guardrail() -> None:
    assert texts_of(spec(owners={"serving": "platform", "security": "payments"})) == texts_of(spec())


def test_a_security_owner_whom_nothing_reaches_is_told_of() -> None:
    unknown = spec("s", shield(), owners={"serving": "platform", "security": "nobody"})
    assert "owner/unreachable" in checks_of(compile_specs(unknown, receivers=RECEIVERS))


def counted(alert: AlertingRule) -> str:
    return alert.expr.split("increase(", 1)[1].split("[", 1)[0]


def test_a_guardrail_of_its_own_counters_is_watched_where_they_are_named() -> None:
    own = {"bad": 'checks{status="error"}', "total": "checks"}
    plain = slo("shield", indicator={"guardrail": own})
    named = slo("shield", indicator={"guardrail": {**own, "fail_open": 'checks{status="open"}'}})
    silent, watched = (alerts_of(program_of(spec("s", each))) for each in (plain, named))
    assert {name for name in silent if "Guardrail" in name} == set()
    assert {name for name in watched if "Guardrail" in name} == {"s:shield GuardrailFailOpen"}
    assert counted(watched["s:shield GuardrailFailOpen"]) == 'checks{status="open"}'


def test_a_detector_that_no_guard_looks_at_is_not_missed() -> None:
    def missed(**guards: bool) -> set[str]:
        program = program_of(ml_spec("s", guards=guards))
        return {
            alert.labels["ml_evidence"] for _, alert in program.alerts() if alert.alert == "TelemetryMissing"
        }

    assert missed(detector_moved=True) == {"inputs.detector", "inputs.last_run"}
    assert missed(detector_moved=False) == {"inputs.last_run"}


def test_without_serving_no_tail_is_recorded() -> None:
    latency = slo("latency", indicator={"latency": {"histogram": "h", "threshold": 1}})
    without = records_of(program_of(ml_spec("s", latency, drift=[])))
    watched = records_of(program_of(ml_spec("s", latency, drift=[], serving=SERVING)))
    assert {name for name in watched.keys() - without.keys() if name.startswith("s:latency")} == {
        "s:latency slo:latency:p50",
        "s:latency slo:latency:p99",
        "s:latency slo:latency_tail:ratio",
    }


def test_a_page_tells_the_surface_by_a_query_and_never_by_a_label() -> None:
    page = ALERTS["s:availability ErrorBudgetBurnFast"]
    assert 'query `ml:surface{service="s"}`' in page.annotations["attribution"]
    assert "cause" not in page.labels
