"""Post-mortems on a real Prometheus: each field right by what was done to the service."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from slo_compiler.demo.faults import FAULTS
from slo_compiler.emitters import prometheus as rule_files
from slo_compiler.incident import words
from slo_compiler.incident.asking import Unanswered
from slo_compiler.incident.bundle import Bundle, BundleError, read_bundle, write_bundle
from slo_compiler.incident.live import asking, asking_range
from slo_compiler.incident.postmortem import AskAt, AskOn, Incident, Postmortem, postmortem
from slo_compiler.incident.postmortem_markdown import as_markdown
from slo_compiler.incident.rule_test import Untestable, rule_test
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.client import Prometheus as Client
from slo_compiler.prometheus.transport import Transport
from slo_compiler.rules.program import Program
from tests.incident.conftest import COURSE, PROGRAM
from tests.incident.world import DEFAULTS, scorer, spec_of_scorer
from tests.oracles.document import yaml_text
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server

TOLD: Final = FAULTS

LookBack = Callable[[str], Postmortem]


def incident_of(name: str) -> Incident:
    (event,) = (each for fault, each in zip(COURSE.moments, COURSE.events, strict=True) if fault == name)
    return Incident("scorer", event.begin, event.end)


def live(server: Server) -> tuple[AskAt, AskOn]:
    client = Client(Transport(Address(server.url)))
    return lambda at: asking(client, at), lambda axis: asking_range(client, axis)


@pytest.fixture(scope="module")
def look_back(server: Server) -> LookBack:
    def look(name: str) -> Postmortem:
        bundle = Bundle(incident_of(name))
        return postmortem(PROGRAM, bundle.incident, *bundle.recording(*live(server)))

    return functools.cache(look)


def answers_of(found: Postmortem) -> dict[str, str]:
    return {field.key: field.answer for field in found.fields}


@pytest.mark.parametrize("name", TOLD)
def test_each_fault_is_attributed_to_its_surface(look_back: LookBack, name: str) -> None:
    fault, attribution = TOLD[name], look_back(name).attribution
    assert (fault.surface, fault.cause) == (attribution.surface, attribution.cause)


class Facts(NamedTuple):
    """What a post-mortem has to find, by what was done to the service."""

    page: str | None
    sev: str
    drifts: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    breached: bool = False
    """Whether quality was below its objective."""
    spent: tuple[str, ...] = ()
    """The SLOs that lost more than a hundredth of their budget."""


OF_QUALITY: Final = Facts(
    "ErrorBudgetBurnFast of quality (page)", "SEV1", breached=True, spent=("budget quality",)
)
FOUND: Final = {
    "requests fail": Facts(
        "ErrorBudgetBurnFast of availability (page)", "SEV1", spent=("budget availability",)
    ),
    "every pod is slow": Facts("ErrorBudgetBurnFast of latency (page)", "SEV2", spent=("budget latency",)),
    "an engine hangs": Facts("EngineStalled of serving (page)", "SEV1"),
    "all targets are down": Facts("IndicatorAbsent of availability (page)", "SEV2"),
    "the pipeline stands still": Facts(
        "ErrorBudgetBurnFast of freshness (page)", "SEV1", spent=("budget freshness",)
    ),
    "a feature drifts": Facts(None, "SEV3", drifts=("virtual",)),
    "all features drift": Facts(None, "SEV3", drifts=("virtual",)),
    "the mix of labels drifts": Facts(None, "SEV3", drifts=("of labels",)),
    "a bad version is deployed": OF_QUALITY,
    "the world has changed": OF_QUALITY._replace(page="DriftReal of inputs (page)", drifts=("real",)),
    "the artefact is corrupt": OF_QUALITY,
    "a slice is bad": OF_QUALITY._replace(page="QualitySliceBurn of quality (page)"),
    "the detector moved": Facts(None, "", guards=("detector_moved",)),
    # What is labelled so far is bad, and counts: only nobody is woken for it.
    "labels are late": Facts(None, "", guards=("label_lag",), breached=True, spent=("budget quality",)),
    "replicas warm up": Facts(None, "", guards=("cold_start",), spent=("budget latency",)),
    "it is Monday": Facts(None, "", guards=("seasonality",)),
}


def spent_of(answers: Mapping[str, str]) -> tuple[str, ...]:
    told = {
        key: re.findall(r"([\d.]+)%", answer) for key, answer in answers.items() if key.startswith("budget")
    }
    return tuple(key for key, (before, after) in told.items() if float(before) - float(after) > 1)


def test_there_are_facts_of_each_fault_and_false_page() -> None:
    assert FOUND.keys() == TOLD.keys()


@pytest.mark.parametrize("name", FOUND)
def test_each_field_is_right_by_what_was_done(look_back: LookBack, name: str) -> None:
    found = look_back(name)
    answers = answers_of(found)
    assert FOUND[name] == Facts(
        page=found.page.name if found.page else None,
        sev=found.sev,
        drifts=found.drifts,
        guards=found.guards,
        breached=answers["breached quality"].startswith("Y, "),
        spent=spent_of(answers),
    )


@pytest.mark.parametrize("name", [name for name, facts in FOUND.items() if facts.page])
def test_the_gap_until_the_page_is_that_of_the_fault(look_back: LookBack, name: str) -> None:
    found, incident = look_back(name), incident_of(name)
    assert found.page is not None
    assert found.page.told is not None
    # Features are too old after ten minutes, and burn long enough ten minutes later.
    assert 0 < found.page.told - incident.begin <= (1800 if name == "the pipeline stands still" else 900)


@pytest.mark.parametrize("name", [name for name, facts in FOUND.items() if facts.guards])
def test_nobody_was_paged_for_what_a_guard_held_back(look_back: LookBack, name: str) -> None:
    page = as_markdown(look_back(name))
    assert "| Severity | none " in page
    assert "- How long between incident start and page? nobody was paged" in page
    assert " | held back | " in page


@pytest.mark.parametrize("name", FOUND)
def test_model_and_data_are_as_they_were_when_it_began(look_back: LookBack, name: str) -> None:
    incident = incident_of(name)
    answers = answers_of(look_back(name))
    before = (incident.begin // 600) * 600 - (600 if incident.begin % 600 == 0 else 0)
    assert "1" == answers["version"]
    assert "2025-12-06T00:00:00Z, version 1" == answers["deployed"]
    assert f"features {words.moment(before)}" == answers["pipelines"]
    assert "unknown" == answers["cutoff"]


def test_a_breach_of_quality_is_told_with_how_long_it_was(look_back: LookBack) -> None:
    sound, breached = (
        answers_of(look_back(name))["breached quality"]
        for name in ("requests fail", "the artefact is corrupt")
    )
    assert "N" == sound
    assert re.fullmatch(r"Y, for (5\dm.*|1h), at 61\.\d* times the allowed rate at its worst", breached), (
        breached
    )


def test_the_page_came_within_minutes_and_nothing_could_have_been_earlier(look_back: LookBack) -> None:
    found, incident = look_back("requests fail"), incident_of("requests fail")
    assert found.page is not None
    assert found.page.fired is not None
    assert found.earliest is not None
    assert 60 <= found.page.fired - incident.begin <= 600
    assert "ErrorBudgetBurnFast of availability (page)" == found.page.name == found.earliest.name
    assert "SEV1" == found.sev


def test_a_ticket_that_saw_it_is_no_page(look_back: LookBack) -> None:
    found = look_back("a feature drifts")
    assert found.page is None
    assert found.first is not None
    assert "DriftVirtual of inputs (ticket)" == found.first.name
    assert "Nobody was paged; DriftVirtual of inputs (ticket) saw it, and wakes nobody." in as_markdown(found)


def test_every_answer_has_the_number_of_a_query_that_is_listed(look_back: LookBack) -> None:
    for name in TOLD:
        page = as_markdown(look_back(name))
        cited = {int(number) for number in re.findall(r"\(#query-(\d+)\)", page)}
        listed = [int(number) for number in re.findall(r'<a id="query-(\d+)">', page)]
        assert [*range(1, len(listed) + 1)] == listed
        assert cited == set(listed)


def test_what_is_kept_gives_the_same_page_without_a_server(server: Server) -> None:
    bundle = Bundle(incident_of("the world has changed"))
    first = as_markdown(postmortem(PROGRAM, bundle.incident, *bundle.recording(*live(server))))
    kept = write_bundle(bundle)
    again = read_bundle(kept)
    assert first == as_markdown(postmortem(PROGRAM, again.incident, *again.answering()))
    assert kept == write_bundle(again)


def test_what_was_not_kept_is_refused() -> None:
    at, _ = Bundle(Incident("scorer", 0, 1)).answering()
    with pytest.raises(Unanswered, match="the bundle has no answer to up"):
        at(0)("up")


AN_INCIDENT: Final = '{{"version": 1, "service": "a", "begin": {}, "end": {}, "instants": [], "ranges": []}}'


@pytest.mark.parametrize("times", [("NaN", "1"), ("0", "Infinity"), ("-Infinity", "0"), ("5", "5")])
def test_a_bundle_of_no_time_is_refused(times: tuple[str, str]) -> None:
    with pytest.raises(BundleError, match="it is of no time"):
        read_bundle(AN_INCIDENT.format(*times))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "service": "a"}'])
def test_another_file_is_no_bundle(text: str) -> None:
    with pytest.raises(BundleError):
        read_bundle(text)


def promtool_says(prometheus: Prometheus, folder: Path, program: Program, test: str) -> bool:
    for artifact in rule_files.emit(program):
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(artifact.text, encoding="utf-8")
    (folder / "promtool").mkdir(exist_ok=True)
    (folder / "promtool" / "incident.test.yaml").write_text(test, encoding="utf-8")
    done = prometheus.promtool("test", "rules", folder / "promtool" / "incident.test.yaml")
    return done.returncode == 0


@pytest.mark.parametrize("name", ["requests fail", "every pod is slow"])
def test_the_rule_test_of_an_incident_passes_and_fails_on_rules_that_would_not_have_paged(
    server: Server, look_back: LookBack, prometheus_3_5: Prometheus, tmp_path: Path, name: str
) -> None:
    test = rule_test(look_back(name), PROGRAM, live(server)[1])
    assert promtool_says(prometheus_3_5, tmp_path / "now", PROGRAM, test)
    deaf = spec_of_scorer()
    for slo in deaf["slos"]:
        slo["alerting"] = {**slo["alerting"], "min_errors": 1_000_000}
    assert not promtool_says(prometheus_3_5, tmp_path / "deaf", scorer(deaf), test)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a feature drifts", "nothing paged"),
        ("the world has changed", "DriftReal of inputs .page. is no burn-rate alert"),
        ("the pipeline stands still", "the series of scorer:freshness are times"),
    ],
)
def test_what_cannot_be_tested_says_why(server: Server, look_back: LookBack, name: str, reason: str) -> None:
    with pytest.raises(Untestable, match=reason):
        rule_test(look_back(name), PROGRAM, live(server)[1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "scorer.yaml").write_text(yaml_text(spec_of_scorer()), encoding="utf-8")
    (specs / "defaults.yaml").write_text(yaml_text(DEFAULTS), encoding="utf-8")
    return specs


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["postmortem", *map(str, arguments)], catch_exceptions=False)


def test_the_command_writes_all_files_and_does_it_again_from_what_it_kept(
    server: Server, folder: Path
) -> None:
    incident, out = incident_of("requests fail"), folder.parent / "out"
    out.mkdir()
    files = ("--timeline", out / "t.png", "--rule-test", out / "r.test.yaml")
    asked = ("--prometheus", server.url, "--start", str(incident.begin), "--end", str(incident.end))
    first = run("scorer", folder, *asked, *files, "--save", out / "kept.json")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert (0, {"t.png", "r.test.yaml", "kept.json"}) == (first.exit_code, set(before))
    assert "![Timeline](t.png)" in first.stdout
    assert "r.test.yaml: keep it beside the generated ones." in first.stdout
    again = run("scorer", folder, "--bundle", out / "kept.json", *files)
    assert first.stdout == again.stdout
    assert before == {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "a post-mortem is of SERVICE, from --start to --end"),
        (("--start", "2", "--end", "1"), "--end 1 is not after --start 2"),
        (("--start", "1", "--end", "2999-01-01T00:00:00Z"), "is in the future"),
        (("--start", "1", "--end", "2"), "--prometheus URL says whom to ask"),
    ],
)
def test_wrong_usage_is_told(folder: Path, arguments: tuple[str, ...], complaint: str) -> None:
    done = run("scorer", folder, *arguments)
    assert (2, True) == (done.exit_code, complaint in done.stderr)


def test_where_no_rule_was_evaluated_nothing_is_concluded() -> None:
    found = postmortem(
        PROGRAM, Incident("scorer", 1e9, 1e9 + 3600), lambda _: lambda _: (), lambda _: lambda _: ()
    )
    page = as_markdown(found)
    assert "In doubt: Rules: 0 of" in page
    assert "Was label lag a contributing factor? not known" in page
    assert "Not known: no rule of this service was evaluated" in page
    assert "a signal is missing" not in page
