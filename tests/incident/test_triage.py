"""The decision tree on a real Prometheus: faults of each surface, false pages and missing data."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Final

import jsonschema
import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from slo_compiler.demo.faults import FALSE_PAGES
from slo_compiler.incident import words
from slo_compiler.incident.asking import Answer, Unanswered
from slo_compiler.incident.finding import State
from slo_compiler.incident.live import asking
from slo_compiler.incident.triage import Triage, triage
from slo_compiler.incident.triage_json import as_json
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.client import Prometheus as Client
from slo_compiler.prometheus.transport import Transport
from tests.incident import faults
from tests.incident.conftest import COURSE, PROGRAM
from tests.incident.world import DEFAULTS, scorer, spec_of_scorer
from tests.oracles.document import yaml_text
from tests.oracles.server import Server

SCHEMA: Final = Path(__file__).parents[2] / "docs" / "triage.schema.json"

Look = Callable[[float], Triage]


@pytest.fixture(scope="module")
def look(server: Server) -> Look:
    client = Client(Transport(Address(server.url)))
    return lambda at: triage(PROGRAM, "scorer", asking(client, at), at)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    specs = tmp_path_factory.mktemp("specs")
    (specs / "scorer.yaml").write_text(yaml_text(spec_of_scorer()), encoding="utf-8")
    (specs / "defaults.yaml").write_text(yaml_text(DEFAULTS), encoding="utf-8")
    return specs


def run(server: Server, folder: Path, at: float, *arguments: str) -> Result:
    command = ["triage", "scorer", str(folder), "--prometheus", server.url, "--at", str(at), *arguments]
    return CliRunner(env={"COLUMNS": "160"}).invoke(main, command, catch_exceptions=False)


def test_while_all_is_well_nothing_fails(look: Look) -> None:
    found = look(faults.WELL)
    assert "none: nothing fails of what these specs watch" == words.headline(found)
    assert [] == [each for each in found.findings if each.state is State.FAILING]
    assert [] == [*words.doubts(found)]


@pytest.mark.parametrize("name", faults.ALL)
def test_each_fault_is_put_down_to_its_surface_and_cause(look: Look, name: str) -> None:
    fault = faults.ALL[name]
    verdict = look(COURSE.moments[name]).verdict
    assert (fault.surface, fault.cause) == (verdict.surface, verdict.cause)


@pytest.mark.parametrize("name", FALSE_PAGES)
def test_a_false_page_is_called_one_and_would_have_been_another_thing_without_its_guard(
    look: Look, name: str
) -> None:
    found = look(COURSE.moments[name])
    assert words.headline(found).startswith("none: a false page, by the guard ")
    assert "none" != found.unguarded.surface


@pytest.mark.parametrize("name", ["the detector moved", "it is Monday", "replicas warm up"])
def test_what_a_guard_holds_back_is_told_with_the_guard(look: Look, name: str) -> None:
    held = [*words.held(look(COURSE.moments[name]))]
    assert held
    assert all("is held back by Guard" in line for line in held)


def test_before_there_were_rules_everything_is_unknown(look: Look) -> None:
    found = look(faults.BEFORE)
    assert ("unknown", State.UNKNOWN) == (found.verdict.surface, found.rules.state)
    assert set() == {each.state for each in found.findings} - {State.UNKNOWN}


def test_every_query_of_a_finding_gives_the_value_that_it_tells(look: Look, server: Server) -> None:
    for name, at in COURSE.moments.items():
        for finding in look(at).findings:
            if finding.number is not None and finding.query:
                rows = server.get("/api/v1/query", query=finding.query, time=at)["data"]["result"]
                values = {float(row["value"][1]) for row in rows} | {float(len(rows))}
                assert any(math.isclose(finding.number, each) for each in values), (name, finding)


def test_drift_is_told_as_virtual_real_of_labels_or_not_to_be_told(look: Look) -> None:
    told = {
        "a feature drifts": "virtual drift: something drifts, and quality holds",
        "the world has changed": "real drift: something drifts, and quality is bad",
        "the mix of labels drifts": "label drift: the classes have other frequencies, and quality holds",
        "drift without labels": "drift, and whether it is virtual or real is not known",
    }
    for name, expected in told.items():
        assert expected in words.headline(look(COURSE.moments[name])), name


def test_many_features_at_once_suggest_a_broken_pipeline(look: Look) -> None:
    (breadth,) = (
        each for each in look(COURSE.moments["all features drift"]).findings if each.what.endswith("breadth")
    )
    assert "100% of 4 features drift" == breadth.value


def test_rules_of_other_specs_are_told(server: Server) -> None:
    spec = spec_of_scorer()
    spec["slos"][0]["objective"] = "99.5%"
    client = Client(Transport(Address(server.url)))
    program = scorer(spec)
    found = triage(program, "scorer", asking(client, faults.WELL), faults.WELL)
    (doubt,) = words.doubts(found)
    assert doubt.startswith("Rules: 5 of 6 rule sets evaluated; of other specs, or of another compiler")


def test_a_look_that_cannot_be_answered_is_unknown_and_the_others_go_on(server: Server) -> None:
    client = Client(Transport(Address(server.url)))
    answered = asking(client, faults.WELL)

    def ask(query: str) -> Answer:
        if "scorer:latency" in query:
            raise Unanswered("it refuses the query: too many samples")
        return answered(query)

    found = triage(PROGRAM, "scorer", ask, faults.WELL)
    unknown = [each for each in found.findings if each.state is State.UNKNOWN]
    assert [("scorer:latency", "it refuses the query: too many samples")] == [
        (each.what, each.reason) for each in unknown
    ]
    assert "unknown" == found.verdict.surface


@pytest.mark.parametrize("name", faults.ALL)
def test_json_keeps_to_the_published_schema(look: Look, name: str) -> None:
    told = json.loads(as_json(look(COURSE.moments[name]), None))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert [] == list(jsonschema.Draft202012Validator(schema).iter_errors(told))


@pytest.mark.parametrize(
    ("name", "code"), [("requests fail", 1), ("the detector moved", 0), ("no labels", 1)]
)
def test_the_exit_code_says_whether_anything_fails_or_cannot_be_told(
    server: Server, folder: Path, name: str, code: int
) -> None:
    assert code == run(server, folder, COURSE.moments[name]).exit_code


def test_the_same_moment_is_told_in_the_same_bytes(server: Server, folder: Path) -> None:
    at = COURSE.moments["the world has changed"]
    for style in ("text", "markdown", "json"):
        first, second = (run(server, folder, at, "--format", style).stdout for _ in range(2))
        assert first == second


def test_what_to_do_is_what_the_runbook_says(server: Server, folder: Path) -> None:
    done = run(server, folder, COURSE.moments["a feature drifts"])
    assert "Do not retrain reflexively." in done.stdout
    assert "(runbooks/scorer.md#inputs-DriftVirtual)" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--at", "yesterday"), "yesterday is no moment; write for example 2026-03-01T12:00:00Z"),
        (
            ("--at", "2026-03-01T12:00:00"),
            "says not in which zone it is; write for example 2026-03-01T12:00:00Z",
        ),
        (("--at", "1767571200000"), "1767571200000 is no moment: seconds since 1970 have ten digits"),
        (("--at", "nan"), "nan is no moment"),
        (("--at", "1_767_571_200"), "1_767_571_200 is no moment"),
        (("--at", "2999-01-01"), "2999-01-01 is in the future, of which nothing is known yet"),
        (("--at", "1767571200", "--alertmanager", "http://127.0.0.1:1"), "knows only the present"),
    ],
)
def test_wrong_usage_is_told(folder: Path, arguments: tuple[str, ...], complaint: str) -> None:
    command = ["triage", "scorer", str(folder), "--prometheus", "http://127.0.0.1:1", *arguments]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert 2 == done.exit_code
    assert complaint in done.stderr


def test_a_service_that_is_not_in_the_specs_is_wrong_usage(folder: Path) -> None:
    command = ["triage", "shop", str(folder), "--prometheus", "http://127.0.0.1:1"]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert (2, True) == (
        done.exit_code,
        "there is no service shop in these specs; there are scorer" in done.stderr,
    )


def test_a_server_that_is_away_ends_the_command_without_a_traceback(folder: Path) -> None:
    command = ["triage", "scorer", str(folder), "--prometheus", "http://127.0.0.1:1", "--patience", "0"]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert (1, "") == (done.exit_code, done.stdout)
    assert (
        "http://127.0.0.1:1: error: it cannot be reached: Connection refused [server/unreachable]\n"
        == done.stderr
    )
