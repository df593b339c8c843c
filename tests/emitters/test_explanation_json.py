"""What ``explain --format json`` says, by its published schema and by the tables for humans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from slo_compiler.emitters.explanation import explain
from slo_compiler.emitters.explanation_json import as_json
from tests.compiling import RECEIVERS, Document, program_of, slo, spec

ROOT: Final = Path(__file__).parents[2]
SCHEMA: Final = json.loads((ROOT / "docs" / "explain.schema.json").read_text(encoding="utf-8"))


def told(*slos: Document, **shared: Document | None) -> list[dict[str, Any]]:
    program = program_of(spec("checkout", *slos), **shared)
    listed = json.loads(as_json(program, explain(program)))
    assert isinstance(listed, list)
    return listed


RATIO: Final = {"error_ratio": "avg_over_time(a_ratio[$window])"}
SHAPES: Final = [
    pytest.param([slo()], {}, id="the default"),
    pytest.param([slo(objective="95%")], {}, id="repaired"),
    pytest.param([slo(objective="99.9999%", window="90d")], {}, id="a small budget"),
    pytest.param([slo(alerting={"min_errors": 1})], {}, id="no minimum"),
    pytest.param([slo(indicator=RATIO)], {}, id="no counts"),
    pytest.param([slo(alerting={"absent": False})], {}, id="no other alert"),
    pytest.param([slo()], {"receivers": None}, id="no receivers"),
    pytest.param(
        [slo()],
        {"receivers": {key: value for key, value in RECEIVERS.items() if key != "office_hours"}},
        id="no office hours",
    ),
]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("slos", "shared"), SHAPES)
def test_it_keeps_to_the_schema(slos: list[Document], shared: dict[str, Document | None]) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert [problem.message for problem in validator.iter_errors(told(*slos, **shared))] == []


def test_numbers_are_numbers() -> None:
    (found,) = told()
    assert (found["objective"], found["period_seconds"]) == (0.999, 30 * 86400)
    assert (found["error_budget"], found["error_budget_seconds"]) == (0.001, 2592)
    assert (found["min_errors"], found["delay_floor_seconds"]) == (3, 90)


def test_the_burn_rate_table_is_the_workbook_s() -> None:
    (found,) = told()
    columns = (
        "name",
        "long_window_seconds",
        "short_window_seconds",
        "burn_rate",
        "threshold",
        "budget_spent",
    )
    assert [tuple(tier[column] for column in columns) for tier in found["tiers"]] == [
        ("fast", 3600, 300, 14.4, 0.0144, 0.02),
        ("medium", 21600, 1800, 6, 0.006, 0.05),
        ("slow", 259200, 21600, 1, 0.001, 0.1),
    ]


def test_times_of_incidents_are_in_seconds_and_null_where_a_tier_never_fires() -> None:
    (found,) = told()
    assert found["tiers"][0]["incidents"] == [
        {"error_ratio": 1, "detection_seconds": 51.84, "reset_seconds": 295.68},
        {"error_ratio": 0.1, "detection_seconds": 518.4, "reset_seconds": 256.8},
        {"error_ratio": 0.01, "detection_seconds": None, "reset_seconds": None},
    ]


def test_the_way_of_an_alert_is_told_by_the_names_of_receivers() -> None:
    (found,) = told()
    assert [tier["receivers"] for tier in found["tiers"][1:]] == [
        [{"name": "platform-page", "in_office_hours": False}],
        [{"name": "platform-ticket", "in_office_hours": True}],
    ]


def test_without_receivers_nobody_is_told() -> None:
    (found,) = told(receivers=None)
    assert [tier["receivers"] for tier in found["tiers"]] == [[], [], []]


def test_alerts_without_a_tier_are_told_with_how_long_they_wait() -> None:
    (found,) = told()
    (absent,) = found["other_alerts"]
    assert (absent["alert"], absent["severity"], absent["hold_seconds"]) == ("IndicatorAbsent", "page", 300)


def test_which_alert_waits_for_which_is_told_by_ids() -> None:
    (found,) = told()
    fast, medium, slow = found["tiers"]
    other = {each: {"id": "checkout:availability", "alert": f"ErrorBudgetBurn{each}"} for each in NAMES}
    assert (fast["holds_back"], fast["held_back_by"]) == ([other["Medium"], other["Slow"]], [])
    assert (medium["holds_back"], medium["held_back_by"]) == ([other["Slow"]], [other["Fast"]])
    assert (slow["holds_back"], slow["held_back_by"]) == ([], [other["Fast"], other["Medium"]])


NAMES: Final = ("Fast", "Medium", "Slow")


def test_every_alert_says_whose_it_is_and_why_it_is_as_severe() -> None:
    (found,) = told()
    keys = ("surface", "owner", "because")
    assert [tuple(alert[key] for key in keys) for alert in (found["tiers"][0], *found["other_alerts"])] == [
        ("serving", "platform", "users are hit at scale"),
        ("serving", "platform", "nobody knows whether users are hit"),
    ]


def test_without_a_minimum_it_is_told_when_one_error_alerts() -> None:
    (found,) = told(slo(alerting={"min_errors": 1}))
    assert found["min_errors"] is None
    assert [round(tier["one_error_events_per_hour"], 1) for tier in found["tiers"]] == [69.4, 27.8, 13.9]


def test_what_was_derived_anew_is_told_in_parts() -> None:
    (found,) = told(slo(objective="95%"))
    assert found["repairs"] == [
        {
            "tier": "fast",
            "before": "long window 1h at 14.4x",
            "after": "long window 2h at 7.2x",
            "why": "an error ratio above 72% is too much to wait for",
        }
    ]


def test_the_words_of_the_tables_stand_beside_the_numbers() -> None:
    (found,) = told()
    assert (found["text"]["objective"], found["text"]["period"]) == ("99.9%", "30d")
    assert (found["tiers"][0]["text"]["long"], found["tiers"][0]["text"]["threshold"]) == ("1h", "1.44%")
