"""Every query of every preset yields a value on a real Prometheus that scrapes the system's exposition."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from slo_compiler.model.indicator import Guardrail
from slo_compiler.presets.library import system_names
from slo_compiler.rules.ir import RecordingRule
from slo_compiler.rules.program import Program
from tests.compiling import defaults, program_of
from tests.conftest import prometheus_of
from tests.oracles.document import yaml_text
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import PROMETHEUS_2_42, PROMETHEUS_3_5
from tests.oracles.server import Server
from tests.presets.examples import specs
from tests.presets.exposition import exposition_of, serving

RAW: Final = ("slo:events:increase5m", "slo:errors:increase5m")
"""The only series that are read from raw ones."""

PATIENCE: Final = 60.0  # seconds; it takes about five


@pytest.fixture(params=(PROMETHEUS_2_42, PROMETHEUS_3_5), ids=lambda release: release.name)
def oldest_and_newest(request: pytest.FixtureRequest) -> Prometheus:
    return prometheus_of(request.param)


def rule_file(program: Program) -> str:
    """The rules that read raw series, and no others."""
    rules = [
        {"record": rule.record, "expr": rule.expr, "labels": dict(rule.labels)}
        for lowered in program.slos
        for group in lowered.groups
        for rule in group.rules
        if isinstance(rule, RecordingRule) and rule.record in RAW
    ]
    return yaml_text({"groups": [{"name": "raw", "interval": "1s", "rules": rules}]})


def recorded(server: Server, record: str) -> dict[str, float]:
    """The value of a recorded series for each SLO."""
    answer = server.get("/api/v1/query", query=record)
    return {each["metric"]["slo_id"]: float(each["value"][1]) for each in answer["data"]["result"]}


@pytest.mark.waits
def test_every_query_of_every_preset_yields_a_number(oldest_and_newest: Prometheus, tmp_path: Path) -> None:
    program = program_of(
        *specs(), defaults=defaults(scrape_interval="1s", evaluation_interval="1s"), receivers=None
    )
    ids = {lowered.plan.slo.id for lowered in program.slos}
    (tmp_path / "rules.yaml").write_text(rule_file(program), encoding="utf-8")
    expositions = {name: exposition_of(name) for name in system_names()}
    with serving(expositions) as target:
        jobs: list[Any] = [
            {
                "job_name": name,
                "metrics_path": f"/{name}",
                "scrape_interval": "1s",
                "honor_labels": True,
                "static_configs": [{"targets": [target]}],
            }
            for name in expositions
        ]
        config = {"rule_files": ["rules.yaml"], "scrape_configs": jobs}
        with oldest_and_newest.serve(tmp_path, config) as server:
            found = _when_complete(server, ids)
            problems = server.get("/api/v1/rules")["data"]["groups"][0]["rules"]
            watched = {selector: _series(server, selector) for selector in _watched_by_guardrails(program)}
    assert {record: set() for record in RAW} == {
        record: ids - values.keys() for record, values in found.items()
    }
    assert {} == {selector: series for selector, series in watched.items() if not series}
    assert [] == [rule["lastError"] for rule in problems if rule.get("lastError")]
    assert [] == [slo for slo, events in found[RAW[0]].items() if not events > 0]
    assert [] == [
        slo for slo, errors in found[RAW[1]].items() if not 0 <= errors <= found[RAW[0]][slo] * 1.01
    ]


def _watched_by_guardrails(program: Program) -> Iterator[str]:
    """What guardrails count beside their checks."""
    for lowered in program.slos:
        match lowered.plan.slo.indicator:
            case Guardrail(fail_open=fail_open, blocked=blocked):
                yield from (counter.text for counter in (fail_open, blocked) if counter is not None)


def _series(server: Server, selector: str) -> list[Any]:
    series: list[Any] = server.get("/api/v1/query", query=selector)["data"]["result"]
    return series


def _when_complete(server: Server, ids: set[str]) -> dict[str, dict[str, float]]:
    """What is recorded, as soon as all of it is, and else when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = {record: recorded(server, record) for record in RAW}
        if all(ids <= values.keys() for values in found.values()) or time.monotonic() > deadline:
            return found
        time.sleep(0.3)
