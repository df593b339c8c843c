"""The data files of the adapters keep to the contract and their own parameters, and the docs to them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from slo_compiler.adapters.catalogue import catalogue
from slo_compiler.adapters.choose import choose
from slo_compiler.checks.rules import check_rules
from slo_compiler.model.adapter import Adapter, AdapterRequest, AdapterRule
from slo_compiler.model.contract import BY_NAME
from slo_compiler.model.defaults import Defaults
from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.release import RELEASES, Release
from slo_compiler.rules.adapting import adapt
from slo_compiler.rules.program import Program
from tests.adapters.examples import ALL, adapter_rules, compile_adapters

ADAPTERS = [pytest.param(adapter, id=id_) for id_, adapter in catalogue().items()]
BUILT_IN = {"interval", "interval_seconds"}
PAGE = (Path(__file__).parents[2] / "docs" / "adapters.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_only_metrics_of_the_contract_are_recorded(adapter: Adapter) -> None:
    """And series that only the adapter itself reads, which a colon tells apart."""
    assert [] == [
        rule.record for rule in adapter.rules if rule.record not in BY_NAME and ":" not in rule.record
    ]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_static_labels_are_those_of_the_contract(adapter: Adapter) -> None:
    for rule in adapter.rules:
        if rule.record in BY_NAME:
            metric = BY_NAME[rule.record]
            assert set() == set(rule.labels) - set(metric.labels)
            literal = {name: value for name, value in rule.labels.items() if not value.startswith("$")}
            assert {} == {
                name: value
                for name, value in literal.items()
                if name in metric.values and value not in metric.values[name]
            }


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_choices_are_values_of_the_contract(adapter: Adapter) -> None:
    allowed = {value for metric in BY_NAME.values() for values in metric.values.values() for value in values}
    assert set() == {choice for each in adapter.parameters.values() for choice in each.choices} - allowed


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_every_parameter_is_used_and_every_placeholder_a_parameter(adapter: Adapter) -> None:
    used = {
        name
        for rule in adapter.rules
        for text in (rule.expr, *rule.labels.values())
        for name in re.findall(r"\$([a-z][a-z_]*)", text)
    }
    assert set(adapter.parameters) == {name.removesuffix("_seconds") for name in used - BUILT_IN}


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_every_default_is_a_value_that_may_be_given(adapter: Adapter) -> None:
    given = {name: parameter.default for name, parameter in adapter.parameters.items()}
    _, found = choose([AdapterRequest(adapter.id, given)])
    assert [] == found


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_counters_of_instances_are_not_added_up(adapter: Adapter) -> None:
    """A sum over instances falls when one restarts, which increase() takes for a reset of all of it."""
    counters = [rule for rule in adapter.rules if rule.record in BY_NAME and "_total" in rule.record]
    read = [rule.expr for rule in counters if not rule.expr.startswith("sum by (guardrail, phase) (")]
    assert [] == [expr for expr in read if re.search(r"\bsum (by )?\((?!\s*label)", expr)]


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_our_own_checker_takes_every_expression_for_every_release(release: Release) -> None:
    program = compile_adapters(ALL).program
    assert program is not None
    rules = [rule for adapted in program.adapted for rule in adapted.group.rules]
    assert [] == [rule.expr for rule in rules if not isinstance(parse(rule.expr, release), Expression)]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_the_page_says_all_that_the_data_file_says(adapter: Adapter) -> None:
    section = PAGE.partition(f"\n## `{adapter.id}`\n")[2].partition("\n## ")[0]
    said = [
        adapter.system,
        adapter.releases,
        adapter.source,
        adapter.summary,
        *adapter.prerequisites,
        *adapter.caveats,
        *(
            f"| `{name}` | {each.description} | `{each.default}` |"
            for name, each in adapter.parameters.items()
        ),
    ]
    assert [] == [text for text in said if text not in section]


def test_without_adapters_nothing_is_written() -> None:
    written = [artifact.path for artifact in compile_adapters("[]").artifacts()]
    assert ["prometheus/checkout.rules.yaml"] == [path for path in written if path.startswith("prometheus/")]


def test_what_services_compile_to_does_not_change_with_adapters() -> None:
    with_, without = ({a.path: a.text for a in compile_adapters(each).artifacts()} for each in (ALL, "[]"))
    assert without == {path: text for path, text in with_.items() if path in without}
    assert {"prometheus/ml_adapters.rules.yaml"} == set(with_) - set(without)


def test_the_order_in_which_adapters_are_named_changes_nothing() -> None:
    assert adapter_rules("[feast, airflow]") == adapter_rules("[airflow, {use: feast}]")


def test_a_parameter_goes_into_the_rules() -> None:
    assert "+ (1 - 0.01)" in adapter_rules("[{use: trustyai, p_value: 0.01}]")


def test_text_is_quoted() -> None:
    rules = adapter_rules(r"""[{use: agentgateway, guardrail: 'a"b\c'}]""")
    assert r'"guardrail", "a\"b\\c", "", ""' in rules


@pytest.mark.parametrize(("scrape", "evaluation", "interval"), [("1m", "30s", 30), ("15s", "1m", 15)])
def test_recorded_samples_are_no_further_apart_than_scraped_ones(
    scrape: str, evaluation: str, interval: int
) -> None:
    rules = adapter_rules("[bedrock-yace]", f"scrape_interval: {scrape}\nevaluation_interval: {evaluation}\n")
    assert f"  interval: {interval}s\n" in rules
    assert f"* {interval} / 300" in rules


def test_a_rule_that_the_target_would_refuse_is_the_compilers_fault() -> None:
    (chosen,), _ = choose([AdapterRequest("feast")])
    twice = AdapterRule("ml_drift_score", "sum(", {})
    broken = replace(chosen, adapter=replace(chosen.adapter, rules=(twice, twice)))
    found = list(check_rules(Program((), None, adapted=adapt([broken], Defaults()))))
    assert ["rules/broken"] * 3 == [each.check for each in found]
