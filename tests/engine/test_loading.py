"""All that is generated loads into the real servers, and every rule is evaluated without a complaint."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from slo_compiler.emitters.artifact import Artifact
from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.release import RELEASES, Release
from tests.engine.examples import PROGRAM, compile_specs
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server

ARTIFACTS = list(compile_specs().artifacts())
RULE_FILES = [artifact for artifact in ARTIFACTS if artifact.path.startswith("prometheus/")]
RULES = [rule for lowered in PROGRAM.lowered for group in lowered.groups for rule in group.rules]

PATIENCE = 60.0  # seconds; the evaluations take one or two


def test_every_group_is_evaluated_without_a_complaint(prometheus: Prometheus, tmp_path: Path) -> None:
    """Every second, not every few minutes: nothing else about the rules is changed."""
    for file in RULE_FILES:
        hurried = re.sub(r"(?m)^  interval: \S+$", "  interval: 1s", file.text)
        assert hurried != file.text
        (tmp_path / Path(file.path).name).write_text(hurried, encoding="utf-8")
    with prometheus.serve(tmp_path, {"rule_files": ["*.rules.yaml"]}) as server:
        rules = _evaluated(server)
        assert len(rules) == len(RULES)
        assert [rule for rule in rules if rule["health"] != "ok"] == []
        assert server.complaints() == []


def test_promtool_has_nothing_to_say_against_the_rules(prometheus: Prometheus, tmp_path: Path) -> None:
    for file in RULE_FILES:
        path = tmp_path / Path(file.path).name
        path.write_text(file.text, encoding="utf-8")
        done = prometheus.promtool("check", "rules", "--lint=all", "--lint-fatal", path)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_our_own_checker_takes_every_expression_for_every_release(release: Release) -> None:
    refused = [rule.expr for rule in RULES if not isinstance(parse(rule.expr, release), Expression)]
    assert refused == []


def test_alertmanager_loads_the_configuration_without_a_complaint(
    alertmanager: Alertmanager, tmp_path: Path
) -> None:
    with alertmanager.serve(tmp_path, _alertmanager().text) as server:
        assert server.complaints() == []
        assert server.get("/api/v2/status")["config"]["original"].count("receiver:") > 0


def test_amtool_takes_the_configuration(alertmanager: Alertmanager, tmp_path: Path) -> None:
    path = tmp_path / "alertmanager.yaml"
    path.write_text(_alertmanager().text, encoding="utf-8")
    done = alertmanager.amtool("check-config", path)
    assert done.returncode == 0, done.stdout + done.stderr


def _alertmanager() -> Artifact:
    return next(artifact for artifact in ARTIFACTS if artifact.path == "alertmanager/alertmanager.yaml")


def _evaluated(server: Server) -> list[dict[str, Any]]:
    """The rules as the server tells them, when it has evaluated each of them."""
    deadline = time.monotonic() + PATIENCE
    while True:
        groups = server.get("/api/v1/rules")["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        if rules and all(rule["health"] != "unknown" for rule in rules):
            return rules
        assert time.monotonic() < deadline, [rule["name"] for rule in rules if rule["health"] == "unknown"]
        time.sleep(0.1)
