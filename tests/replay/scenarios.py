"""Random pasts of a service: traffic and errors of all shapes, restarts, series that come late or go, gaps.

What is drawn depends on the seed alone, so that a scenario that two evaluators disagree on can be named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from slo_compiler.replay.grid import Grid, Span
from slo_compiler.replay.series import Counters, Ratios, Samples
from slo_compiler.replay.series import Series as Scraped
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios.series import Series
from tests import compiling
from tests.engine.replay import FIRST_EVALUATIONS
from tests.engine.series import FIRST_SCRAPE, SCRAPE_INTERVAL

Numbers: TypeAlias = npt.NDArray[Any]

PERIODS: Final = {"1d": 43_200, "36h": 43_200, "2d": 43_200, "10d": 172_800}
"""Periods of SLOs, and how long their pasts last: twice the slow tier's long window and more."""

GROUP: Final = "scenario"

INDICATORS: Final[dict[str, dict[str, Any]]] = {
    "bad": {"ratio": {"bad": "bad_total", "total": "all_total"}},
    "good": {"ratio": {"good": "good_total", "total": "all_total"}},
    "probe": {"probe": "up_now"},
    "error ratio": {"error_ratio": "avg by (scenario) (avg_over_time(ratio_now[$window]))"},
}


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """An SLO with a scenario for each of its groups."""

    slo: LoweredSlo
    kind: str
    grid: Grid
    down: range
    lasts: int
    scraped: Scraped

    def series(self) -> Iterator[Series]:
        """What was scraped, as a Prometheus has it."""
        match self.scraped:
            case Counters(events=events, counted=counted):
                yield from _series("all_total", events)
                yield from _series("good_total" if self.scraped.counts_good else "bad_total", counted)
            case Samples(errors=errors):
                yield from _series("up_now", 1 - errors)
            case Ratios(ratio=ratio):
                yield from _series("ratio_now", ratio)


def draw(seed: int, scenarios: int) -> Batch:
    """An SLO and as many scenarios of its groups; the same for the same seed."""
    rng = np.random.default_rng(seed)
    kind = str(rng.choice(list(INDICATORS), p=(0.4, 0.3, 0.15, 0.15)))
    period = str(rng.choice(list(PERIODS), p=(0.3, 0.3, 0.3, 0.1)))
    lasts = PERIODS[period]
    slo = _slo(rng, kind, period)
    down = _down(rng, lasts) if rng.random() < 0.3 else range(0)
    times = np.arange(FIRST_SCRAPE, lasts, SCRAPE_INTERVAL, dtype=np.float64)
    unseen = (down.start <= times) & (times < down.stop)
    past = _Past(rng, times, float(slo.plan.slo.budget), kind, unseen)
    rows = [past.scenario() for _ in range(scenarios)]
    return Batch(slo, kind, _grid(slo, lasts, down), down, lasts, _scraped(kind, times, rows))


def _grid(slo: LoweredSlo, lasts: int, down: range) -> Grid:
    """The evaluations that tests/engine/replay.py asks a Prometheus for."""
    fast, _, coarse = FIRST_EVALUATIONS
    interval = int(slo.plan.windows.evaluation_interval)
    return Grid(
        start=float(fast),
        interval=float(interval),
        count=(lasts - fast) // interval + 1,
        coarse_start=float(coarse),
        down=(Span(down.start, down.stop),) if down else (),
    )


def _scraped(kind: str, times: Numbers, rows: Sequence[tuple[Numbers, Numbers]]) -> Scraped:
    first, second = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    match kind:
        case "bad" | "good":
            return Counters(times, first, second, counts_good=kind == "good")
        case "probe":
            return Samples(times, first, second)
        case _:
            return Ratios(times, second)


def _slo(rng: np.random.Generator, kind: str, period: str) -> LoweredSlo:
    """Objectives with many digits, lest a ratio of small counts be the threshold itself."""
    objective = f"{rng.choice([99.937, 99.637, 98.831, 94.713, 89.117])}%"
    alerting = {} if kind == "error ratio" else {"min_errors": int(rng.choice([1, 3, 10]))}
    spec = compiling.slo(
        objective=objective,
        window=period,
        indicator=INDICATORS[kind],
        group_by=[GROUP],
        alerting=alerting,
    )
    defaults = compiling.defaults(
        target="prometheus-3.5",
        evaluation_interval=str(rng.choice(["30s", "1m"], p=(0.25, 0.75))),
        scrape_interval="30s",
    )
    (lowered,) = compiling.program_of(compiling.spec("shop", spec), defaults=defaults).slos
    return lowered


def _down(rng: np.random.Generator, lasts: int) -> range:
    begin = int(rng.integers(lasts // 4, lasts * 3 // 4))
    return range(begin, begin + int(rng.integers(60, 3000)))


@dataclass(frozen=True, slots=True, eq=False)
class _Past:
    """What all scenarios of a batch share."""

    rng: np.random.Generator
    times: Numbers
    budget: float
    kind: str
    unseen: Numbers
    """Scrapes that failed because Prometheus was down."""

    def scenario(self) -> tuple[Numbers, Numbers]:
        """Events and what is counted of them: bad or good ones, failures, or the ratio of errors."""
        rng, scrapes = self.rng, len(self.times)
        ratio = self.error_ratio()
        missing = self.unseen | self.missing()
        if self.kind == "probe":
            return _gaps(np.ones(scrapes), missing), _gaps((rng.random(scrapes) < ratio) * 1.0, missing)
        if self.kind == "error ratio":
            return ratio, _gaps(ratio, missing)
        events = rng.poisson(self.traffic() * SCRAPE_INTERVAL)
        bad = rng.binomial(events, ratio)
        counted = events - bad if self.kind == "good" else bad
        restarts = np.flatnonzero(rng.random(scrapes) < rng.choice([0, 0, 0.0005, 0.003]))
        before = int(rng.integers(0, 1000)) if rng.random() < 0.5 else 0
        late = self.late() if rng.random() < 0.3 else np.zeros(scrapes, np.bool_)
        return (
            _gaps(_counter(events, restarts, before), missing),
            _gaps(_counter(counted, restarts, before // 10), missing | late),
        )

    def traffic(self) -> Numbers:
        """Events a second: much or little, steady, by day and night, or coming and going."""
        rng, scrapes = self.rng, len(self.times)
        traffic: Numbers = np.full(scrapes, 10 ** rng.uniform(-2.5, 1.5))
        match rng.choice(["steady", "daily", "bursts"]):
            case "daily":
                traffic *= 1 + 0.9 * np.sin(2 * np.pi * (self.times / 86_400 + rng.random()))
            case "bursts":
                traffic *= np.repeat(rng.random(scrapes // 60 + 1) < 0.6, 60)[:scrapes]
        return traffic

    def error_ratio(self) -> Numbers:
        """A background well within the budget, and some incidents, from a bit too many errors to all."""
        rng, scrapes = self.rng, len(self.times)
        ratio: Numbers = np.full(scrapes, self.budget * rng.choice([0, 0.2, 0.8]))
        for _ in range(rng.integers(0, 5)):
            begin = int(rng.integers(0, scrapes))
            end = begin + int(10 ** rng.uniform(0, 2.7))
            ratio[begin:end] = min(1, self.budget * 10 ** rng.uniform(-0.3, 3))
        return ratio

    def missing(self) -> Numbers:
        """Scrapes that failed: a few here and there, or all for a while."""
        rng, scrapes = self.rng, len(self.times)
        missing: Numbers = rng.random(scrapes) < rng.choice([0, 0, 0.01, 0.1])
        for _ in range(rng.choice([0, 0, 1, 3])):
            begin = int(rng.integers(0, scrapes))
            missing[begin : begin + int(10 ** rng.uniform(0, 2.2))] = True
        if rng.random() < 0.2:
            missing |= self.late()
        if rng.random() < 0.1:
            missing[int(rng.integers(scrapes // 2, scrapes)) :] = True
        return missing

    def late(self) -> Numbers:
        """All scrapes before a series is born."""
        late: Numbers = np.arange(len(self.times)) < self.rng.integers(0, len(self.times))
        return late


def _counter(increments: Numbers, restarts: Numbers, before: int) -> Numbers:
    """What a counter shows that has counted something before, and begins again at each restart."""
    total = np.cumsum(increments) + before
    lost = np.zeros(len(total))
    for restart in restarts:
        lost[restart:] = total[restart] - increments[restart]
    return total - lost


def _gaps(values: Numbers, missing: Numbers) -> Numbers:
    return np.where(missing, np.nan, values)


def _series(metric: str, rows: Numbers) -> Iterator[Series]:
    for row, values in enumerate(rows):
        samples = tuple(None if np.isnan(value) else float(value) for value in values)
        yield Series(metric, {GROUP: f"{row:03}"}, samples)
