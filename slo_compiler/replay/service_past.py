"""Pasts of services of machine learning that are drawn: what is scraped of all that is watched.

Replicas, features and slices are as many as stand here, whatever a service has: an incident is about shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from msgspec.structs import replace

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.drift import Drift
from slo_compiler.model.incident import Detector, Guarding, Phase
from slo_compiler.model.indicator import Guardrail, Indicator, Latency, Quality
from slo_compiler.quantities import DAY, Seconds
from slo_compiler.replay.grid import Array
from slo_compiler.replay.past import HEALTHY_BURN_RATE, SEED, draw, expect
from slo_compiler.replay.series import Counters, Series
from slo_compiler.replay.signals.scraped import (
    DriftScraped,
    GuardrailScraped,
    LabelsScraped,
    ReplicasScraped,
    ServicePast,
)
from slo_compiler.replay.staged import USUAL_WEEKS, WEEK, Staged, seen_by
from slo_compiler.replay.traffic import Traffic

FEATURES: Final = 4
REPLICAS: Final = 4
SLICES: Final = 4

LONG_AGO: Final = -float(DAY)
"""When replicas became ready that are warm."""

SPREAD: Final = 0.05
"""How far a score swings around its value, as a share of it."""


def draw_past(staged: Staged, number: int) -> ServicePast:
    """One of many pasts of an incident, which only chance tells apart."""
    rng = np.random.default_rng((SEED, number))
    watched = staged.watched
    series = {plan.slo.name: _series(plan, staged, rng) for plan in watched.plans}

    def counted(kind: type[Indicator]) -> Iterator[tuple[str, Counters]]:
        for plan, _ in watched.plans_of(kind):
            scraped = series[plan.slo.name]
            if isinstance(scraped, Counters):
                yield plan.slo.name, scraped

    changed = (begin for phase, begin, _ in staged.spans() if phase.signs.rules_changed)
    return ServicePast(
        slos=series,
        drifts={drift.name: _drift(drift, staged, rng) for drift in watched.service.drifts},
        labels={
            plan.slo.name: _labels(quality.labelling.lag or Seconds(0), staged, rng)
            for plan, quality in watched.plans_of(Quality)
        },
        replicas={name: _replicas(each, staged) for name, each in counted(Latency)},
        guardrails={name: _guardrail(each, staged, rng) for name, each in counted(Guardrail)},
        slices={name: replace(each, replicas=False) for name, each in counted(Quality)},
        rules_changed=next(changed, None),
    )


def _series(plan: Plan, staged: Staged, rng: np.random.Generator) -> Series:
    """What is scraped of an SLO: in parts of those indicators of which parts are watched, too."""
    phases = [seen_by(plan, phase) for phase in staged.phases]
    match plan.slo.indicator:
        case Quality():
            return _in_parts(plan, [phases] * SLICES, staged, rng)
        case Latency():
            return _in_parts(plan, list(_phases_of_replicas(phases)), staged, rng)
        case _:
            return draw(plan, expect(plan, staged.traffic, phases, staged.lasts), 1, rng)


def _phases_of_replicas(phases: Sequence[Phase]) -> Iterator[list[Phase]]:
    """What each replica sees: slow requests are those of cold replicas, where there are any."""
    for replica in range(REPLICAS):
        yield [_on_replica(phase, replica) for phase in phases]


def _on_replica(phase: Phase, replica: int) -> Phase:
    cold = _number_of(REPLICAS, phase.signs.cold_replicas) if phase.signs.cold_replicas else 0
    if not cold:
        return phase
    if replica >= cold:
        return replace(phase, errors=Fraction(0), burn_rate=HEALTHY_BURN_RATE)
    return replace(phase, errors=min(phase.errors * REPLICAS / cold, Fraction(1)))


def _in_parts(plan: Plan, phases: Sequence[list[Phase]], staged: Staged, rng: np.random.Generator) -> Series:
    """The counters of replicas or slices, among which the traffic is spread evenly."""
    traffic = Traffic(staged.traffic.a_minute / len(phases))
    parts = [draw(plan, expect(plan, traffic, each, staged.lasts), 1, rng) for each in phases]
    counters = [part for part in parts if isinstance(part, Counters)]
    return replace(
        counters[0],
        events=np.concatenate([each.events for each in counters]),
        counted=np.concatenate([each.counted for each in counters]),
        replicas=True,
    )


def _drift(drift: Drift, staged: Staged, rng: np.random.Generator) -> DriftScraped:
    times = staged.times
    threshold = float(drift.threshold) if isinstance(drift.threshold, Fraction) else 1.0
    score = np.full((FEATURES, times.size), 0.5)
    for phase, begin, end in staged.spans():
        if phase.signs.drifts and phase.signs.kind is drift.kind:
            rows = slice(_number_of(FEATURES, phase.signs.breadth))
            for weeks in range(USUAL_WEEKS + 1 if phase.signs.usual else 1):
                earlier = weeks * float(WEEK)
                score[rows, (begin - earlier <= times) & (times < end - earlier)] = float(phase.signs.drift)
    score *= threshold * (1 + SPREAD * rng.uniform(-1, 1, score.shape))
    moves = np.cumsum([phase.signs.detector is Detector.MOVED for phase in staged.phases])
    which = staged.by_phase(moves.tolist(), float(moves[-1])).astype(np.intp)
    return DriftScraped(
        times=times,
        score=staged.scraped(score),
        threshold=None if isinstance(drift.threshold, Fraction) else staged.scraped(np.ones(score.shape)),
        detector=np.where(np.isnan(staged.scraped(times)), -1, which),
        last_run=staged.scraped(_last_run(float(drift.cadence), staged)),
    )


def _last_run(cadence: float, staged: Staged) -> Array:
    """When a detector last ran: as often as it is to, but not while it is dead."""
    last = staged.times // cadence * cadence
    for phase, begin, end in staged.spans():
        if phase.signs.detector is Detector.DEAD:
            last[(begin <= staged.times) & (staged.times < end)] = begin // cadence * cadence
    return last


def _labels(lag: Seconds, staged: Staged, rng: np.random.Generator) -> LabelsScraped:
    """Labels come for the predictions that are due, or for a part of them, or for more to make up for it."""
    apart = float(staged.watched.service.clock.scrape_interval)
    share = staged.by_phase([float(phase.signs.labels) for phase in staged.phases], 1.0)
    made = staged.traffic.expected(staged.times, apart)
    due = staged.traffic.expected(staged.times - float(lag), apart)
    joined, predictions = (
        staged.scraped(np.cumsum(rng.poisson(each)).astype(np.float64)[np.newaxis])
        for each in (due * share, made)
    )
    return LabelsScraped(staged.times, joined, predictions)


def _replicas(requests: Counters, staged: Staged) -> ReplicasScraped:
    ready = np.full(requests.events.shape, LONG_AGO)
    for phase, begin, _ in staged.spans():
        if phase.signs.cold_replicas:
            ready[: _number_of(REPLICAS, phase.signs.cold_replicas), staged.times >= begin] = begin
    return ReplicasScraped(requests, staged.scraped(ready), staged.scraped(np.zeros(requests.events.shape)))


def _guardrail(checks: Counters, staged: Staged, rng: np.random.Generator) -> GuardrailScraped:
    """What was not checked is counted as such only while the guardrail fails open."""
    unchecked = checks.events - checks.counted if checks.counts_good else checks.counted
    opens = [float(phase.signs.guardrail is Guarding.FAILS_OPEN) for phase in staged.phases]
    opened = np.diff(np.nan_to_num(unchecked), axis=1, prepend=0) * staged.by_phase(opens, 0.0)
    apart = float(staged.watched.service.clock.scrape_interval)
    requests = np.cumsum(rng.poisson(staged.traffic.expected(staged.times, apart)))[np.newaxis]
    return GuardrailScraped(
        times=staged.times,
        checks=checks.events,
        fail_open=staged.scraped(np.cumsum(np.maximum(opened, 0), axis=1)),
        traffic=staged.scraped(requests.astype(np.float64)),
    )


def _number_of(many: int, share: Fraction) -> int:
    """How many of some a share is, one at least."""
    return max(1, round(many * share))
