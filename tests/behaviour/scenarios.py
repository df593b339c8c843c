"""Scenarios: what may happen to a service, drawn at random and always the same.

A scenario that would be another story with a few more or fewer errors, such as one that only just touches the
threshold, says nothing about times and is drawn anew.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from msgspec.structs import replace

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.indicator import ErrorRatio
from slo_compiler.quantities import HOUR, Ratio, Seconds
from slo_compiler.scenarios.incidents import grain
from tests.behaviour.course import Span, Stretch, firing_spans
from tests.engine.series import EVENTS_A_SECOND

A_LITTLE: Final = Fraction(1, 50)
"""So much more or less of errors must not make another story."""

SHORTEST: Final = Fraction(150)
"""Seconds; spans, and the times between them, of at least this can be missed by no scrape or evaluation."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens, and when the condition of each tier holds for it."""

    name: str
    course: tuple[Stretch, ...]
    expected: Mapping[str, Sequence[Span]]


def scenarios(plan: Plan, incidents: Sequence[str], count: int, seed: str) -> list[Scenario]:
    """So many scenarios for a plan, of every kind of incident, tier and shape of traffic in turn."""
    chance = random.Random(seed)
    kinds = list(itertools.product(incidents, plan.tiers, TRAFFIC))
    chance.shuffle(kinds)
    found: list[Scenario] = []
    for incident, tier, shape in itertools.cycle(kinds):
        if len(found) == count:
            break
        course = _course(plan, list(INCIDENTS[incident](chance, tier)), TRAFFIC[shape])
        expected = _expected(plan, course)
        if expected is not None:
            found.append(Scenario(f"{len(found)}-{incident}-{tier.name}-{shape}", course, expected))
    return found


# What goes wrong, for a tier that it is to be about.


def _steady(chance: random.Random, tier: Tier) -> Iterator[Stretch]:
    error_ratio = min(tier.threshold * _between(chance, 1.3, 8), Fraction(95, 100))
    yield Stretch(_seconds(tier.long * _between(chance, 0.3, 1.2)), error_ratio)


def _outage(chance: random.Random, tier: Tier) -> Iterator[Stretch]:
    """Of which nobody asks any more in its second half."""
    lasts = _seconds(
        tier.long * tier.threshold * _between(chance, 0.6, 3) + tier.short * _between(chance, 0, 1)
    )
    yield Stretch(lasts, Fraction(1))
    yield Stretch(lasts, Fraction(1), Fraction(1, 10))


def _worse(chance: random.Random, tier: Tier) -> Iterator[Stretch]:
    """Errors that are allowed, and then too many."""
    yield Stretch(tier.long, tier.threshold * _between(chance, 0.2, 0.8))
    yield from _steady(chance, tier)


def _flapping(chance: random.Random, tier: Tier) -> Iterator[Stretch]:
    for _ in range(4):
        error_ratio = min(tier.threshold * _between(chance, 2, 10), Fraction(1))
        yield Stretch(_seconds(tier.short * _between(chance, 0.5, 3)), error_ratio)
        yield Stretch(_seconds(tier.short * _between(chance, 0.5, 3)))


def _relapse(chance: random.Random, tier: Tier) -> Iterator[Stretch]:
    """Outages, between which the short window recovers and the long one does not."""
    for well in (_between(chance, 1.5, 4), None):
        yield Stretch(_seconds(tier.long * tier.threshold * _between(chance, 0.6, 1.6)), Fraction(1))
        if well is not None:
            yield Stretch(_seconds(tier.short * well))


def _creeping(chance: random.Random, tier: Tier) -> Iterator[Stretch]:
    step = _seconds(tier.long * _between(chance, 0.1, 0.3))
    for factor in (0.5, 1, 2, 4):
        error_ratio = tier.threshold * _between(chance, 0.8 * factor, 1.3 * factor)
        yield Stretch(step, min(error_ratio, Fraction(1)))


def _harmless(chance: random.Random, tier: Tier) -> Iterator[Stretch]:
    yield Stretch(tier.long, tier.threshold * _between(chance, 0.6, 0.95))


INCIDENTS: Final[Mapping[str, Callable[[random.Random, Tier], Iterator[Stretch]]]] = {
    "steady": _steady,
    "outage": _outage,
    "worse": _worse,
    "flapping": _flapping,
    "creeping": _creeping,
    "harmless": _harmless,
    "relapse": _relapse,
}

Traffic: TypeAlias = Sequence[Fraction]
"""How many times the usual, hour by hour and over again."""

TRAFFIC: Final[Mapping[str, Traffic]] = {
    "even": [Fraction(1)],
    "diurnal": [Fraction(10, 10), Fraction(7, 10), Fraction(2, 10), Fraction(4, 10)],
    "bursty": [Fraction(1, 4), Fraction(4), Fraction(1, 4)],
}


def _course(plan: Plan, incident: Sequence[Stretch], traffic: Traffic) -> tuple[Stretch, ...]:
    """A history as long as all windows, the incident, and time to recover, cut where traffic changes."""
    longest = max(tier.long for tier in plan.tiers)
    before, after = Stretch(longest + 4 * plan.windows.base), Stretch(longest / 4 + 4 * plan.windows.base)
    whole = (before, *incident, after)
    if grain(plan) or isinstance(plan.slo.indicator, ErrorRatio):
        return tuple(_of_time(plan, whole))
    return tuple(_of_events(whole, traffic))


def _of_time(plan: Plan, course: Sequence[Stretch]) -> Iterator[Stretch]:
    """The course of an indicator that measures time; in slices, it is bad in whole or not at all."""
    slice_ = grain(plan)
    for stretch in course:
        if slice_ is None:
            yield Stretch(stretch.lasts, stretch.error_ratio)
            continue
        bad = round(stretch.lasts * stretch.error_ratio / slice_) * slice_
        for lasts, error_ratio in ((bad, Fraction(1)), (stretch.lasts - bad, Fraction(0))):
            if lasts > 0:
                yield Stretch(lasts, error_ratio, 1 / slice_)


def _of_events(course: Sequence[Stretch], traffic: Traffic) -> Iterator[Stretch]:
    time = Fraction(0)
    for stretch in course:
        end = time + stretch.lasts
        while time < end:
            until = min(end, (time // HOUR + 1) * HOUR)
            usual = traffic[int(time // HOUR) % len(traffic)] * Fraction(EVENTS_A_SECOND)
            yield Stretch(until - time, stretch.error_ratio, usual * stretch.traffic)
            time = until


def _expected(plan: Plan, course: tuple[Stretch, ...]) -> dict[str, Sequence[Span]] | None:
    """The spans of each tier; None where a little more or less would be another story."""
    expected: dict[str, Sequence[Span]] = {}
    for tier in plan.tiers:
        if any(abs(stretch.error_ratio - tier.threshold) < A_LITTLE * tier.threshold for stretch in course):
            return None
        versions = [_spans(plan, tier, course, factor) for factor in (1, 1 - A_LITTLE, 1 + A_LITTLE)]
        if len({len(spans) for spans in versions}) > 1 or any(map(_is_brief, versions)):
            return None
        expected[tier.name] = versions[0]
    return expected


def _spans(plan: Plan, tier: Tier, course: Sequence[Stretch], factor: Ratio | int) -> list[Span]:
    stricter = replace(tier, threshold=tier.threshold * factor)
    return firing_spans(stricter, course, slice_=grain(plan), min_errors=plan.min_errors)


def _is_brief(spans: Sequence[Span]) -> bool:
    times = [time for span in spans for time in span]
    return any(after - before < SHORTEST for before, after in itertools.pairwise(times))


def _between(chance: random.Random, low: float, high: float) -> Fraction:
    return Fraction(round(chance.uniform(low, high) * 100), 100)


def _seconds(time: Seconds) -> Seconds:
    return Fraction(max(round(time), 1))
