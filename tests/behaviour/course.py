"""When the condition of a tier holds over a course of events, exactly.

What was counted is linear where traffic and error ratio are constant; so is what a window holds, between the
times at which one of its ends passes a change. Within such a part each condition changes at most once.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Final, NamedTuple

from slo_compiler.burnrate.tier import Tier
from slo_compiler.burnrate.timing import threshold_in_slices
from slo_compiler.quantities import Ratio, Seconds
from slo_compiler.rules.alerts import HALF_AN_ERROR
from tests.engine.series import EVENTS_A_SECOND, Phase


@dataclass(frozen=True, slots=True)
class Stretch:
    """A length of time with constant traffic, in events a second, and a constant error ratio."""

    lasts: Seconds
    error_ratio: Ratio = Fraction(0)
    traffic: Fraction = Fraction(1)

    @property
    def phase(self) -> Phase:
        """The same as raw series are made of it."""
        return Phase(float(self.lasts), float(self.error_ratio), float(self.traffic) / EVENTS_A_SECOND)


class Count(NamedTuple):
    """What was counted."""

    errors: Fraction
    events: Fraction

    @classmethod
    def of(cls, stretch: Stretch, lasts: Seconds) -> Count:
        """So much of a stretch."""
        return cls(lasts * stretch.traffic * stretch.error_ratio, lasts * stretch.traffic)

    def plus(self, other: Count) -> Count:
        """Both together."""
        return Count(self.errors + other.errors, self.events + other.events)

    def times(self, factor: int) -> Count:
        """So many times as much."""
        return Count(factor * self.errors, factor * self.events)


NOTHING: Final = Count(Fraction(0), Fraction(0))


class Span(NamedTuple):
    """From when to when a condition holds."""

    start: Seconds
    end: Seconds


def firing_spans(
    tier: Tier, course: Sequence[Stretch], *, slice_: Seconds | None = None, min_errors: int | None = None
) -> list[Span]:
    """When the tier's condition holds during the course, before scrapes and evaluations delay what is seen.

    Args:
        tier: the tier.
        course: what happens from time 0; its first stretch has lasted for ever.
        slice_: the length of the slices of time that the indicator counts, if it does.
        min_errors: how many errors the long window has to hold.
    """
    ends = list(itertools.accumulate(stretch.lasts for stretch in course))
    changes = {end + window for end in [Fraction(0), *ends] for window in (0, tier.short, tier.long)}
    times = sorted(time for time in changes if time <= ends[-1])
    whole = {span: span for span in map(Span._make, itertools.pairwise(times))}
    for excess in _excesses(tier, Totals(course), slice_, min_errors):
        values = {time: excess(time) for time in times}
        whole = {
            part: _where_positive(values[part.start], values[part.end], span, part)
            for part, span in whole.items()
        }
    return list(_joined([span for span in whole.values() if span.start < span.end]))


class Totals:
    """What was counted until a time."""

    def __init__(self, course: Sequence[Stretch]) -> None:
        """Add up the course, whose first stretch has lasted for ever."""
        self._course = course
        self._known: dict[Seconds, Count] = {}  # of the same times every window asks
        self._begins = [Fraction(0), *itertools.accumulate(stretch.lasts for stretch in course)][:-1]
        self._before = list(
            itertools.accumulate(
                (Count.of(stretch, stretch.lasts) for stretch in course), Count.plus, initial=NOTHING
            )
        )

    def within(self, window: Seconds, time: Seconds) -> Count:
        """What a window holds that ends at a time."""
        return self._until(time).plus(self._until(time - window).times(-1))

    def _until(self, time: Seconds) -> Count:
        if time not in self._known:
            self._known[time] = self._counted(time)
        return self._known[time]

    def _counted(self, time: Seconds) -> Count:
        index = max(bisect.bisect_right(self._begins, time) - 1, 0)
        return self._before[index].plus(Count.of(self._course[index], time - self._begins[index]))


def _excesses(
    tier: Tier, totals: Totals, slice_: Seconds | None, min_errors: int | None
) -> Iterator[Callable[[Seconds], Fraction]]:
    """Functions of time that are all above zero when the condition holds."""
    for window in (tier.long, tier.short):
        threshold = threshold_in_slices(tier.threshold, window, slice_) if slice_ else tier.threshold
        yield partial(_excess, totals, window, threshold)
    if min_errors is not None:
        enough = min_errors - HALF_AN_ERROR
        yield lambda time: totals.within(tier.long, time).errors - enough


def _excess(totals: Totals, window: Seconds, threshold: Ratio, time: Seconds) -> Fraction:
    count = totals.within(window, time)
    return count.errors - threshold * count.events


def _where_positive(before: Fraction, after: Fraction, span: Span, whole: Span) -> Span:
    """The part of a span in which something is above zero that is linear over the whole."""
    if before <= 0 and after <= 0:
        return Span(span.end, span.end)
    if before > 0 and after > 0:
        return span
    zero = whole.start + (whole.end - whole.start) * before / (before - after)
    return Span(max(span.start, zero), span.end) if after > 0 else Span(span.start, min(span.end, zero))


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Spans that meet, as one."""
    whole: Span | None = None
    for span in spans:
        if whole is not None and span.start == whole.end:
            whole = Span(whole.start, span.end)
            continue
        if whole is not None:
            yield whole
        whole = span
    if whole is not None:
        yield whole
