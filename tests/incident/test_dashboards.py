"""Every query of a dashboard finds data on a real Prometheus, and reads what rules have recorded."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from slo_compiler.emitters.grafana.dashboard import emit
from tests.emitters.test_grafana import annotations_of, targets_of
from tests.incident import past
from tests.incident.conftest import COURSE, PROGRAM
from tests.oracles.server import Server

(ARTIFACT,) = emit(PROGRAM)
DOCUMENT: Final[dict[str, Any]] = json.loads(ARTIFACT.text)

SPARSE: Final = {"Spec changes": "the rules of this past never change"}
"""Annotations that have nothing to find, and why."""


def found(server: Server, query: str) -> int:
    """The number of samples over the whole past."""
    step = 300
    reply = server.get("/api/v1/query_range", query=query, start=past.EPOCH, end=COURSE.end, step=step)
    assert "success" == reply["status"], (query, reply)
    assert not reply.get("warnings"), (query, reply["warnings"])
    return sum(len(series["values"]) for series in reply["data"]["result"])


@pytest.mark.parametrize(("title", "query"), targets_of(DOCUMENT), ids=lambda each: each[:50])
def test_every_query_of_a_panel_finds_data(server: Server, title: str, query: str) -> None:
    assert found(server, query) > 0, title


@pytest.mark.parametrize(
    ("name", "query"),
    [(each["name"], each["expr"]) for each in annotations_of(DOCUMENT)],
    ids=lambda each: each[:30],
)
def test_every_annotation_finds_what_happened(server: Server, name: str, query: str) -> None:
    assert (found(server, query) > 0) is (name not in SPARSE)


def test_moments_are_milliseconds_within_the_past(server: Server) -> None:
    moments = [each for each in annotations_of(DOCUMENT) if each["useValueForTime"]]
    assert {"Deploys", "Pipeline runs"} == {each["name"] for each in moments}
    for each in moments:
        rows = server.get("/api/v1/query", query=each["expr"], time=COURSE.end)["data"]["result"]
        for row in rows:
            assert past.EPOCH - 40 * 86400 < float(row["value"][1]) / 1000 <= COURSE.end
