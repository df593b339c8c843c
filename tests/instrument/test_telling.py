"""What models, judges, label jobs, pipelines and guardrails tell, from the very first event."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from slo_compiler.instrument import Guardrail, Labels, Model, Pipeline, QualityJudge, push, write
from slo_compiler.model.contract import ACTIONS, ORIGINS, PHASES
from tests.instrument.exposition import samples_of

INFO = "ml_model_info"
EVALUATIONS = "ml_quality_evaluations_total"
CHECKS = "ml_guardrail_checks_total"
LAST_SUCCESS = "ml_pipeline_last_success_timestamp_seconds"


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def test_importing_it_registers_nothing_and_needs_nothing_of_the_compiler() -> None:
    """In a process of its own: what this one has imported already proves nothing."""
    program = (
        "import sys, prometheus_client\n"
        "before = list(prometheus_client.REGISTRY.collect())\n"
        "import slo_compiler.instrument\n"
        "assert len(before) == len(list(prometheus_client.REGISTRY.collect()))\n"
        "print(sorted(name for name in sys.modules if name.startswith('slo_compiler.') and "
        "not name.startswith('slo_compiler.instrument')))\n"
        "print([name for name in ('pydantic', 'click', 'yaml', 'rich', 're2') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert "['slo_compiler.model', 'slo_compiler.model.contract']\n[]\n" == done.stdout


def test_without_a_deployment_time_none_is_told(registry: CollectorRegistry) -> None:
    """A process that restarts would otherwise look like a deployment."""
    Model("fraud", "7", registry=registry)
    assert {} == samples_of(registry, "ml_model_deployed_timestamp_seconds")


def test_predictions_are_there_before_the_first(registry: CollectorRegistry) -> None:
    Model("fraud", "7", slices=("eu", "us"), registry=registry)
    assert {("fraud", "7", "eu"): 0, ("fraud", "7", "us"): 0} == samples_of(registry, "ml_predictions_total")


def test_two_versions_may_serve_at_once(registry: CollectorRegistry) -> None:
    Model("fraud", "7", registry=registry)
    Model("fraud", "8", registry=registry)
    assert {("fraud", "7"), ("fraud", "8")} == set(samples_of(registry, INFO))


def test_a_version_that_is_told_again_has_one_info(registry: CollectorRegistry) -> None:
    Model("fraud", "7", artifact="old", registry=registry)
    Model("fraud", "7", artifact="new", registry=registry)
    assert {("new", "fraud", "7")} == set(samples_of(registry, INFO))


def test_a_retired_version_is_gone_and_the_other_stays(registry: CollectorRegistry) -> None:
    old = Model("fraud", "7", deployed=1, registry=registry)
    Model("fraud", "8", deployed=2, registry=registry)
    old.retired()
    for metric in (INFO, "ml_model_deployed_timestamp_seconds", "ml_predictions_total"):
        assert {("fraud", "8")} == set(samples_of(registry, metric))


def test_both_verdicts_of_a_known_slice_are_there_before_the_first(registry: CollectorRegistry) -> None:
    QualityJudge("fraud", "7", slices=("eu",), registry=registry)
    assert {("fraud", "7", "eu", "good"): 0, ("fraud", "7", "eu", "bad"): 0} == samples_of(
        registry, EVALUATIONS
    )


def test_a_verdict_on_another_slice_brings_the_other_verdict_with_it(registry: CollectorRegistry) -> None:
    QualityJudge("fraud", "7", registry=registry).judged(good=True, slice="apac", count=4)
    samples = samples_of(registry, EVALUATIONS)
    assert (4, 0) == (samples["fraud", "7", "apac", "good"], samples["fraud", "7", "apac", "bad"])


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 1000))))
def test_every_verdict_is_counted_once(verdicts: list[tuple[bool, int]]) -> None:
    registry = CollectorRegistry()
    judge = QualityJudge("fraud", "7", registry=registry)
    for good, count in verdicts:
        judge.judged(good=good, count=count)
    samples = samples_of(registry, EVALUATIONS)
    for verdict, wanted in (("good", True), ("bad", False)):
        assert sum(count for good, count in verdicts if good is wanted) == samples["fraud", "7", verdict]


def test_labels_are_there_before_the_first(registry: CollectorRegistry) -> None:
    Labels("fraud", registry=registry)
    assert {("fraud",): 0} == samples_of(registry, "ml_labels_joined_total")


@pytest.mark.parametrize("count", [-1, 1.5, True, "3"])
def test_what_is_no_count_is_refused(registry: CollectorRegistry, count: Any) -> None:
    with pytest.raises(ValueError, match="no count"):
        Labels("fraud", registry=registry).joined(count)


def test_a_pipeline_that_never_succeeded_is_not_fresh(registry: CollectorRegistry) -> None:
    Pipeline("features", registry=registry)
    assert {} == samples_of(registry, LAST_SUCCESS)


def test_a_pipeline_that_raised_has_not_succeeded(registry: CollectorRegistry) -> None:
    with pytest.raises(RuntimeError), Pipeline("features", registry=registry):
        raise RuntimeError
    assert {} == samples_of(registry, LAST_SUCCESS)


def test_a_pipeline_that_ended_well_has_succeeded(registry: CollectorRegistry) -> None:
    with Pipeline("features", registry=registry):
        pass
    assert {("features",)} == set(samples_of(registry, LAST_SUCCESS))


def test_every_action_is_there_before_the_first(registry: CollectorRegistry) -> None:
    Guardrail("pii", registry=registry)
    assert {
        (action, "pii", origin, phase): 0 for action, origin, phase in product(ACTIONS, ORIGINS, PHASES)
    } == samples_of(registry, CHECKS)


def test_a_second_object_sets_nothing_back(registry: CollectorRegistry) -> None:
    Guardrail("pii", registry=registry).checked(origin="tool", phase="output", action="fail_open")
    Guardrail("pii", registry=registry)
    assert 1 == samples_of(registry, CHECKS)["fail_open", "pii", "tool", "output"]


@pytest.mark.parametrize(
    ("label", "value"), [("origin", "attacker"), ("phase", "request"), ("action", "FailOpen")]
)
def test_what_no_rule_looks_for_is_refused(registry: CollectorRegistry, label: str, value: str) -> None:
    labels: Any = {"origin": "user", "phase": "input", "action": "allow", label: value}
    with pytest.raises(ValueError, match=f"{label} is '{value}'"):
        Guardrail("pii", registry=registry).checked(**labels)


def test_a_job_that_ends_pushes_no_counters(registry: CollectorRegistry) -> None:
    QualityJudge("fraud", "7", registry=registry)
    with pytest.raises(ValueError, match="ml_quality_evaluations_total would begin at 0"):
        push("127.0.0.1:1", job="judge", registry=registry)


def test_a_job_that_ends_writes_its_times_for_node_exporter(
    registry: CollectorRegistry, tmp_path: Path
) -> None:
    Pipeline("features", registry=registry).succeeded(1_790_000_000)
    write(tmp_path / "features.prom", registry=registry)
    assert 'ml_pipeline_last_success_timestamp_seconds{pipeline="features"} 1.79e+09' in (
        tmp_path / "features.prom"
    ).read_text(encoding="utf-8")


def test_a_file_that_node_exporter_would_pass_over_is_refused(
    registry: CollectorRegistry, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"does not end with \.prom"):
        write(tmp_path / "features.txt", registry=registry)


def test_a_push_leaves_what_it_says_nothing_of(registry: CollectorRegistry) -> None:
    """POST and not PUT: a failed run, which has no success to tell, would wipe out the last one."""
    asked: list[tuple[str, str]] = []

    class Gateway(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.command, self.path))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class has it so
            pass

    Pipeline("features", registry=registry).succeeded()
    with http.server.HTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        push(f"127.0.0.1:{server.server_port}", job="ml", registry=registry, grouping={"model": "fraud"})
        thread.join()
    assert [("POST", "/metrics/job/ml/model/fraud")] == asked


def test_worker_processes_are_told_as_one(tmp_path: Path) -> None:
    """Events are added up; of two times the later one holds, whichever process told it last."""
    program = (
        "import sys\n"
        "from slo_compiler.instrument import Detector, Guardrail, Pipeline\n"
        "Detector(model='fraud', name='psi').report(feature='amount', score=0.3, threshold=0.2)\n"
        "Guardrail('pii').checked(origin='user', phase='input', action='fail_open')\n"
        "Pipeline('features').succeeded(int(sys.argv[1]))\n"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for at in ("200", "100"):
        subprocess.run([sys.executable, "-W", "ignore", "-c", program, at], env=environment, check=True)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(tmp_path))  # type: ignore[no-untyped-call]
    assert 2 == samples_of(registry, CHECKS)["fail_open", "pii", "user", "input"]
    assert {("psi", "amount", "input", "fraud"): 0.3} == samples_of(registry, "ml_drift_score")
    assert {("psi", "fraud"): 1} == samples_of(registry, "ml_detector_info")
    assert {("features",): 200} == samples_of(registry, LAST_SUCCESS)
