"""Random pasts of services of machine learning: drifts, detectors, labels, replicas and guardrails.

Each scenario is a service of its own, so that one server evaluates the rules of all of them. What is drawn
depends on the seed alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from slo_compiler.replay.grid import Grid
from slo_compiler.replay.series import Counters
from slo_compiler.replay.signals.scraped import (
    DriftScraped,
    GuardrailScraped,
    LabelsScraped,
    ReplicasScraped,
    ServicePast,
)
from slo_compiler.rules.program import Program
from tests import compiling
from tests.compiling import Document
from tests.engine.remote_write import STALE, Sample, Written
from tests.engine.replay import EPOCH, FIRST_EVALUATIONS
from tests.engine.series import FIRST_SCRAPE, SCRAPE_INTERVAL

Numbers: TypeAlias = npt.NDArray[Any]

INTERVAL: Final = 60
HOUR: Final = 3600

LASTS: Final = 9 * HOUR
"""Long enough for guards with a maximum of half an hour to be exhausted, and to recover."""

SEASON_LASTS: Final = 16 * 24 * HOUR
SEASON_SCRAPES: Final = 120
SEASON_INTERVAL: Final = 240
"""Two weeks have to be known. What takes so long is looked at now and then alone."""

DETECTORS: Final = ("v1", "v2", "v3")


@dataclass(frozen=True, slots=True, eq=False)
class MlBatch:
    """A program with a scenario for each of its services, and what a Prometheus had scraped of them."""

    program: Program
    pasts: Sequence[ServicePast]
    grid: Grid
    lasts: int
    series: Sequence[Written]


def draw(seed: int, scenarios: int) -> MlBatch:
    """Services and a past of each, of some hours; the same for the same seed."""
    rng = np.random.default_rng(seed)
    names = [f"s{number:02}" for number in range(scenarios)]
    specs = [_spec(rng, name) for name in names]
    times = np.arange(FIRST_SCRAPE, LASTS, SCRAPE_INTERVAL, dtype=np.float64)
    drawn = [_Past(rng, times, name) for name in names]
    pasts = [each.past() for each in drawn]
    for number, each in enumerate(drawn):
        each.rng = np.random.default_rng((seed, number))
        each.serving()
    return MlBatch(
        program=_program(specs, INTERVAL),
        pasts=pasts,
        grid=_grid(LASTS, INTERVAL),
        lasts=LASTS,
        series=[series for each in drawn for series in each.series],
    )


def draw_seasons(seed: int, scenarios: int) -> MlBatch:
    """Services whose inputs drift at some hours of the week, now as in the weeks before, or otherwise."""
    rng = np.random.default_rng(seed)
    names = [f"s{number:02}" for number in range(scenarios)]
    specs = [_seasonal_spec(rng, name) for name in names]
    times = np.arange(FIRST_SCRAPE, SEASON_LASTS, SEASON_SCRAPES, dtype=np.float64)
    drawn = [_Past(rng, times, name) for name in names]
    pasts = [ServicePast({}, {"inputs": each.season()}) for each in drawn]
    for number, each in enumerate(drawn):
        each.rng = np.random.default_rng((seed, number))
        each.blocks()
    return MlBatch(
        program=_program(specs, SEASON_INTERVAL),
        pasts=pasts,
        grid=_grid(SEASON_LASTS, SEASON_INTERVAL),
        lasts=SEASON_LASTS,
        series=[series for each in drawn for series in each.series],
    )


def _program(specs: Sequence[Document], interval: int) -> Program:
    defaults = compiling.defaults(
        target="prometheus-3.5",
        evaluation_interval=f"{interval}s",
        scrape_interval=f"{SCRAPE_INTERVAL}s",
        base_window="5m" if interval == INTERVAL else "8m",
    )
    return compiling.program_of(*specs, defaults=defaults)


def _grid(lasts: int, interval: int) -> Grid:
    first, _, coarse = FIRST_EVALUATIONS
    return Grid(float(first), float(interval), (lasts - first) // interval + 1, coarse_start=float(coarse))


def _spec(rng: np.random.Generator, name: str) -> Document:
    """Budgets with many digits, lest a ratio of small counts be the threshold itself."""
    of = f'{{service="{name}"}}'
    return compiling.ml_spec(
        name,
        compiling.quality(
            objective="94.713%",
            indicator={
                "quality": {
                    "bad": f"judged_bad_total{of}",
                    "total": f"judged_total{of}",
                    "labels": {
                        "lag": "40m",
                        "completeness": "79.37%",
                        "mode": str(rng.choice(["arrival", "arrival", "cohort"])),
                    },
                    "slices": ["slice"],
                }
            },
        ),
        compiling.slo(
            "latency",
            objective="96.637%",
            indicator={"latency": {"histogram": f"request_seconds{of}", "threshold": 1}},
        ),
        compiling.slo(
            "shield", indicator={"guardrail": {"name": f"shield-{name}", "traffic": f"requests_total{of}"}}
        ),
        drift=[
            compiling.drift(
                score=f'ml_drift_score{{model="{name}", kind="input"}}',
                cadence="20m",
                breadth=f"{rng.choice([37, 50, 67])}%",
            )
        ],
        guards={
            "detector_moved": {"max": f"{rng.choice([30, 60, 360])}m"},
            "spec_moved": {"max": "45m"},
            "seasonality": False,
            "label_lag": {
                "max": f"{rng.choice([40, 120])}m",
                "joined": f"joined_total{of}",
                "predictions": f"made_total{of}",
            },
            "cold_start": {
                "max": f"{rng.choice([20, 60])}m",
                "warm_up": f"{rng.choice([10, 45])}m",
                "ready": f"ready{of}",
                "restarts": f"restarts_total{of}",
            },
        },
        serving={
            "running": f"running{of}",
            "progress": f"tokens_total{of}",
            "replicas": f"wanted{of}",
            "stalled_after": "5m",
        },
    )


def _seasonal_spec(rng: np.random.Generator, name: str) -> Document:
    return compiling.ml_spec(
        name,
        compiling.slo("shield", indicator={"guardrail": {"name": f"shield-{name}"}}),
        drift=[{"name": "inputs", "score": f'score{{service="{name}"}}', "threshold": 0.2, "cadence": "1h"}],
        guards={
            "seasonality": {"max": f"{rng.choice([3, 72])}h", "tolerance": float(rng.choice([1.3, 1.07]))},
            "spec_moved": False,
        },
    )


class _Past:
    """Draws what was scraped of a service, and keeps it as a Prometheus has it, too."""

    def __init__(self, rng: np.random.Generator, times: Numbers, name: str) -> None:
        self.rng = rng
        self.times = times
        self.name = name
        self.series: list[Written] = []

    def past(self) -> ServicePast:
        rng = self.rng
        quality = self._judged()
        latency, replicas = self._replicas()
        changed = float(rng.integers(2 * HOUR, LASTS)) if rng.random() < 0.4 else None
        if changed is not None:
            self._old_rules(changed)
        return ServicePast(
            slos={"quality": quality, "latency": latency},
            drifts={"inputs": self._drift()},
            labels={"quality": self._labels()},
            replicas={"latency": replicas},
            guardrails={"shield": self._guardrail()},
            slices={"quality": quality},
            rules_changed=changed,
        )

    def season(self) -> DriftScraped:
        """Two features, one of which drifts for some hours each week; at last both may as they like."""
        rng, times = self.rng, self.times
        week, begin, lasts = 7 * 24 * HOUR, rng.integers(6, 40) * HOUR, rng.integers(2, 30) * HOUR
        high = rng.uniform(0.25, 0.6)
        score = 0.1 + 0.05 * rng.random((2, times.size))
        usual = (begin <= times % week) & (times % week < begin + lasts)
        now = usual & (times >= 2 * week)
        score[0][usual] = high * rng.uniform(0.95, 1.05, usual.sum())
        score[0][now] *= rng.choice([1, 1, 1.2, 1.5])
        if rng.random() < 0.3:
            score[1][now] = high
        score[:, self._spell(0.6)] = np.nan
        for row, values in enumerate(score):
            self._write("score", values, feature=f"f{row}", service=self.name)
        return DriftScraped(times, score)

    def _drift(self) -> DriftScraped:
        rng, times = self.rng, self.times
        features = int(rng.integers(1, 5))
        score = 0.1 + 0.05 * rng.random((features, times.size))
        for _ in range(rng.integers(0, 6)):
            score[int(rng.integers(0, features)) :, self._spell(1)] = rng.uniform(0.15, 0.7)
        score[:, self._spell(0.3)] = np.nan
        score[0, self._spell(0.3)] = -1
        threshold = np.full(score.shape, 0.2)
        for _ in range(rng.integers(0, 3)):
            threshold[:, int(rng.integers(0, times.size)) :] = rng.uniform(0.15, 0.3)
        which = np.zeros(times.size, dtype=np.intp)
        for _ in range(rng.integers(0, 3)):
            which[int(rng.integers(0, times.size)) :] = int(rng.integers(0, len(DETECTORS)))
        which[self._spell(0.3)] = -1
        last_run = times - times % 1200
        if rng.random() < 0.4:
            last_run = np.minimum(last_run, rng.uniform(0, LASTS))
        of = {"model": self.name, "kind": "input"}
        for row in range(features):
            self._write("ml_drift_score", score[row], feature=f"f{row}", **of)
            self._write("ml_drift_threshold", threshold[row], feature=f"f{row}", **of)
        for number, version in enumerate(DETECTORS):
            there = np.where(which == number, 1.0, np.nan)
            self._write("ml_detector_info", there, model=self.name, detector_version=version)
        self._write("ml_detector_last_run_timestamp_seconds", last_run + EPOCH, model=self.name)
        return DriftScraped(times, score, threshold, which, last_run)

    def _judged(self) -> Counters:
        rng = self.rng
        slices = int(rng.integers(1, 4))
        ratio = np.full((slices, self.times.size), 0.05287 * rng.choice([0.1, 0.5, 0.9]))
        for _ in range(rng.integers(0, 4)):
            ratio[int(rng.choice([0, slices - 1])) :, self._spell(1)] = rng.uniform(0.03, 1)
        events = rng.poisson(10 ** rng.uniform(-1.5, 1.5), ratio.shape)
        if rng.random() < 0.3:
            events[:, int(rng.integers(0, self.times.size)) :] = 0
        bad = rng.binomial(events, ratio)
        judged = Counters(self.times, self._counters(events), self._counters(bad), replicas=True)
        for row in range(slices):
            of = {"service": self.name, "slice": f"{row}"}
            self._write("judged_total", judged.events[row], **of)
            self._write("judged_bad_total", judged.counted[row], **of)
        return judged

    def _labels(self) -> LabelsScraped:
        rng, shape = self.rng, (1, self.times.size)
        made = rng.poisson(20, shape)
        share = np.ones(shape)
        for _ in range(rng.integers(0, 3)):
            share[:, self._spell(1)] = rng.uniform(0, 1.2)
        joined = self._counters(rng.poisson(20 * share))
        joined[:, self._spell(0.2)] = np.nan
        predictions = self._counters(made)
        self._write("joined_total", joined[0], service=self.name)
        self._write("made_total", predictions[0], service=self.name)
        return LabelsScraped(self.times, joined, predictions)

    def _replicas(self) -> tuple[Counters, ReplicasScraped]:
        """Some replicas are there from the beginning, others are born later, and cold for a while."""
        rng, times = self.rng, self.times
        replicas = int(rng.integers(1, 5))
        shape = (replicas, times.size)
        born = np.where(rng.random(replicas) < 0.5, 0, rng.integers(0, times.size, replicas))
        slow = np.full(shape, 0.01)
        for row, birth in enumerate(born):
            slow[row, birth : birth + int(10 ** rng.uniform(0, 2.3))] = rng.choice([0.01, 0.6, 1])
        if rng.random() < 0.3:
            slow[:, self._spell(1)] = rng.uniform(0.05, 1)
        unborn = np.arange(times.size) < born[:, np.newaxis]
        events = np.where(unborn, 0, rng.poisson(30, shape))
        restarts = rng.random(shape) < (0.002 if rng.random() < 0.3 else 0)
        requests, fast = (
            np.where(unborn, np.nan, self._counters(each))
            for each in (events, rng.binomial(events, 1 - slow))
        )
        ready = np.where(unborn, np.nan, times[born][:, np.newaxis])
        restarted = np.where(unborn, np.nan, np.cumsum(restarts, axis=1))
        for row in range(replicas):
            of = {"service": self.name, "namespace": "ml", "pod": f"p{row}"}
            self._write("request_seconds_count", requests[row], **of)
            self._write("request_seconds_bucket", fast[row], le="1.0", **of)
            self._write("ready", ready[row] + EPOCH, **of)
            self._write("restarts_total", restarted[row], **of)
        counters = Counters(times, requests, fast, counts_good=True, replicas=True)
        return counters, ReplicasScraped(counters, ready, restarted)

    def _guardrail(self) -> GuardrailScraped:
        """Series of some actions are born with their first event."""
        rng, size = self.rng, self.times.size
        requests = rng.poisson(5 * rng.choice([1, 1, 0.01]), (1, size))
        checked = np.ones((1, size))
        for _ in range(rng.integers(0, 3)):
            checked[:, self._spell(1)] = 0
        opened = np.zeros((1, size))
        for _ in range(rng.integers(0, 3)):
            opened[:, self._spell(1)] = 10 ** rng.uniform(-2, 0)
        allow = self._counters(rng.binomial(requests, checked))
        fail_open = self._counters(rng.poisson(opened))
        if rng.random() < 0.7:
            fail_open[fail_open == 0] = np.nan
        traffic = self._counters(requests)
        of = {"guardrail": f"shield-{self.name}", "origin": "user"}
        self._write("ml_guardrail_checks_total", allow[0], action="allow", **of)
        self._write("ml_guardrail_checks_total", fail_open[0], action="fail_open", **of)
        self._write("requests_total", traffic[0], service=self.name)
        return GuardrailScraped(self.times, np.concatenate((allow, fail_open)), fail_open, traffic)

    def serving(self) -> None:
        """Engines that hang now and then, and replicas that swing."""
        rng, size = self.rng, self.times.size
        for number in range(int(rng.integers(1, 4))):
            running = np.full(size, 4.0)
            running[self._spell(0.5)] = 0
            tokens = np.full(size, 30.0)
            for _ in range(rng.integers(0, 3)):
                tokens[self._spell(1)] = 0
            counter = self._counters(tokens[np.newaxis])[0]
            gone = self._spell(0.3)
            running[gone] = counter[gone] = np.nan
            self._write("running", running, service=self.name, instance=f"{number}")
            self._write("tokens_total", counter, service=self.name, instance=f"{number}")
        wanted = np.full(size, 4.0)
        for _ in range(rng.integers(0, 3)):
            spell = self._spell(1)
            wanted[spell] += np.repeat(rng.integers(0, 3, size), rng.choice([2, 20, 60]))[:size][spell]
        wanted[self._spell(0.3)] = np.nan
        self._write("wanted", wanted, service=self.name)

    def blocks(self) -> None:
        """What a guardrail keeps out, of two origins, usually and at the end."""
        rng, size = self.rng, self.times.size
        of = {"guardrail": f"shield-{self.name}"}
        for origin in ("user", "tool"):
            ratio = np.full(size, rng.choice([0.0, 0.01, 0.05]))
            for _ in range(rng.integers(0, 4)):
                begin = int(rng.integers(size * 3 // 4, size))
                ratio[begin : begin + int(rng.integers(10, 200))] = rng.uniform(0.02, 0.6)
            checks = rng.poisson(rng.choice([2, 40]), size)
            blocked = rng.binomial(checks, ratio)
            allowed = self._counters((checks - blocked)[np.newaxis])[0]
            kept_out = self._counters(blocked[np.newaxis])[0]
            kept_out[kept_out == 0] = np.nan
            self._write("ml_guardrail_checks_total", allowed, action="allow", origin=origin, **of)
            self._write("ml_guardrail_checks_total", kept_out, action="block", origin=origin, **of)

    def _old_rules(self, changed: float) -> None:
        """What the rules recorded of themselves before they were changed."""
        old = [time for time in _grid(LASTS, INTERVAL).times if time < changed]
        of = {"service": self.name, "ml_signal": "inputs", "ml_signal_id": f"{self.name}:inputs"}
        samples: list[Sample] = [(EPOCH + time, 1.0) for time in old]
        ended = (EPOCH + old[-1] + INTERVAL, STALE)
        self.series.append(
            Written({"__name__": "slo:spec_info", "spec_hash": "old", **of}, [*samples, ended])
        )

    def _spell(self, likely: float) -> slice:
        """Some time, from minutes to hours, or with some luck none."""
        if self.rng.random() > likely:
            return slice(0, 0)
        begin = int(self.rng.integers(0, self.times.size))
        return slice(begin, begin + int(10 ** self.rng.uniform(0.5, 2.6)))

    def _counters(self, increments: Numbers) -> Numbers:
        """Counters that have counted something before."""
        before = self.rng.integers(0, 1000, (len(increments), 1)) * (self.rng.random() < 0.5)
        return (np.cumsum(increments, axis=1) + before).astype(np.float64)

    def _write(self, metric: str, values: Numbers, **labels: str) -> None:
        """The series, ended wherever it is gone, as by every scrape that does not find it any more."""
        samples = list(_with_ends(self.times, values))
        if samples:
            self.series.append(Written({"__name__": metric, **labels}, samples))


def _with_ends(times: Numbers, values: Numbers) -> Iterator[Sample]:
    gone = np.isnan(values)
    for time, value, is_gone, was_gone in zip(
        times, values, gone, itertools.chain([True], gone), strict=False
    ):
        if not is_gone:
            yield EPOCH + float(time), float(value)
        elif not was_gone:
            yield EPOCH + float(time), STALE
