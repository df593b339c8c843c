"""The replay and the real Prometheus say the same of random pasts: when each alert fires, and resolves.

``python -m tests.replay.agreement 2000`` compares more of them.
"""

from __future__ import annotations

import pytest

from tests.oracles.prometheus import Prometheus
from tests.replay.agreement import Verdict, compare
from tests.replay.scenarios import INDICATORS, draw

SEEDS = (3, 5, 6, 13)
"""Of all kinds of series, at both intervals, and with a Prometheus that was down."""

SCENARIOS = 40


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def verdict(request: pytest.FixtureRequest, prometheus_3_5: Prometheus) -> Verdict:
    return compare(prometheus_3_5, request.param, SCENARIOS)


@pytest.mark.slow
def test_alerts_fire_and_resolve_when_the_real_prometheus_says(verdict: Verdict) -> None:
    assert () == verdict.disagreements


@pytest.mark.slow
def test_there_is_enough_to_disagree_on(verdict: Verdict) -> None:
    assert verdict.firings > SCENARIOS


def test_every_kind_of_series_is_drawn() -> None:
    assert set(INDICATORS) == {draw(seed, 1).kind for seed in range(40)}
