from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from tests.backtest import ml_scene, scene
from tests.backtest.scene import Incident
from tests.prometheus.stub import Reply, stub

ROOT = Path(__file__).parents[2]
DAYS = 8
TIERS = """\
apiVersion: slo-compiler/v1
alerting:
  tiers:
    - {name: only, severity: ticket, budget: 10%, long: 3d}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight days of the shop, with one outage."""
    made = tmp_path_factory.mktemp("shop")
    scene.write_specs(made / "specs")
    (made / "history.csv").write_text(scene.csv_text(DAYS), encoding="utf-8")
    (made / "tiers.yaml").write_text(TIERS, encoding="utf-8")
    return made


def run(folder: Path, *arguments: str, specs: str = "specs") -> Result:
    return CliRunner().invoke(main, ["backtest", str(folder / specs), *arguments])


def table(folder: Path, *arguments: str) -> list[str]:
    """What is printed, without what stands at the ends of lines."""
    found = run(folder, "--csv", str(folder / "history.csv"), *arguments)
    assert found.exit_code == 0, found.output
    return [line.rstrip() for line in found.stdout.splitlines()]


def variants(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    found = run(folder, "--csv", str(folder / "history.csv"), "--format", "json", *arguments)
    assert found.exit_code == 0, found.output
    [slo] = json.loads(found.stdout)["slos"]
    told: list[dict[str, Any]] = slo["variants"]
    return told


def test_the_terminal_shows_what_was_heard(folder: Path) -> None:
    assert table(folder) == [
        "shop:availability  8d, 2025-10-09 09:00 to 2025-10-17 09:00 UTC",
        "",
        "              objective       pages  a month  tickets  a month  budget spent",
        "  as written  99.9% over 30d  1      3.8      1        3.8      78.3%",
        "",
        "          tiers         from              for",
        "  page    fast, medium  2025-10-15 12:01  1h4m",
        "  ticket  slow          2025-10-15 13:05  5h30m",
        "",
    ]


def test_several_slos_stand_in_a_table_first(folder: Path, tmp_path: Path) -> None:
    second = (
        "  - name: loose\n    objective: 90%\n    indicator: {probe: up}\n  - {name: other, objective: 99%,"
    )
    scene.write_specs(tmp_path / "specs", f"{scene.SPEC}{second} indicator: {{probe: up}}}}\n")
    lines = (folder / "history.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [f"{slo},{line}" for slo in ("loose", "availability") for line in lines]
    (tmp_path / "history.csv").write_text("\n".join(["slo,time,total,errors", *rows]), encoding="utf-8")
    shown = table(tmp_path)
    assert [line.split()[0] for line in shown[:3]] == ["SLO", "shop:availability", "shop:loose"]
    assert " ".join(shown).endswith("of shop:other: their metrics have no samples in this time")


def test_variants_stand_side_by_side(folder: Path) -> None:
    shown = table(folder, "--objective", "99%", "--tiers", str(folder / "tiers.yaml"))
    assert [line.split()[:2] for line in shown[3:6]] == [
        ["as", "written"],
        ["99%", "99%"],
        ["tiers.yaml", "99.9%"],
    ]
    assert "  ticket  only" in "\n".join(shown)


@pytest.mark.parametrize("arguments", [(), ("--objective", "90%"), ("--until", "2020-01-01", "--last", "1d")])
def test_json_keeps_to_its_published_schema(folder: Path, arguments: Sequence[str]) -> None:
    schema = json.loads((ROOT / "docs" / "backtest.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    found = run(folder, "--csv", str(folder / "history.csv"), "--format", "json", *arguments)
    assert [] == [
        each.message for each in jsonschema.Draft202012Validator(schema).iter_errors(json.loads(found.stdout))
    ]


def test_what_a_csv_file_cannot_know_of_a_service_is_named(tmp_path: Path) -> None:
    ml_scene.write_specs(tmp_path / "specs")
    (tmp_path / "history.csv").write_text(ml_scene.csv_text(), encoding="utf-8")
    shown = " ".join(" ".join(table(tmp_path)).split())
    assert "features fast pages of availability 2025-10-13 09:18 31m" in shown
    assert "not replayed, for a CSV file counts the events of SLOs alone: DetectorStale, DriftBroad" in shown
    assert "scorer, its signals - 0 0 -" in shown


def test_lines_that_name_no_slo_are_those_of_the_one_that_is_asked_about(tmp_path: Path) -> None:
    ml_scene.write_specs(tmp_path / "specs")
    rows = (line.removeprefix("features,") for line in ml_scene.csv_text().splitlines() if "features" in line)
    (tmp_path / "history.csv").write_text("\n".join(("time,total,errors", *rows)), encoding="utf-8")
    shown = table(tmp_path, "--slo", "features")
    assert "  as written  99% over 30d  1      6        0        0        7.39%" in shown


def test_a_service_is_replayed_from_a_file_with_what_its_guards_hold_back(tmp_path: Path) -> None:
    ml_scene.write_specs(tmp_path / "specs")
    (tmp_path / "history").write_text(ml_scene.openmetrics(), encoding="utf-8")
    arguments = ("--openmetrics", str(tmp_path / "history"), "--objective", "90%", "--slo", "quality")
    shown = " ".join(run(tmp_path, *arguments).stdout.split())
    assert "quality fast label_lag 2025-10-12 10:23 36m as written" in shown
    assert "page inputs DriftReal 2025-10-11 09:11 2h50m as written" in shown
    assert "not replayed" not in shown
    documented = (ROOT / "docs" / "backtest.md").read_text(encoding="utf-8")
    as_written = run(tmp_path, *arguments[:2], "--slo", "quality").stdout.splitlines()
    assert "\n".join(line.rstrip() for line in as_written).strip() in documented
    found = run(tmp_path, *arguments, "--format", "json", "--plot", str(tmp_path / "picture.svg"))
    schema = json.loads((ROOT / "docs" / "backtest.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(found.stdout))
    assert (tmp_path / "picture.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_another_objective_is_told_of_later(folder: Path) -> None:
    written, loose = variants(folder, "--objective", "99%")
    begins = [variant["alerts"][0]["from"] for variant in (written, loose)]
    assert ["2025-10-15T12:01:00Z", "2025-10-15T12:09:00Z"] == begins
    assert written["budget_spent"] == pytest.approx(10 * loose["budget_spent"])


def test_only_the_time_that_is_asked_about_counts(folder: Path) -> None:
    [before] = variants(folder, "--until", "2025-10-15T11:00:00Z", "--last", "2d")
    [after] = variants(folder, "--last", "1d")
    assert ([], []) == (before["alerts"], after["alerts"])


def test_a_history_that_begins_late_says_so(folder: Path) -> None:
    [found] = variants(folder, "--last", "20d")
    [missing] = found["missing"]
    assert missing.startswith("its history begins 12d after the time asked about, at 2025-10-09 09:01 UTC")


def test_a_picture_is_drawn(folder: Path, tmp_path: Path) -> None:
    table(folder, "--plot", str(tmp_path / "picture.svg"))
    assert b"<svg" in (tmp_path / "picture.svg").read_bytes()


def test_an_alert_that_goes_on_says_so(tmp_path: Path) -> None:
    scene.write_specs(tmp_path / "specs")
    end = Incident(scene.BEGIN + scene.DAY - 30 * scene.MINUTE, 30, 0.5)
    (tmp_path / "history.csv").write_text(scene.csv_text(1, [end]), encoding="utf-8")
    assert any(line.startswith("  page ") and line.endswith(" and on") for line in table(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "name one history: --prometheus URL, --openmetrics FILE or --csv FILE"),
        (("--csv", __file__, "--openmetrics", __file__), "name one history"),
        (("--csv", "nowhere.csv"), "'nowhere.csv' does not exist"),
        (("--csv", __file__, "--last", "a month"), "--last 'a month' is not a duration"),
        (("--csv", __file__, "--last", "0s"), "--last 0s is not between 0 and ten years"),
        (
            ("--csv", __file__, "--until", "yesterday"),
            "yesterday is no moment; write for example 2026-03-01T12:00:00Z",
        ),
        (("--csv", __file__, "--until", "2026-03-01T12:00:00"), "says not in which zone it is"),
        (("--csv", __file__, "--objective", "0.999"), "--objective '0.999' is not a percentage"),
        (("--csv", __file__, "--objective", "100%"), "--objective 100% is not between 0% and 100%"),
        (("--csv", __file__, "--tiers", "nowhere.yaml"), "'nowhere.yaml' does not exist"),
        (("--csv", __file__, "--plot", "picture.gif"), "picture.gif ends with neither .svg nor .png"),
        (("--csv", __file__, "--slo", "latency"), "there is no SLO latency in these specs"),
    ],
)
def test_wrong_usage_is_told(folder: Path, arguments: Sequence[str], expected: str) -> None:
    found = run(folder, *arguments)
    assert (2, True) == (found.exit_code, expected in found.stderr), found.output


def test_tiers_that_are_none_are_told(folder: Path) -> None:
    found = run(folder, "--csv", __file__, "--tiers", str(folder / "specs" / "defaults.yaml"))
    assert "has no tiers under alerting" in found.stderr
    found = run(folder, "--csv", __file__, "--tiers", str(folder / "specs" / "shop.yaml"))
    assert (1, True) == (found.exit_code, "shop.yaml:2:1: error:" in found.stderr)


def test_a_file_that_is_no_history_is_told_with_its_lines(folder: Path) -> None:
    found = run(folder, "--csv", __file__)
    assert found.exit_code == 1
    assert f"{__file__}:1:1: error: there is no column time" in found.stderr


def test_lines_that_name_no_slo_are_those_of_one_alone(tmp_path: Path) -> None:
    scene.write_specs(
        tmp_path / "specs", f"{scene.SPEC}  - {{name: up, objective: 99%, indicator: {{probe: up}}}}\n"
    )
    (tmp_path / "history.csv").write_text("time,total,errors\n60,1,0\n120,1,0\n", encoding="utf-8")
    arguments = ("--csv", str(tmp_path / "history.csv"))
    assert 0 == run(tmp_path, *arguments, "--slo", "up").exit_code
    found = run(tmp_path, *arguments)
    assert (1, True) == (found.exit_code, "there is no column slo, and there are 2 SLOs" in found.stderr)


def test_a_file_that_is_no_text_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "history").write_bytes(b"\xff\xfe")
    found = run(folder, "--openmetrics", str(tmp_path / "history"))
    assert (1, True) == (found.exit_code, "history is not UTF-8, at byte 1\n" in found.stderr)


def test_a_history_of_something_else_is_none(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "history").write_text("up 1 60\nup 1 120\n# EOF\n", encoding="utf-8")
    found = run(folder, "--openmetrics", str(tmp_path / "history"))
    assert found.exit_code == 1
    assert "there is no history at all of shop:availability: their metrics have no samples" in found.stdout


def test_an_indicator_that_takes_a_prometheus_is_told_with_its_line(tmp_path: Path) -> None:
    spec = scene.SPEC.partition("      ratio:")[0] + "      error_ratio: topk(1, avg_over_time(r[$window]))\n"
    scene.write_specs(tmp_path / "specs", spec)
    (tmp_path / "history").write_text("up 1 60\n# EOF\n", encoding="utf-8")
    found = run(tmp_path, "--openmetrics", str(tmp_path / "history"))
    assert found.exit_code == 1
    assert (
        "shop.yaml:5:11: error: the indicator of shop:availability is an expression that only" in found.stderr
    )


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply("", 401, {}), "error: it does not let us in (401): no credentials were given"),
        (Reply("<html>", 200), "error: it answers /api/v1/query with a web page"),
        (Reply("", 404, {}), "error: there is no /api/v1/query there (404)"),
    ],
    ids=["unauthorised", "web page", "no API"],
)
def test_a_server_that_does_not_answer_is_told(folder: Path, reply: Reply, expected: str) -> None:
    with stub([reply]) as server:
        found = run(folder, "--prometheus", server.url, "--no-cache")
    assert found.exit_code == 1
    assert f"{server.url}: {expected}" in found.stderr


@pytest.mark.parametrize(
    ("retention", "last", "expected"),
    [
        (
            "15d",
            "30d",
            ["keeps samples for 15d (--storage.tsdb.retention.time): of what was before that"],
        ),
        ("15d or 1GiB", "14d", ["keeps samples for 15d or 1GiB: in the first days the longest windows"]),
        ("100d", "30d", []),
        ("as long as it likes", "30d", []),
    ],
)
def test_what_a_server_has_forgotten_is_told(
    folder: Path, retention: str, last: str, expected: list[str]
) -> None:
    def reply(path: str) -> Reply:
        if "query_range" in path:
            return Reply('{"data": {"resultType": "matrix", "result": []}}')
        return Reply(json.dumps({"data": {"version": "3.5.0", "storageRetention": retention}}))

    with stub(reply) as server:
        found = run(folder, "--prometheus", server.url, "--no-cache", "--last", last, "--format", "json")
    notes = json.loads(found.stdout)["notes"]
    assert len(expected) == len(notes)
    assert all(f"{server.url} {words}" in note for words, note in zip(expected, notes, strict=True))


def test_of_the_future_nothing_is_asked(folder: Path) -> None:
    def reply(path: str) -> Reply:
        if "query_range" in path:
            return Reply('{"data": {"resultType": "matrix", "result": []}}')
        return Reply('{"data": {"version": "3.5.0"}}')

    with stub(reply) as server:
        run(folder, "--prometheus", server.url, "--no-cache", "--last", "1d", "--until", "2200-01-01")
    ends = [
        float(found[1]) for _, path, _, _ in server.requests if (found := re.search(r"end=([\d.]+)", path))
    ]
    assert max(ends) <= time.time()


def test_a_query_that_is_refused_is_told_with_its_slo(folder: Path) -> None:
    def reply(path: str) -> Reply:
        if "count_over_time" in path:
            return Reply('{"data": {"resultType": "matrix", "result": []}}')
        if "query_range" in path:
            return Reply('{"errorType": "bad_data", "error": "parse error"}', 400)
        return Reply('{"data": {"version": "3.5.0"}}')

    with stub(reply) as server:
        found = run(folder, "--prometheus", server.url, "--no-cache", "--last", "1d")
    assert found.exit_code == 1
    assert (
        f"{server.url}: error: shop:availability: it refuses the query: parse error [server/query]"
        in found.stderr
    )


def test_a_time_before_the_history_is_refused(folder: Path) -> None:
    told = run(folder, "--csv", str(folder / "history.csv"), "--until", "2020-01-01T00:00:00Z")
    assert (told.exit_code, "--until is not after the beginning of the history" in told.stderr) == (2, True)


def test_a_time_after_the_history_is_its_end(folder: Path) -> None:
    whole, later = (
        run(folder, "--csv", str(folder / "history.csv"), *until).stdout
        for until in ((), ("--until", "2026-01-01T00:00:00Z"))
    )
    assert whole == later


def test_a_picture_that_cannot_be_written_is_told(folder: Path) -> None:
    told = run(
        folder, "--csv", str(folder / "history.csv"), "--plot", str(folder / "nowhere" / "picture.svg")
    )
    assert (told.exit_code, "picture.svg cannot be written: No such file" in told.stderr) == (1, True)
