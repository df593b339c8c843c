"""What is counted at each scrape: stretches of constant traffic and errors, one after the other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slo_compiler.quantities import Seconds
from slo_compiler.scenarios.series import Moment


@dataclass(frozen=True, slots=True)
class Stretch:
    """Scrapes in a row, at each of which as many events and errors are counted."""

    scrapes: int
    events: int
    errors: int = 0
    restarted: bool = False
    """Whether the service restarts before: its counters begin again at zero."""
    scraped: bool = True


def moments(
    stretches: Sequence[Stretch], interval: Seconds, *, every: int, born: int, kept: int
) -> Iterator[Moment | None]:
    """The moments of all scrapes, the first at time 0; None where the target is not scraped.

    Args:
        stretches: what happens.
        interval: between two scrapes.
        every: at each how many scrapes anything is counted.
        born: how many scrapes before the first error the series of errors begins, at zero.
        kept: for how many after the last one it goes on.
    """
    starts = [0, *itertools.accumulate(stretch.scrapes for stretch in stretches)]
    failing = [
        (start, end)
        for stretch, (start, end) in zip(stretches, itertools.pairwise(starts), strict=True)
        if stretch.errors
    ]
    known = range(failing[0][0] - born, failing[-1][1] + kept) if failing else range(0)
    seconds = float(interval)
    good = bad = 0
    for stretch, start in zip(stretches, starts, strict=False):
        if stretch.restarted:
            good = bad = 0
        onset = min((begin for begin, _ in failing if begin >= start), default=math.inf)
        ratio = stretch.errors / stretch.events if stretch.events else 0
        for scrape in range(start, start + stretch.scrapes):
            if scrape % every == 0:
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
