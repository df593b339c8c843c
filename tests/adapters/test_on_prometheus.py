"""Each adapter on the oldest and the newest Prometheus: a system's exposition in, the contract out."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Final

import pytest

from slo_compiler.adapters.catalogue import catalogue
from tests.adapters.case import Case
from tests.adapters.drift import DRIFT
from tests.adapters.examples import ALL, adapter_rules
from tests.adapters.guardrails import BEDROCK, GUARDRAILS
from tests.adapters.pipelines import PIPELINES
from tests.conftest import prometheus_of
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import PROMETHEUS_2_42, PROMETHEUS_3_5
from tests.oracles.ruletest import Verdict, run_rule_tests

CASES: Final = (*DRIFT, *PIPELINES, *GUARDRAILS, *BEDROCK)


def verdict(prometheus: Prometheus, adapters: str, *cases: Case) -> Verdict:
    tests = {"evaluation_interval": "30s", "tests": [case.promtool_test() for case in cases]}
    return run_rule_tests(prometheus, {"adapters.rules.yaml": adapter_rules(adapters)}, tests)


@functools.cache
def of_all(prometheus: Prometheus, adapters: str) -> Verdict:
    """All cases of the same adapters at once: only when one of them fails is it worth asking for each."""
    return verdict(prometheus, adapters, *(case for case in CASES if case.adapters == adapters))


@pytest.fixture(scope="module", params=(PROMETHEUS_2_42, PROMETHEUS_3_5), ids=lambda release: release.name)
def oldest_and_newest(request: pytest.FixtureRequest) -> Prometheus:
    return prometheus_of(request.param)


@pytest.mark.parametrize("case", CASES, ids=lambda case: re.sub(r"\W+", "-", case.fact))
def test_what_comes_out(oldest_and_newest: Prometheus, case: Case) -> None:
    if not of_all(oldest_and_newest, case.adapters).ok:
        alone = verdict(oldest_and_newest, case.adapters, case)
        assert alone.ok, alone.output


def test_cases_hold_together_as_they_do_alone(oldest_and_newest: Prometheus) -> None:
    """Or else a failure of all together would be nobody's."""
    together = of_all(oldest_and_newest, ALL)
    assert together.ok, together.output


def test_every_adapter_has_a_case() -> None:
    written = {name for case in CASES for _, _, samples in case.answers for name in samples}
    assert [] == [id_ for id_ in catalogue() if not any(f'adapter="{id_}"' in name for name in written)]


def test_promtool_has_nothing_to_say_against_the_rules(oldest_and_newest: Prometheus, tmp_path: Path) -> None:
    path = tmp_path / "adapters.rules.yaml"
    path.write_text(adapter_rules(ALL), encoding="utf-8")
    done = oldest_and_newest.promtool("check", "rules", "--lint=all", "--lint-fatal", path)
    assert done.returncode == 0, done.stdout + done.stderr
