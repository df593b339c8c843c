"""What is counted at each scrape: stretches of constant traffic and errors, one after the other.

The same happens to many SLOs, in an organisation whose objectives are few: it is worked out for the first.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from slo_compiler.quantities import Seconds
from slo_compiler.scenarios.series import Moment, Recipe, Series, Value, ValueOf


class Stretch(Struct, frozen=True):
    """Scrapes in a row, at each of which as many events and errors are counted."""

    scrapes: int
    events: int
    errors: int = 0
    restarted: bool = False
    """Whether the service restarts before: its counters begin again at zero."""
    scraped: bool = True


class Course(Struct, frozen=True):
    """What happens from the first scrape, at time 0, to the last one.

    ``interval`` is between two scrapes; at each ``every`` of them anything is counted. The series of errors
    begins at zero, ``born`` scrapes before the first error, and goes on for ``kept`` after the last one.
    """

    stretches: tuple[Stretch, ...]
    interval: Seconds
    every: int
    born: int
    kept: int


def lived(recipes: Iterable[Recipe], course: Course) -> Iterator[Series]:
    """The series through all that happens."""
    return (Series(each.metric, each.labels, _values(each.value, course)) for each in recipes)


@lru_cache(maxsize=1024)
def _values(value: ValueOf, course: Course) -> tuple[Value | None, ...]:
    return tuple([None if moment is None else value(moment) for moment in _moments(course)])


@lru_cache(maxsize=8)  # the few series of an indicator are made one after the other
def _moments(course: Course) -> tuple[Moment | None, ...]:
    """The moments of all scrapes; None where the target is not scraped."""
    return tuple(_each_moment(course))


def _each_moment(course: Course) -> Iterator[Moment | None]:
    stretches = course.stretches
    starts = [0, *itertools.accumulate(stretch.scrapes for stretch in stretches)]
    failing = [
        (start, end)
        for stretch, (start, end) in zip(stretches, itertools.pairwise(starts), strict=True)
        if stretch.errors
    ]
    known = range(failing[0][0] - course.born, failing[-1][1] + course.kept) if failing else range(0)
    seconds = float(course.interval)
    good = bad = 0
    for stretch, start in zip(stretches, starts, strict=False):
        if stretch.restarted:
            good = bad = 0
        onset = min((begin for begin, _ in failing if begin >= start), default=math.inf)
        ratio = stretch.errors / stretch.events if stretch.events else 0
        for scrape in range(start, start + stretch.scrapes):
            if scrape % course.every == 0:
                good += stretch.events - stretch.errors
                bad += stretch.errors
            now = Moment(
                time=scrape * seconds,
                good=good,
                bad=bad,
                ratio=ratio,
                onset=(onset - 1) * seconds,
                errors_known=scrape in known,
            )
            yield now if stretch.scraped else None
