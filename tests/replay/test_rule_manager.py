"""Waiting, firing and being kept: what Prometheus's own rule manager makes of an incident, and the replay.

Elsewhere a real server evaluates only expressions; here promtool runs the whole alert.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import pytest

from slo_compiler.quantities import SECOND
from slo_compiler.replay.evaluate import evaluate
from slo_compiler.replay.grid import Grid, Spans
from slo_compiler.replay.series import Counters
from slo_compiler.rules import names
from slo_compiler.scenarios.series import Series
from tests.engine.examples import compile_slo
from tests.engine.ruletests import Answer, assert_answers
from tests.engine.series import FIRST_SCRAPE, SCRAPE_INTERVAL, Phase, series_of
from tests.oracles.prometheus import Prometheus

INTERVAL: Final = 30

SLO: Final = compile_slo("""
slos:
  - name: availability
    objective: 99.3%
    window: 1d
    indicator:
      ratio: {bad: errors_total, total: requests_total}
""")

HEALTHY: Final = Phase(11_000)

PASTS: Final = {
    "an outage": (HEALTHY, Phase(700, 1), Phase(4000)),
    "flapping": (HEALTHY, *(Phase(150, 0.4), Phase(290)) * 9, Phase(3000)),
    "flapping more slowly than anything is kept": (HEALTHY, *(Phase(200, 0.5), Phase(1800)) * 3),
    "metrics that are gone for a while, twice": (
        HEALTHY,
        *(Phase(400, scraped=False), Phase(900), Phase(1500, scraped=False)),
    ),
    "errors, and then nothing is seen any more": (HEALTHY, Phase(400, 0.9), Phase(2500, scraped=False)),
}


@pytest.mark.parametrize("past", PASTS.values(), ids=PASTS)
def test_alerts_fire_at_the_very_evaluations_that_the_rule_manager_says(
    prometheus_3_5: Prometheus, past: tuple[Phase, ...]
) -> None:
    series = series_of(SLO.plan.slo, past)
    lasts = int(sum(phase.lasts for phase in past)) // INTERVAL * INTERVAL
    grid = Grid(start=0, interval=INTERVAL, count=lasts // INTERVAL + 1)
    timelines = evaluate(SLO.plan, _counters(series), grid).timelines[0]
    assert any(timeline.firing for timeline in timelines)
    expected = [answer for each in timelines for answer in _answers(each.alert, each.firing, lasts)]
    assert_answers(prometheus_3_5, SLO, series, INTERVAL * SECOND, expected)


def _answers(alert: str, firing: Spans, lasts: int) -> Iterator[Answer]:
    """How many evaluations the alert fires at, and the sum and the sum of the squares of their times."""
    times = [time for span in firing for time in range(int(span.begin), int(span.end), INTERVAL)]
    series = f'ALERTS{{alertname="{alert}", alertstate="firing"}}'
    for query, total in (
        (f"sum(count_over_time({series}[{lasts + 1}s]))", len(times)),
        (f"sum(sum_over_time(timestamp({series})[{lasts + 1}s:{INTERVAL}s]))", sum(times)),
        (
            f"sum(sum_over_time((timestamp({series}) ^ 2)[{lasts + 1}s:{INTERVAL}s]))",
            sum(time**2 for time in times),
        ),
    ):
        yield Answer(query, lasts, [("{}", total)] if times else [])


def _counters(series: Iterable[Series]) -> Counters:
    values = {
        each.metric: np.array([[math.nan if value is None else value for value in each.values]], np.float64)
        for each in series
    }
    errors, requests = values["errors_total"], values["requests_total"]
    times = FIRST_SCRAPE + SCRAPE_INTERVAL * np.arange(errors.shape[1], dtype=np.float64)
    return Counters(times, requests, errors)


def test_the_alert_about_absence_waits() -> None:
    """Or the pasts above would say nothing of waiting."""
    assert SLO.plan.absent_hold is not None
    assert names.ABSENT_ALERT in {alert.alert for alert in SLO.alerts() if alert.hold}
