"""The simulation of little traffic agrees with the real engine, and the figures of the docs with it."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from bench.low_traffic import (
    MIN_ERRORS,
    RATES,
    Counts,
    Pages,
    Traffic,
    begins,
    false_pages,
    fires,
    outages,
    page_tiers,
)
from slo_compiler.quantities import MINUTE
from slo_compiler.rules import names
from slo_compiler.scenarios.series import Series
from tests.engine.examples import compile_slo
from tests.engine.replay import replayed
from tests.engine.series import FIRST_SCRAPE, SCRAPE_INTERVAL
from tests.oracles.prometheus import Prometheus

PROOF: Final = Path(__file__).parents[2] / "docs/proof.md"

SPEC: Final = """
slos:
  - name: availability
    objective: 99.9%
    indicator:
      ratio: {bad: 'requests_total{code="500"}', total: requests_total}
"""

HEALTHY_SCRAPES: Final = 260
FAILING_SCRAPES: Final = 60

ENOUGH: Final = MIN_ERRORS[-1]


@pytest.mark.parametrize("rate", [30, 300])
def test_the_simulated_tier_fires_when_the_engine_s_does(
    prometheus_3_5: Prometheus, tmp_path: Path, rate: int
) -> None:
    """Within two evaluations: the engine extrapolates, and its scrapes fall between evaluations."""
    random = np.random.default_rng(rate)
    events = random.poisson(rate / 120, HEALTHY_SCRAPES + FAILING_SCRAPES)
    errors = np.concatenate([np.zeros(HEALTHY_SCRAPES, np.int64), events[HEALTHY_SCRAPES:]])
    fast = page_tiers()[0]
    simulated = int(fires(Traffic.of(events, errors), fast, ENOUGH)[0])
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
    two = np.where(np.arange(240) < 202, events, 0)
    assert fires(Traffic.of(events, two), fast, ENOUGH).tolist() == []
    assert fires(Traffic.of(events, events), fast, ENOUGH)[0] == 202


def test_a_condition_holds_while_its_short_window_holds_the_errors() -> None:
    events = np.zeros(240, np.int64)
    events[[100, 101, 102, 150]] = 1
    fast = page_tiers()[0]
    held = [*range(102, 112), *range(150, 160)]
    assert held == fires(Traffic.of(events, events), fast, ENOUGH).tolist()


def test_many_requests_beside_the_errors_fire_nothing() -> None:
    errors = np.zeros(240, np.int64)
    errors[200:203] = 1
    fast = page_tiers()[0]
    assert fires(Traffic.of(errors + 1, errors), fast, ENOUGH).size > 0
    assert fires(Traffic.of(errors + 3, errors), fast, ENOUGH).size == 0


def test_an_alert_that_is_kept_firing_is_one_page() -> None:
    fast, medium = page_tiers()
    assert fast.keep_firing == 5 * MINUTE
    assert begins([(np.array([20, 31]), fast)]) == [20]
    assert begins([(np.array([20, 32]), fast)]) == [20, 32]
    assert begins([(np.array([20, 70]), fast), (np.array([12, 21]), medium)]) == [12, 70]
    assert begins([]) == []


def test_no_outage_goes_unseen() -> None:
    assert outages(10, ENOUGH, number=100).unseen == 0


@pytest.mark.parametrize("rate", RATES)
def test_the_documentation_has_the_figures_that_are_simulated(rate: int) -> None:
    """A few months of others, which are off by some standard errors at most; the command simulates 5,000."""
    told = _told()
    for min_errors, seen in false_pages(rate, months=50, seed=2).items():
        pages = told[rate, min_errors]
        assert abs(seen.a_month - pages.a_month) <= 4 * math.hypot(
            pages.standard_error, math.sqrt(max(pages.a_month, 0.02) / 50)
        )


def test_fewer_false_pages_are_told_than_were_promised() -> None:
    """Promised are one and six pages in 100 months, and 14, of which the standard error is 3.7."""
    told = _told()
    assert told[10, ENOUGH].a_month < 0.01
    assert told[30, ENOUGH].a_month < 0.06
    assert told[100, ENOUGH].a_month < 0.14 + 0.037
    assert told[1000, ENOUGH].a_month < 0.001


def _told() -> dict[tuple[int, int], Pages]:
    rows = re.findall(
        r"^\| ([\d,]+) \| (\d) \| (\S+) ± (\S+) \|", PROOF.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) == len(RATES) * len(MIN_ERRORS)
    return {
        (int(rate.replace(",", "")), int(min_errors)): Pages(float(pages), float(error))
        for rate, min_errors, pages, error in rows
    }
