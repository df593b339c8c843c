"""From the errors over time to the raw series of an indicator that a Prometheus would have scraped."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from slo_compiler.emitters.promtool import written
from slo_compiler.model.slo import Slo
from slo_compiler.scenarios import series as scenarios
from slo_compiler.scenarios.series import Moment, Series

SCRAPE_INTERVAL: Final = 30
FIRST_SCRAPE: Final = 10
"""Scrapes fall between evaluations, as they do: at 10, 40, 70 s."""

EVENTS_A_SECOND: Final = 100.0


@dataclass(frozen=True, slots=True)
class Phase:
    """A length of time in seconds with a constant ratio of errors and constant traffic."""

    lasts: float
    errors: float = 0
    traffic: float = 1
    """How many times the usual; none is a healthy service that nobody asks."""
    scraped: bool = True


def series_of(
    slo: Slo, phases: Sequence[Phase], group: Mapping[str, str] | None = None, *, epoch: float = 0
) -> list[Series]:
    """The raw series that the SLO's indicator reads.

    Args:
        slo: whose indicator.
        phases: what happens, from time 0 on.
        group: the values of the labels that the SLO groups by.
        epoch: the Unix time of time 0.
    """
    return scenarios.series_of(slo, _moments(phases, step=float(slo.cadence or 0)), group, epoch=epoch)


def promtool_input(series: Series) -> dict[str, str]:
    """An input series of a rule test whose interval is 10 s."""
    labels = ", ".join(f'{name}="{value}"' for name, value in series.labels.items())
    samples = (("_", "_" if value is None else written(value), "_") for value in series.values)
    values = " ".join(itertools.chain.from_iterable(samples))
    return {"series": f"{series.metric}{{{labels}}}", "values": values}


def _moments(phases: Sequence[Phase], step: float) -> Iterator[Moment | None]:
    """The moments of all scrapes, None where the target is not scraped."""
    ends = list(itertools.accumulate(phase.lasts for phase in phases))
    onsets = [end - phase.lasts for phase, end in zip(phases, ends, strict=True) if phase.errors]
    good = bad = before = 0.0
    for scrape in range(int((ends[-1] - FIRST_SCRAPE) // SCRAPE_INTERVAL) + 1):
        time = float(FIRST_SCRAPE + scrape * SCRAPE_INTERVAL)
        for phase, begin, end in zip(phases, [0.0, *ends], ends, strict=False):
            counted = _events(max(before, begin), min(time, end), step) * phase.traffic
            good += counted * (1 - phase.errors)
            bad += counted * phase.errors
        before = time
        now = phases[bisect.bisect_left(ends, time)]
        onset = (
            max(onset for onset in onsets if onset < time)
            if now.errors
            else min((onset for onset in onsets if onset >= time), default=math.inf)
        )
        yield Moment(time, good, bad, now.errors, onset) if now.scraped else None


def _events(begin: float, end: float, step: float) -> float:
    """How many events fall between two times, the first one excluded; those of a pipeline come in steps."""
    if end <= begin:
        return 0
    return end // step - begin // step if step else (end - begin) * EVENTS_A_SECOND
