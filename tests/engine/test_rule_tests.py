"""The tests generated with the rules: they pass on every promtool, and fail when a rule is broken."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from slo_compiler.emitters import prometheus as rule_files
from slo_compiler.emitters import promtool as rule_tests
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.rules.program import Program
from tests.compiling import ml_spec, program_of, quality
from tests.engine.examples import PROGRAM, compile_slo
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import PROMETHEUS_3_5
from tests.oracles.ruletest import Verdict

ONE_TIER: Final = """
slos:
  - name: availability
    objective: 99.9%
    indicator:
      ratio: {bad: 'requests_total{code=~"5.."}', total: requests_total}
    alerting:
      tiers: [{name: fast, severity: page, budget: 2%, long: 1h}]
"""

PAGES: Final = {"tiers": [{"name": "fast", "severity": "page", "long": "1h", "budget": "2%"}]}

SLOW_PAGES: Final = [{"name": "fast", "severity": "page", "long": "3h", "budget": "2%"}]
"""Their short window is longer than the base window."""


def _by_cohort(lag: str, **alerting: Any) -> Program:
    indicator = {"quality": {"labels": {"mode": "cohort", "lag": lag}}}
    spec = ml_spec("shop", quality(indicator=indicator, alerting=PAGES | alerting), drift=[])
    return Program(program_of(spec).slos, None)


AVAILABILITY: Final = Program((compile_slo(ONE_TIER),), None)
RULES: Final = "prometheus/shop.rules.yaml"


SERVICES: Final = sorted({lowered.plan.slo.service for lowered in PROGRAM.slos})


@pytest.mark.parametrize("service", SERVICES)
def test_all_pass_on_every_release(prometheus: Prometheus, tmp_path: Path, service: str) -> None:
    """On the newest with all that the service's file holds; on the others without signals, to be quick."""
    newest = prometheus.release == PROMETHEUS_3_5.line
    tests = _written(_artifacts(_of(service, signals=newest)), tmp_path)
    assert tests != []
    done = _run(prometheus, [path for path in tests if newest or path.parent.name != "native"])
    assert done.ok, done.output


@pytest.mark.parametrize(
    ("lag", "alerting"),
    [
        pytest.param("30m", {}, id="half an hour"),
        pytest.param("31m17s", {}, id="a little more than a whole number of evaluations"),
        pytest.param("34m59s", {}, id="a little less"),
        pytest.param("30m", {"absent": {"for": "10m"}}, id="longer than absent data are waited for"),
        pytest.param("30m", {"absent": False}, id="without an alert about absent data"),
        pytest.param("1d", {}, id="a day"),
        pytest.param("7d", {}, id="a week"),
        pytest.param("1d7h13m", {"tiers": SLOW_PAGES}, id="a day and a part of an evaluation"),
    ],
)
def test_those_of_quality_by_cohort_pass(
    prometheus: Prometheus, tmp_path: Path, lag: str, alerting: dict[str, Any]
) -> None:
    done = _run(prometheus, _written(_artifacts(_by_cohort(lag, **alerting)), tmp_path))
    assert done.ok, done.output


@pytest.mark.parametrize(
    ("lag", "looked_at"),
    [
        pytest.param("30m", "10m", id="too soon"),
        pytest.param("30m", "1h", id="too late"),
        pytest.param("1d", "12h", id="half a day too soon"),
        pytest.param("1d", "1d12h", id="half a day too late"),
    ],
)
def test_those_of_quality_by_cohort_fail_when_it_is_looked_at(
    prometheus_3_5: Prometheus, tmp_path: Path, lag: str, looked_at: str
) -> None:
    artifacts = {artifact.path: artifact.text for artifact in _artifacts(_by_cohort(lag))}
    broken = artifacts[RULES].replace(f" offset {lag}", f" offset {looked_at}")
    assert broken != artifacts[RULES]
    tests = _written((Artifact(path, text) for path, text in {**artifacts, RULES: broken}.items()), tmp_path)
    done = _run(prometheus_3_5, tests)
    assert not done.ok
    assert "ErrorBudgetBurnFast" in done.output


def test_those_of_a_single_tier_pass(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    """Otherwise that they fail when a rule is broken would prove nothing."""
    done = _run(prometheus_3_5, _written(_artifacts(AVAILABILITY), tmp_path))
    assert done.ok, done.output


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        pytest.param(r"14\.4 \* 0\.001", "28.8 * 0.001", id="a threshold twice as high"),
        pytest.param(r"14\.4 \* 0\.001", "7.2 * 0.001", id="a threshold half as high"),
        pytest.param(
            r"increase1h(.*\n.*)increase1h(.*\n +> )", r"increase5m\1increase5m\2", id="no long window"
        ),
        pytest.param(
            r"increase5m(.*\n.*)increase5m(.*\n +> )", r"increase1h\1increase1h\2", id="no short window"
        ),
        pytest.param(r"\n( +)and\n( +)\(\n", r"\n\1or\n\2(\n", id="either window is enough"),
        pytest.param(r"> 2\.5", "> 0.5", id="one error is enough"),
        pytest.param(r"\n +or on \(\)\n +0 \* .*", "", id="errors are not read against events"),
        pytest.param("severity: page", "severity: ticket", id="another label"),
        pytest.param("alert: IndicatorAbsent", "alert: IndicatorGone", id="another name"),
        pytest.param(r"absent\(", "0 > absent(", id="absent data are not missed"),
    ],
)
def test_they_fail_when_a_rule_is_broken(
    prometheus_3_5: Prometheus, tmp_path: Path, pattern: str, replacement: str
) -> None:
    artifacts = {artifact.path: artifact.text for artifact in _artifacts(AVAILABILITY)}
    broken = re.sub(pattern, replacement, artifacts[RULES])
    assert broken != artifacts[RULES]
    tests = _written((Artifact(path, text) for path, text in {**artifacts, RULES: broken}.items()), tmp_path)
    done = _run(prometheus_3_5, tests)
    assert not done.ok
    assert "FAILED" in done.output, done.output
    assert "parse error" not in done.output


def _of(service: str, *, signals: bool) -> Program:
    """What the examples compile to for one service."""
    return Program(
        tuple(lowered for lowered in PROGRAM.slos if lowered.plan.slo.service == service),
        None,
        tuple(signal for signal in PROGRAM.signals if signals and signal.subject.service == service),
    )


def _artifacts(program: Program) -> Iterable[Artifact]:
    yield from rule_files.emit(program)
    yield from rule_tests.emit(program)


def _written(artifacts: Iterable[Artifact], folder: Path) -> list[Path]:
    """Write the files; the tests among them."""
    paths = []
    for artifact in artifacts:
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(artifact.text, encoding="utf-8")
        paths.append(path)
    return [path for path in paths if path.name.endswith(".test.yaml")]


def _run(prometheus: Prometheus, tests: Iterable[Path]) -> Verdict:
    done = prometheus.promtool("test", "rules", *tests)
    return Verdict(done.returncode == 0, done.stdout + done.stderr)
