"""Which adapters are used, with which parameters, and what is refused."""

from __future__ import annotations

import pytest

from slo_compiler.adapters.choose import choose
from slo_compiler.model.adapter import AdapterRequest


def complaints(use: str, **given: str) -> list[str]:
    return [found.message.split(":")[0] for found in choose([AdapterRequest(use, given)])[1]]


@pytest.mark.parametrize(
    ("use", "name", "value"),
    [
        ("trustyai", "model_label", "model_name"),
        ("trustyai", "p_value", "0.001"),
        ("drift-watchdog", "psi_threshold", "25"),
        ("airflow", "remember", "1w2d"),
        ("litellm", "errors", "fail_open"),
        ("agentgateway", "guardrail", 'any "text" $origin'),
    ],
)
def test_a_value_is_taken(use: str, name: str, value: str) -> None:
    (chosen,), found = choose([AdapterRequest(use, {name: value})])
    assert (value, []) == (chosen.settings[name], found)


@pytest.mark.parametrize(
    ("use", "name", "value", "wanted"),
    [
        ("trustyai", "model_label", "model-name", "the name of a label"),
        ("trustyai", "model_label", "__name__", "the name of a label"),
        ("trustyai", "model_label", 'model", "x', "the name of a label"),
        ("trustyai", "p_value", "0", "between 0 and 1"),
        ("trustyai", "p_value", "1", "between 0 and 1"),
        ("trustyai", "p_value", "5%", "between 0 and 1"),
        ("trustyai", "p_value", "NaN", "between 0 and 1"),
        ("drift-watchdog", "psi_threshold", "0", "a number above 0"),
        ("drift-watchdog", "psi_threshold", "-1", "a number above 0"),
        ("drift-watchdog", "psi_threshold", "0.2 or vector(1)", "a number above 0"),
        ("airflow", "remember", "fortnight", "a duration"),
        ("airflow", "remember", "0s", "a duration"),
        ("litellm", "errors", "ignore", "one of error, fail_open"),
        ("agentgateway", "guardrail", "", "a text with something in it"),
    ],
)
def test_a_value_is_refused(use: str, name: str, value: str, wanted: str) -> None:
    assert [f"{name} of {use} is {value!r}, which is not {wanted}"] == complaints(use, **{name: value})


def test_what_is_not_given_has_its_default() -> None:
    (chosen,), _ = choose([AdapterRequest("trustyai", {"p_value": "0.01"})])
    assert {
        "model_label": "model",
        "p_value": "0.01",
        "fouriermmd_threshold": "0.8",
        "remember": "1w",
    } == chosen.settings


def test_with_a_fault_no_adapter_is_chosen() -> None:
    chosen, found = choose([AdapterRequest("feast"), AdapterRequest("faest")])
    assert ([], ["adapter/unknown"]) == (chosen, [each.check for each in found])
