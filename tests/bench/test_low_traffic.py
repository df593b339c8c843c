"""The simulation of little traffic agrees with the real engine, and its figures with what is promised."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pytest

from bench.low_traffic import MIN_ERRORS, Counts, false_pages, fires, kept_firing, outages, page_tiers
from slo_compiler.quantities import MINUTE
from slo_compiler.rules import names
from slo_compiler.scenarios.series import Series
from tests.engine.examples import compile_slo
from tests.engine.replay import replayed
from tests.engine.series import FIRST_SCRAPE, SCRAPE_INTERVAL
from tests.oracles.prometheus import Prometheus

SPEC: Final = """
slos:
  - name: availability
    objective: 99.9%
    indicator:
      ratio: {bad: 'requests_total{code="500"}', total: requests_total}
"""

HEALTHY_SCRAPES: Final = 260
FAILING_SCRAPES: Final = 60


@pytest.mark.parametrize("rate", [30, 300])
def test_the_simulated_tier_fires_when_the_engine_s_does(
    prometheus_3_5: Prometheus, tmp_path: Path, rate: int
) -> None:
    """Within two evaluations: the engine extrapolates, and its scrapes fall between evaluations."""
    random = np.random.default_rng(rate)
    events = random.poisson(rate / 120, HEALTHY_SCRAPES + FAILING_SCRAPES)
    errors = np.concatenate([np.zeros(HEALTHY_SCRAPES, np.int64), events[HEALTHY_SCRAPES:]])
    fast = page_tiers()[0]
    simulated = int(fires(events, errors, fast, MIN_ERRORS).argmax())
    assert simulated >= HEALTHY_SCRAPES
    slo = compile_slo(SPEC)
    series = [_counter("500", errors), _counter("200", events - errors)]
    end = len(events) * SCRAPE_INTERVAL
    with replayed(prometheus_3_5, tmp_path, slo, series, end) as replay:
        fired = replay.first_firing(names.burn_alert(fast.name))
        assert abs(fired - (FIRST_SCRAPE + simulated * SCRAPE_INTERVAL)) <= 60


def _counter(code: str, counts: Counts) -> Series:
    return Series("requests_total", {"code": code}, tuple(float(count) for count in np.cumsum(counts)))


def test_two_errors_do_not_fire_and_three_do() -> None:
    events = np.zeros(240, np.int64)
    events[200:203] = 1
    fast = page_tiers()[0]
    assert not fires(events, np.where(np.arange(240) < 202, events, 0), fast, MIN_ERRORS).any()
    assert fires(events, events, fast, MIN_ERRORS).argmax() == 202


def test_an_alert_is_kept_firing_for_its_time() -> None:
    fast = page_tiers()[0]
    condition = np.arange(100) == 20
    assert np.flatnonzero(kept_firing(condition, fast)).tolist() == list(range(20, 31))
    assert fast.keep_firing == 5 * MINUTE


@pytest.mark.parametrize(("rate", "most"), [(10, 0.02), (30, 0.1), (100, 0.2)])
def test_min_errors_keeps_false_pages_rare(rate: int, most: float) -> None:
    """A few months; the command simulates hundreds. Without, there are 2 to 12 a month."""
    assert false_pages(rate, MIN_ERRORS, months=12) <= most
    assert false_pages(rate, 1, months=4) >= 1


def test_no_outage_goes_unseen() -> None:
    assert outages(10, MIN_ERRORS, number=100).unseen == 0
