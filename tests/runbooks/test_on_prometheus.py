"""Every query of every page on the oldest and the newest Prometheus, with data and during incidents."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from slo_compiler.model import labels
from slo_compiler.model.indicator import Guardrail
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import RELEASES
from slo_compiler.promql.syntax import Matcher, MatchOperator
from slo_compiler.rules import names
from slo_compiler.rules.program import LoweredSlo, Program
from slo_compiler.rules.runbook.pages import Section, pages
from slo_compiler.scenarios.series import Histogram, Value
from tests.conftest import prometheus_of
from tests.engine import replay
from tests.engine.examples import PROGRAM, SLOS
from tests.engine.remote_write import Written, write
from tests.engine.series import Phase, series_of
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import PROMETHEUS_2_42, PROMETHEUS_3_5
from tests.oracles.server import Server
from tests.runbooks.examples import GATEWAY, PROGRAMS, pages_of, queries_of

FLAGS: Final = ("--web.enable-remote-write-receiver", "--enable-feature=native-histograms")

# Values that regular expressions of the examples match.
MATCHED: Final = {"5..": "503", "OK|NotFound|InvalidArgument": "OK", "card|invoice": "card"}

# Of recorded metrics those that keep a label: that of the origin of what a guardrail blocked.
BY_ORIGIN: Final = (names.BLOCKED, names.BLOCKED_SHARE, names.USUAL_BLOCKED_SHARE)
ORIGINS: Final = {
    lowered.plan.slo.id: lowered.plan.slo.indicator.origin
    for program in PROGRAMS.values()
    for lowered in program.slos
    if isinstance(lowered.plan.slo.indicator, Guardrail)
}

NATIVE: Final = ("grpc_server_handling_seconds",)
LOWEST_BUCKET: Final = -5

AT: Final = replay.EPOCH
AGO: Final = 3600


@pytest.fixture(scope="module", params=(PROMETHEUS_2_42, PROMETHEUS_3_5), ids=lambda release: release.name)
def oldest_and_newest(request: pytest.FixtureRequest) -> Prometheus:
    return prometheus_of(request.param)


@pytest.fixture(scope="module")
def server(oldest_and_newest: Prometheus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two series for every selector of every query, so that what cannot be joined is seen."""
    with oldest_and_newest.serve(tmp_path_factory.mktemp("runbooks"), flags=FLAGS) as server:
        write(server, data_of(all_queries()))
        yield server


def all_queries() -> list[str]:
    """What stands on pages, and what templates of users may put there."""
    found: list[str] = []
    for program in PROGRAMS.values():
        for text in pages_of(program).values():
            found += queries_of(text)
        for page in pages(program):
            for section in page.sections:
                found += section.queries.values()
                found += (alert.expr for alert in section.alerts)
    return list(dict.fromkeys(found))


def data_of(queries: list[str]) -> list[Written]:
    """Two series for each selector, which it selects, counting up for an hour until ``AT``.

    They are of two instances, or of two origins where those are all that the rules leave apart.
    """
    found: dict[str, Written] = {}
    for query in queries:
        parsed = parse(query, RELEASES[-1])
        assert not isinstance(parsed, list), query
        for selector in vector_selectors(parsed.tree):
            for instance in ("a", "b"):
                named = dict(_label(each) for each in selector.matchers)
                metric = str(metric_of(selector))
                told_apart = ORIGINS[named[labels.SLO_ID]] if metric in BY_ORIGIN else "instance"
                series = {told_apart: instance, **named, "__name__": metric}
                if series["__name__"].endswith("_bucket"):
                    series.setdefault("le", "+Inf")
                times = range(0, AGO + 1, 30)
                samples = [(float(AT - AGO + time), _value(series["__name__"], time)) for time in times]
                found.setdefault(json.dumps(series, sort_keys=True), Written(series, samples))
    return list(found.values())


def _value(metric: str, time: int) -> Value:
    return Histogram(time, time, lowest=LOWEST_BUCKET) if metric in NATIVE else float(time)


def _label(matcher: Matcher) -> tuple[str, str]:
    match matcher.operator:
        case MatchOperator.EQUAL:
            return matcher.label, matcher.value
        case MatchOperator.REGEX:
            return matcher.label, MATCHED.get(matcher.value, matcher.value.split("|")[0].replace("\\", ""))
        case _:
            return matcher.label, "other"


def ask(server: Server, query: str, at: float = AT) -> list[dict[str, Any]]:
    reply = server.get("/api/v1/query", query=query, time=at)
    assert "success" == reply["status"], (query, reply)
    assert not reply.get("warnings"), (query, reply["warnings"])
    result = reply["data"]["result"]
    assert isinstance(result, list)
    return result


def test_every_query_evaluates_without_an_error_or_a_warning(server: Server) -> None:
    queries = all_queries()
    assert len(queries) > 100
    for query in queries:
        ask(server, query)


class Incident(NamedTuple):
    """An SLO, and what happens to it."""

    slo_id: str
    phases: tuple[Phase, ...]

    @property
    def slo(self) -> LoweredSlo:
        return SLOS[self.slo_id]

    @property
    def end(self) -> float:
        return sum(phase.lasts for phase in self.phases)


SOME_FAIL: Final = (Phase(4 * 3600), Phase(3600, errors=0.05))
ALL_WELL: Final = (Phase(5 * 3600),)


def section_of(program: Program, subject_id: str, *, signal: bool = False) -> Section:
    """The first section of an SLO or a signal."""
    label = labels.SIGNAL_ID if signal else labels.SLO_ID
    return next(
        section
        for page in pages(program)
        for section in page.sections
        if (section.subject.id, section.subject.id_label) == (subject_id, label)
    )


@pytest.mark.parametrize(
    ("phases", "ratio"),
    [(ALL_WELL, 0), (SOME_FAIL, 0.05)],
    ids=["while all is well", "while one in twenty fails"],
)
@pytest.mark.parametrize("slo_id", ["checkout-api:availability", "checkout-api:latency"])
def test_confirming_and_localising_an_incident(
    oldest_and_newest: Prometheus, tmp_path: Path, slo_id: str, phases: tuple[Phase, ...], ratio: float
) -> None:
    incident = Incident(slo_id, phases)
    section = section_of(PROGRAM, slo_id)
    queries = section.queries
    with replay.replayed(
        oldest_and_newest, tmp_path, incident.slo, series_of(incident.slo.plan.slo, phases), incident.end
    ) as replayed:
        value = functools.partial(replayed.value, at=incident.end)
        assert math.isclose(ratio, value(queries["error_ratio_long"]), abs_tol=0.01)
        assert math.isclose(ratio, value(queries["error_ratio_short"]), abs_tol=0.01)
        assert math.isclose(ratio, value(queries["errors"]) / value(queries["events"]), abs_tol=0.01)
        assert (value(queries["budget_left"]) < 1) is (ratio > 0)
        assert 1 == value(queries["measured"])
        (worst, *_) = section.breakdowns
        answers = replayed.server.get("/api/v1/query", query=worst.promql, time=incident.end + AT)
        failing = [float(each["value"][1]) for each in answers["data"]["result"]]
        assert [each > 0.01 for each in failing] == ([True] if ratio else [False] * len(failing))
        if "high" in queries:
            assert value(queries["high"]) > value(queries["median"])


class Scored(NamedTuple):
    """What a detector and a judge tell, and what the page of a drift answers to its first two questions."""

    scores: dict[str, float]
    burn: float | None
    versions: tuple[str, ...]
    drifting: list[str]
    breadth: float


DRIFTS: Final = {
    "nothing drifts": Scored({"age": 0.5, "country": 0.2}, 0.3, ("1",), [], 0.0),
    "one feature drifts": Scored({"age": 3.0, "country": 0.2}, 0.3, ("1",), ["age"], 0.5),
    "all drift, the detector moved": Scored(
        {"age": 3.0, "country": 2.0}, 4.0, ("1", "2"), ["age", "country"], 1.0
    ),
    "there are no labels": Scored({"age": 3.0, "country": 0.2}, None, ("1",), ["age"], 0.5),
}


@pytest.mark.parametrize("told", DRIFTS.values(), ids=DRIFTS)
def test_the_three_questions_of_a_drift(oldest_and_newest: Prometheus, tmp_path: Path, told: Scored) -> None:
    queries = section_of(GATEWAY, "gateway:inputs", signal=True).queries
    with oldest_and_newest.serve(tmp_path, flags=FLAGS) as server:
        write(server, _told(told))
        assert len(told.versions) == len(ask(server, queries["detectors"]))
        found = ask(server, queries["drifting"])
        assert told.drifting == [each["metric"]["feature"] for each in found]
        assert [told.breadth] == [float(each["value"][1]) for each in ask(server, queries["breadth"])]
        for each in ask(server, queries["drifted_for"]):
            assert AGO - 600 <= float(each["value"][1]) <= AGO + 600
        burning = [float(each["value"][1]) for each in ask(server, queries["quality_burn"])]
        assert burning == ([] if told.burn is None else [told.burn])


def _told(told: Scored) -> list[Written]:
    mine = {labels.SIGNAL_ID: "gateway:inputs"}
    values: list[tuple[dict[str, str], float]] = [
        ({"__name__": "ml:drift:ratio", "feature": feature, **mine}, score)
        for feature, score in told.scores.items()
    ]
    over = sum(score > 1 for score in told.scores.values()) / len(told.scores)
    values.append(({"__name__": "ml:drift_breadth:ratio", **mine}, over))
    if told.burn is not None:
        values.append(({"__name__": "ml:quality_burn:lower_bound", **mine}, told.burn))
    values += [
        ({"__name__": "ml_detector_info", "model": "gateway", "detector_version": version}, 1.0)
        for version in told.versions
    ]
    times = [float(time) for time in range(AT - AGO, AT + 1, 60)]
    return [Written(series, [(time, value) for time in times]) for series, value in values]


def test_since_when_evidence_is_missing_and_where_its_metric_still_is(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    section = section_of(PROGRAM, "llm-gateway:telemetry", signal=True)
    with oldest_and_newest.serve(tmp_path, flags=FLAGS) as server:
        write(server, list(_renamed("vllm:num_requests_running", gone=1800)))
        gone = {
            each.of: [float(row["value"][1]) for row in ask(server, each.promql)]
            for each in section.last_seen
        }
        assert {"serving.running": [1800.0]} == {name: seconds for name, seconds in gone.items() if seconds}
        jobs = [row["metric"]["job"] for each in section.presence for row in ask(server, each.promql)]
        assert ["engines"] == jobs


def _renamed(metric: str, gone: int) -> Iterator[Written]:
    """A metric whose job is called otherwise for that many seconds."""
    before = [(float(time), 1.0) for time in range(AT - AGO, AT - gone + 1, 30)]
    after = [(float(time), 1.0) for time in range(AT - gone, AT + 1, 30)]
    yield Written({"__name__": metric, "job": "vllm"}, before)
    yield Written({"__name__": metric, "job": "engines"}, after)


@pytest.mark.parametrize("origin", ["user", "retrieval", "tool"])
def test_where_an_injection_comes_from(oldest_and_newest: Prometheus, tmp_path: Path, origin: str) -> None:
    queries = section_of(GATEWAY, "gateway:injection").queries
    with oldest_and_newest.serve(tmp_path, flags=FLAGS) as server:
        write(server, list(_checks(origin)))
        rows = ask(server, queries["checks_by_origin"])
        blocked = {
            row["metric"]["origin"]
            for row in rows
            if row["metric"]["action"] == "block" and float(row["value"][1]) > 0
        }
        assert {origin} == blocked
        unchecked = {
            row["metric"]["origin"]: float(row["value"][1]) > 0
            for row in ask(server, queries["counted_by_origin"])
        }
        assert {each: each == origin for each in ("user", "retrieval", "tool")} == unchecked


def _checks(attacked: str) -> Iterator[Written]:
    for origin in ("user", "retrieval", "tool"):
        for action in ("allow", "block", "fail_open"):
            series = {
                "__name__": "ml_guardrail_checks_total",
                "guardrail": "prompt-shield",
                "origin": origin,
                "phase": "input",
                "action": action,
            }
            each = 1.0 if action == "allow" or origin == attacked else 0.0
            yield Written(series, [(float(AT - AGO + time), each * time) for time in range(0, AGO + 1, 30)])
