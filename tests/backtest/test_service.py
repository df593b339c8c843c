"""A backtest of a whole service of machine learning that a real Prometheus holds."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.backtest import ml_scene
from tests.backtest.ml_scene import LATE, OUTAGE, WRONG, Incident
from tests.backtest.scene import MINUTE
from tests.backtest.server import Backfilled, backfilled, run
from tests.oracles.prometheus import Prometheus

UNTIL: Final = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ml_scene.END))


@pytest.fixture(scope="module")
def scorer(prometheus_3_5: Prometheus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backfilled]:
    folder = tmp_path_factory.mktemp("scorer")
    ml_scene.write_specs(folder / "specs")
    found = backfilled(prometheus_3_5, folder, ml_scene.openmetrics())
    found.start()
    try:
        yield found
    finally:
        found.kill()


def told(scorer: Backfilled, *history: str, format_: str = "json") -> str:
    specs = str(scorer.folder / "specs")
    options = ("--until", UNTIL, "--last", "5d", "--format", format_, "--no-cache")
    done = run([sys.executable, "-m", "slo_compiler", "backtest", specs, *history, *options])
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def asked(scorer: Backfilled) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(scorer, "--prometheus", scorer.url))
    return found


def slo(found: dict[str, Any], name: str) -> dict[str, Any]:
    [variant] = next(each["variants"] for each in found["slos"] if each["slo"] == f"scorer:{name}")
    told_of: dict[str, Any] = variant
    return told_of


def signals(found: dict[str, Any]) -> dict[str, Any]:
    [[variant]] = [each["variants"] for each in found["services"]]
    told_of: dict[str, Any] = variant
    return told_of


def minutes_after(incident: Incident, text: str) -> float:
    at = time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    return (at - incident.begin) / MINUTE


def held_back(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["alert"], each["by"]) for each in found["held_back"]}


@pytest.mark.slow
def test_the_true_page_is_heard(asked: dict[str, Any]) -> None:
    [quality] = [each for each in slo(asked, "quality")["alerts"] if each["severity"] == "page"]
    [drift] = [each for each in signals(asked)["alerts"] if each["severity"] == "page"]
    assert "inputs DriftReal" == drift["alert"]
    # A drift is real once the budget surely burns faster than it may; the fast tier wants 36% of two hours.
    late = minutes_after(WRONG, drift["from"]), minutes_after(WRONG, quality["from"])
    assert (True, True) == (10 < late[0] < 12, 42 < late[1] < 46), late


@pytest.mark.slow
def test_a_page_that_labels_explain_is_held_back_by_their_guard(asked: dict[str, Any]) -> None:
    [fast] = [each for each in slo(asked, "quality")["held_back"] if each["alert"] == "quality fast"]
    assert "label_lag" == fast["by"]
    assert LATE.minutes - 40 < minutes_after(LATE, fast["first"]) < LATE.minutes
    assert 20 * MINUTE < fast["seconds"] < 60 * MINUTE


@pytest.mark.slow
def test_pages_of_serving_hold_back_those_of_data_and_model(asked: dict[str, Any]) -> None:
    [page] = [each for each in slo(asked, "availability")["alerts"] if each["severity"] == "page"]
    assert 0 < minutes_after(OUTAGE, page["from"]) < 4
    assert {("features fast", "pages of availability")} == held_back(slo(asked, "features"))
    assert ("quality slow", "pages of availability") in held_back(slo(asked, "quality"))
    assert [] == [each for each in slo(asked, "features")["alerts"] if each["severity"] == "page"]


@pytest.mark.slow
def test_a_file_says_the_same_of_a_service(scorer: Backfilled, asked: dict[str, Any]) -> None:
    read = json.loads(told(scorer, "--openmetrics", str(scorer.folder / "history")))
    parts = ("alerts", "held_back", "pages", "tickets")
    for name in ("availability", "features", "quality"):
        assert [slo(asked, name)[part] for part in parts] == [slo(read, name)[part] for part in parts]
    assert signals(asked) == signals(read)


@pytest.mark.slow
def test_nothing_of_a_service_is_left_out(asked: dict[str, Any]) -> None:
    assert [] == signals(asked)["not_replayed"]
