"""The timeline on a real Prometheus: what was done to the service stands where it was done."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from slo_compiler.cli import main
from slo_compiler.demo.state import HOUR
from slo_compiler.incident.live import asking_range
from slo_compiler.incident.timeline import Axis, Entry, Row, Timeline, axis_of, timeline_of
from slo_compiler.incident.timeline_html import as_html
from slo_compiler.incident.timeline_plot import draw_timeline
from slo_compiler.model.subject import Subject
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.answers import Line
from slo_compiler.prometheus.client import Prometheus as Client
from slo_compiler.prometheus.transport import Transport
from slo_compiler.replay.plot import Format
from slo_compiler.rules.timeline import Kind
from tests.incident.conftest import COURSE, PROGRAM
from tests.incident.world import DEFAULTS, spec_of_scorer
from tests.oracles.document import yaml_text
from tests.oracles.server import Server


def subject_of(name: str) -> Subject:
    return next(lowered.subject for lowered in PROGRAM.lowered if lowered.subject.id == f"scorer:{name}")


def timeline_before(server: Server, fault: str, name: str) -> Timeline:
    at = COURSE.moments[fault]
    axis = axis_of(at - 3 * HOUR, at)
    client = Client(Transport(Address(server.url)))
    return timeline_of(PROGRAM, subject_of(name), axis, asking_range(client, axis))


def entries_of(timeline: Timeline, kind: Kind) -> list[Entry]:
    return [entry for row in timeline.rows if row.kind is kind for entry in row.entries]


def begin_of(fault: str) -> float:
    (event,) = (event for name, event in zip(COURSE.moments, COURSE.events, strict=True) if name == fault)
    return event.begin


def test_a_deploy_stands_at_the_moment_that_it_tells(server: Server) -> None:
    timeline = timeline_before(server, "a bad version is deployed", "quality")
    begin = begin_of("a bad version is deployed")
    assert [Entry("2", begin, begin)] == entries_of(timeline, Kind.DEPLOYS)


def test_a_new_version_is_new_for_ten_minutes(server: Server) -> None:
    timeline = timeline_before(server, "a bad version is deployed", "quality")
    (version,) = entries_of(timeline, Kind.VERSIONS)
    assert "2" == version.label
    assert 0 <= version.begin - begin_of("a bad version is deployed") <= 120
    assert 540 <= version.end - version.begin <= 660


@pytest.mark.parametrize(
    ("fault", "name", "kind", "label"),
    [
        ("requests fail", "availability", Kind.PAGES, "ErrorBudgetBurnFast availability"),
        ("a feature drifts", "inputs", Kind.TICKETS, "DriftVirtual inputs"),
        ("the detector moved", "inputs", Kind.GUARDS, "detector_moved inputs"),
        ("the detector moved", "inputs", Kind.DETECTOR, "inputs"),
        ("the pipeline stands still", "freshness", Kind.SURFACE, "data pipeline"),
    ],
    ids=str,
)
def test_what_fires_and_what_holds_back_stands_while_it_does(
    server: Server, fault: str, name: str, kind: Kind, label: str
) -> None:
    timeline = timeline_before(server, fault, name)
    found = [entry for entry in entries_of(timeline, kind) if entry.label == label]
    assert [True] == [begin_of(fault) < entry.begin < entry.end for entry in found]


def test_a_pipeline_that_stands_still_has_no_runs(server: Server) -> None:
    timeline = timeline_before(server, "the pipeline stands still", "freshness")
    runs = entries_of(timeline, Kind.PIPELINES)
    assert runs
    assert max(run.begin for run in runs) <= begin_of("the pipeline stands still")


def test_the_series_that_paged_is_drawn_with_its_thresholds(server: Server) -> None:
    timeline = timeline_before(server, "requests fail", "availability")
    assert ["1h", "5m"] == [curve.label for curve in timeline.curves]
    assert ["fast above 1.44%"] == [bound.label for bound in timeline.bounds]
    assert max(timeline.curves[1].values) > timeline.bounds[0].value


def test_of_a_drift_the_scores_are_drawn(server: Server) -> None:
    timeline = timeline_before(server, "a feature drifts", "inputs")
    assert ["feature age", "feature amount", "feature country", "feature device"] == [
        curve.label for curve in timeline.curves
    ]
    assert ["feature country"] == [curve.label for curve in timeline.curves if max(curve.values) > 1]


def test_an_axis_has_whole_steps_and_no_more_points_than_a_picture() -> None:
    assert Axis(0.0, 43_200.0, 60.0) == axis_of(0, 43_200)
    week = axis_of(1_000_001, 1_000_001 + 7 * 24 * HOUR)
    assert (week.end - week.begin) / week.step <= 722
    assert (0.0, 0.0) == (week.begin % week.step, week.end % week.step)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_timeline_is_the_same_picture(server: Server, kind: Format) -> None:
    timeline = timeline_before(server, "requests fail", "availability")
    assert draw_timeline(timeline, kind) == draw_timeline(timeline, kind)


def test_the_picture_names_what_it_shows(server: Server) -> None:
    timeline = timeline_before(server, "a bad version is deployed", "quality")
    said = re.findall(r"<!-- (.*?) -->", draw_timeline(timeline, "svg").decode())
    expected = {"deploys: 2", "new model versions: 2", "surface: model deploy", "guards", "1h", "5m"}
    assert set() == expected - set(said)


def test_a_picture_of_nothing_says_so(server: Server) -> None:
    axis = axis_of(0, 43_200)
    client = Client(Transport(Address(server.url)))
    timeline = timeline_of(PROGRAM, subject_of("availability"), axis, asking_range(client, axis))
    assert "nothing was measured" in draw_timeline(timeline, "svg").decode()


SELF_CONTAINED: Final = "http://www.w3.org/2000/svg"
"""The one URL of the page, which is a name and leads nowhere."""


def test_the_page_holds_all_that_it_needs(server: Server) -> None:
    page = as_html(timeline_before(server, "a bad version is deployed", "quality"))
    assert {SELF_CONTAINED} == set(re.findall(r"https?://[^\s\"'<)]+", page))
    assert "default-src 'none'" in page
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    told = json.loads(data)
    deploys = [row["entries"] for row in told["rows"] if row["kind"] == "deploys"]
    begin = begin_of("a bad version is deployed")
    assert [[["2", begin, begin]]] == deploys


def test_text_from_series_is_no_markup_in_the_page() -> None:
    hostile = "</script><script>alert(1)</script>"
    row = Entry(hostile, 0.0, 60.0)
    page = as_html(timeline_with(row, title=hostile))
    assert "<script>alert" not in page


def timeline_with(entry: Entry, title: str) -> Timeline:
    row = Row(Kind.PAGES, (entry,), "ALERTS")
    return Timeline(
        service="scorer",
        axis=Axis(0, 3600, 60),
        title=title,
        is_ratio=True,
        curves=(),
        bounds=(),
        rows=(row,),
    )


def test_what_is_no_number_is_not_drawn() -> None:
    axis = Axis(0, 120, 60)
    values = (0.5, math.nan, math.inf)
    lines = {True: (Line({}, (0.0, 60.0, 120.0), values),), False: ()}
    timeline = timeline_of(PROGRAM, subject_of("availability"), axis, lambda query: lines["/ (" in query])
    assert [(0.0,), (0.0,)] == [curve.times for curve in timeline.curves]
    assert "NaN" not in as_html(timeline)


def test_triage_draws_it_into_a_file(server: Server, tmp_path: Path) -> None:
    (tmp_path / "scorer.yaml").write_text(yaml_text(spec_of_scorer()), encoding="utf-8")
    (tmp_path / "defaults.yaml").write_text(yaml_text(DEFAULTS), encoding="utf-8")
    at = str(COURSE.moments["requests fail"])
    for name, first in (("t.png", b"\x89PNG"), ("t.svg", b"<?xml"), ("t.html", b"<!doctype html>")):
        command = ["triage", "scorer", str(tmp_path), "--prometheus", server.url, "--at", at]
        done = CliRunner().invoke(
            main, [*command, "--timeline", str(tmp_path / name)], catch_exceptions=False
        )
        assert 1 == done.exit_code
        assert (tmp_path / name).read_bytes().startswith(first)


def test_another_format_is_wrong_usage(tmp_path: Path) -> None:
    command = [
        "triage",
        "scorer",
        "--prometheus",
        "http://127.0.0.1:1",
        "--timeline",
        str(tmp_path / "t.gif"),
    ]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert 2 == done.exit_code
    assert "ends with none of .png, .svg, .html" in done.stderr
