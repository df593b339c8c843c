"""Dashboards are what Grafana's own models read, and keep the rules of Grafana's linter and our own."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from slo_compiler.emitters.grafana.dashboard import LONGEST_UID, emit, uid_of
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import PROMETHEUS_2_42
from slo_compiler.rules.ir import RecordingRule
from tests.compiling import program_of, slo, spec
from tests.engine.examples import PROGRAM

DOCUMENTS: Final[dict[str, dict[str, Any]]] = {
    artifact.path: json.loads(artifact.text) for artifact in emit(PROGRAM)
}
RECORDED: Final = {
    rule.record
    for file in PROGRAM.rule_files
    for group in file.groups
    for rule in group.rules
    if isinstance(rule, RecordingRule)
}

of_every_service = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)


def panels_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The panels, without the rows between them."""
    return [panel for panel in document["panels"] if panel["type"] != "row"]


def targets_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    """The title of each panel with each of its queries."""
    return [(panel["title"], target["expr"]) for panel in panels_of(document) for target in panel["targets"]]


def annotations_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return list(document["annotations"]["list"])


def metrics_of(query: str) -> Iterator[str | None]:
    parsed = parse(query, PROMETHEUS_2_42)
    assert not isinstance(parsed, list), (query, parsed)
    return (metric_of(selector) for selector in vector_selectors(parsed.tree))


def test_there_is_one_for_every_service() -> None:
    services = {lowered.plan.slo.service for lowered in PROGRAM.slos}
    assert {f"dashboards/{service}.json" for service in services} == set(DOCUMENTS)


@of_every_service
def test_grafana_s_own_models_read_it_and_lose_nothing_but_the_keys_of_the_datasource(
    document: dict[str, Any],
) -> None:
    read = json.loads(json.dumps(Dashboard.from_json(document), cls=JSONEncoder))
    of_datasource = {"step", "tagKeys", "textFormat", "titleFormat", "useValueForTime"}
    for annotation, again in zip(annotations_of(document), annotations_of(read), strict=True):
        assert of_datasource == set(annotation) - set(again)
        assert again == {key: value for key, value in annotation.items() if key not in of_datasource}
    assert {**document, "annotations": None} == {**read, "annotations": None}


def test_a_change_shows_on_lines_of_its_own_and_keys_are_sorted() -> None:
    for artifact in emit(PROGRAM):
        document = json.loads(artifact.text)
        assert artifact.text == json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


@of_every_service
def test_every_panel_has_a_title_a_description_and_a_unit(document: dict[str, Any]) -> None:
    for panel in panels_of(document):
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"] in {"percentunit", "short"}
        assert panel["targets"]


@of_every_service
def test_the_datasource_is_a_variable_everywhere(document: dict[str, Any]) -> None:
    (variable,) = document["templating"]["list"]
    expected = ("datasource", "datasource", "prometheus")
    assert expected == (variable["name"], variable["type"], variable["query"])
    used = re.findall(r'"uid": "([^"]*)"', json.dumps([document["panels"], document["annotations"]]))
    assert {"${datasource}"} == set(used)


@of_every_service
def test_panels_read_what_rules_record_and_alerts_alone(document: dict[str, Any]) -> None:
    for title, query in targets_of(document):
        assert set(metrics_of(query)) <= {*RECORDED, "ALERTS"}, title


@of_every_service
def test_annotations_are_promql_of_the_oldest_prometheus(document: dict[str, Any]) -> None:
    for annotation in annotations_of(document):
        assert list(metrics_of(annotation["expr"]))


@of_every_service
def test_panels_do_not_overlap(document: dict[str, Any]) -> None:
    places = [panel["gridPos"] for panel in document["panels"]]
    for one, other in itertools.combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)
    assert all(place["x"] + place["w"] <= 24 for place in places)


@of_every_service
def test_no_two_panels_have_one_id(document: dict[str, Any]) -> None:
    ids = [panel["id"] for panel in panels_of(document)]
    assert len(ids) == len(set(ids))


def test_a_new_slo_leaves_the_ids_of_the_others_alone() -> None:
    before, after = (
        json.loads(next(emit(program_of(spec("shop", *slos)))).text)
        for slos in ([slo()], [slo("first"), slo()])
    )
    of_first = {panel["title"]: panel["id"] for panel in panels_of(before)}
    of_second = {panel["title"]: panel["id"] for panel in panels_of(after)}
    assert of_first.items() <= of_second.items()


def test_thresholds_are_those_of_the_tiers() -> None:
    document = json.loads(next(emit(program_of(spec("shop", slo(objective="99.9%"))))).text)
    (panel,) = (each for each in panels_of(document) if each["title"].endswith("error ratio and thresholds"))
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [None, 0.001, 0.006, 0.0144] == [step["value"] for step in steps]


def test_a_uid_is_no_longer_than_grafana_takes_and_one_s_own() -> None:
    long = "a-service-whose-name-is-longer-than-grafana-takes"
    assert "slo-checkout" == uid_of("checkout")
    assert len(uid_of(long)) <= LONGEST_UID
    assert uid_of(long) != uid_of(f"{long}-2")


def test_text_of_a_spec_is_no_markup() -> None:
    document = json.loads(
        next(emit(program_of(spec("shop", slo(description="<script> *all* is [well]"))))).text
    )
    (panel,) = (each for each in panels_of(document) if each["title"].endswith("error ratio and thresholds"))
    assert panel["description"].startswith(r"&lt;script&gt; \*all\* is \[well\] Which share")
