"""What is imported from Sloth and Pyrra alerts when their own rules do, on the same series.

Their rules are written out here as they generate them, with the recorded ratios in the place of their names:
that is all that their recording rules do. docs/import.md lists the cases in which theirs are wrong.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from slo_compiler.compiler import compile_sources
from slo_compiler.rules import names
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.sources import Source, Sources
from tests.engine.replay import EPOCH, Replay, replayed
from tests.engine.series import Phase, series_of
from tests.oracles.prometheus import Prometheus

HOUR: Final = 3600.0

EVALUATION_INTERVAL: Final = 30.0

BOUND: Final = 120.0
"""Seconds, four evaluations: our windows end at whole base windows of theirs, which end anywhere."""

SLOTH: Final = """\
version: prometheus/v1
service: shop
labels: {owner: shop}
slos:
  - name: availability
    objective: 99
    sli:
      events:
        error_query: sum(rate(requests_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(requests_total[{{.window}}]))
    alerting: {name: ShopBurns}
"""
WINDOWS: Final = """\
apiVersion: sloth.slok.dev/v1
kind: AlertWindows
spec:
  sloPeriod: 2d
  page:
    quick: {errorBudgetPercent: 8, shortWindow: 2m, longWindow: 20m}
    slow: {errorBudgetPercent: 20, shortWindow: 10m, longWindow: 2h}
  ticket:
    quick: {errorBudgetPercent: 35, shortWindow: 30m, longWindow: 6h}
    slow: {errorBudgetPercent: 40, shortWindow: 1h, longWindow: 12h}
"""
PYRRA: Final = """\
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: availability, labels: {pyrra.dev/team: shop, pyrra.dev/service: shop}}
spec:
  target: "99"
  window: 7d
  indicator:
    ratio:
      errors: {metric: 'requests_total{code=~"5.."}'}
      total: {metric: requests_total}
"""

EXPECTED: Final[Mapping[str, Sequence[str]]] = {
    "an outage": ("page", "ticket"),
    "a fifth of the requests": ("page", "ticket"),
    "a slow leak": ("ticket",),
    "with little traffic": ("page",),
    "nothing that the objective forbids": (),
}


def ratio(window: str) -> str:
    """What both record as the error ratio of a window."""
    return f'(sum(rate(requests_total{{code=~"5.."}}[{window}])) / sum(rate(requests_total[{window}])))'


def pair(short: str, long: str, factor: float) -> str:
    return f"({ratio(short)} > ({factor} * 0.01) and {ratio(long)} > ({factor} * 0.01))"


class Theirs(NamedTuple):
    """An alert of theirs, and the names of those of ours that stand in its place."""

    expr: str
    hold: float
    ours: tuple[str, ...]


OF_SLOTH: Final = {
    "page": Theirs(
        f"{pair('2m', '20m', 11.52)} or {pair('10m', '2h', 4.8)}",
        0,
        (names.burn_alert("fast"), names.burn_alert("medium")),
    ),
    "ticket": Theirs(
        f"{pair('30m', '6h', 2.8)} or {pair('1h', '12h', 1.6)}",
        0,
        (names.burn_alert("slow"), names.burn_alert("long-term")),
    ),
}
OF_PYRRA: Final = {
    "fast": Theirs(pair("1m", "15m", 14), 60, (names.burn_alert("fast"),)),
    "medium": Theirs(pair("8m", "90m", 7), 240, (names.burn_alert("medium"),)),
    "slow": Theirs(pair("30m", "6h", 2), 900, (names.burn_alert("slow"),)),
    "long-term": Theirs(pair("90m", "1d", 1), 2700, (names.burn_alert("long-term"),)),
}
"""For 7 days: an hour of 28 is a quarter of one, and all is rounded to minutes."""

INCIDENTS: Final[Mapping[str, tuple[Phase, ...]]] = {
    "an outage": (Phase(0.5 * HOUR, 1),),
    "a fifth of the requests": (Phase(2 * HOUR, 0.2),),
    "a slow leak": (Phase(8 * HOUR, 0.04),),
    "with little traffic": (Phase(2 * HOUR, 0.3, traffic=0.1),),
    "nothing that the objective forbids": (Phase(4 * HOUR, 0.005),),
}


def imported(*texts: str) -> LoweredSlo:
    sources = Sources(tuple(Source(f"{index}.yaml", text.encode()) for index, text in enumerate(texts)))
    program = compile_sources(sources).program
    assert program is not None
    (lowered,) = program.slos
    return lowered


def holding(replay: Replay, theirs: Theirs) -> list[float]:
    """The evaluations at which the condition of their alert holds."""
    found = replay.at_evaluations(theirs.expr).values()
    return sorted(time - EPOCH for samples in found for time, _ in samples)


def first_firing(times: Sequence[float], hold: float) -> float:
    """When their alert first fires: it has held for ``hold`` without a break."""
    begin = before = -math.inf
    for time in times:
        begin = time if time - before > EVALUATION_INTERVAL else begin
        before = time
        if time - begin >= hold:
            return time
    return math.inf


@pytest.mark.parametrize("incident", INCIDENTS)
@pytest.mark.parametrize(
    ("slo", "alerts"),
    [
        pytest.param(imported(SLOTH, WINDOWS), OF_SLOTH, id="sloth"),
        pytest.param(imported(PYRRA), OF_PYRRA, id="pyrra"),
    ],
)
def test_what_is_imported_alerts_when_the_rules_of_its_tool_do(
    slo: LoweredSlo,
    alerts: Mapping[str, Theirs],
    incident: str,
    oldest_and_newest: Prometheus,
    tmp_path: Path,
) -> None:
    """To within ``BOUND``; where theirs wait for a time, ours may be sooner by that."""
    history = float(max(tier.long for tier in slo.plan.tiers)) + HOUR
    phases = [Phase(history), *INCIDENTS[incident], Phase(2 * HOUR)]
    end = sum(phase.lasts for phase in phases)
    with replayed(oldest_and_newest, tmp_path, slo, series_of(slo.plan.slo, phases), end) as replay:
        for theirs in alerts.values():
            held = holding(replay, theirs)
            fires = first_firing(held, theirs.hold)
            ours = min(replay.first_firing(name) for name in theirs.ours)
            assert (ours < math.inf) == (held != [])
            if fires < math.inf:
                assert fires - theirs.hold - BOUND <= ours <= fires + BOUND


@pytest.mark.parametrize("incident", INCIDENTS)
def test_the_incidents_make_a_difference(incident: str, prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    """What is compared above is not only silence: all but the last page, or file a ticket."""
    slo = imported(SLOTH, WINDOWS)
    phases = [Phase(13 * HOUR), *INCIDENTS[incident], Phase(2 * HOUR)]
    end = sum(phase.lasts for phase in phases)
    with replayed(prometheus_3_5, tmp_path, slo, series_of(slo.plan.slo, phases), end) as replay:
        fired = [name for name in OF_SLOTH if first_firing(holding(replay, OF_SLOTH[name]), 0) < math.inf]
    assert tuple(fired) == EXPECTED[incident]
