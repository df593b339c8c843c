"""Every recorded window, and the budget, is within half a percent of what was counted, on any series.

What was counted is known from the course of events, up to the last scrape before the evaluation.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from slo_compiler.quantities import HOUR, MINUTE, SECOND, Ratio, Seconds
from slo_compiler.rules import names
from slo_compiler.scenarios.series import Histogram, Series
from tests.behaviour.course import Count, Stretch, Totals
from tests.behaviour.subjects import GROUP, SUBJECTS, compiled
from tests.engine.replay import EPOCH, Results, replayed
from tests.engine.series import EVENTS_A_SECOND, FIRST_SCRAPE, SCRAPE_INTERVAL, series_of
from tests.oracles.prometheus import Prometheus

HALF_A_PERCENT: Final = 0.005

SLO: Final = compiled(SUBJECTS[0])
"""99.9 % over a day: fast 12m and 2m, medium 72m and 6m, slow 144m and 12m."""

WINDOWS: Final = SLO.plan.windows
OLD_ENOUGH: Final = 2 * max(window.length for window in WINDOWS.recorded)
PERIOD: Final = SLO.plan.slo.period
END: Final = PERIOD + 6 * HOUR

USUAL: Final = Fraction(EVENTS_A_SECOND)
FEW, MANY, NONE = Fraction(1, 2000), Fraction(1, 10), Fraction(0)

BIRTH: Final = 20 * HOUR
BORN_LATE: Final = "born late"


def _hourly(traffic: Sequence[Ratio], errors: Sequence[Ratio]) -> list[Stretch]:
    """Traffic and errors hour by hour and over again, until the end."""
    return [
        Stretch(HOUR, errors[hour % len(errors)], USUAL * traffic[hour % len(traffic)])
        for hour in range(int(END / HOUR))
    ]


DAY_AND_NIGHT: Final = [Fraction(1 + abs(12 - hour), 13) for hour in range(24)]

BURSTS: Final = [
    stretch
    for hour in range(int(END / HOUR))
    for stretch in (
        Stretch(50 * MINUTE, FEW, USUAL / 10),
        Stretch(70 * SECOND, FEW if hour % 4 else MANY, USUAL * 40),
        Stretch(10 * MINUTE - 70 * SECOND, NONE, USUAL / 10),
    )
]

COURSES: Final[Mapping[str, Sequence[Stretch]]] = {
    "diurnal": _hourly(DAY_AND_NIGHT, [FEW, FEW, FEW, MANY, FEW]),
    "bursty": BURSTS,
    "idle": _hourly([Fraction(1), NONE, NONE, Fraction(1, 3)], [MANY, FEW]),
    "restarted": _hourly(DAY_AND_NIGHT, [FEW, MANY, FEW]),
    BORN_LATE: _hourly([Fraction(1)], [NONE] * int(BIRTH / HOUR) + [MANY] * 10),
}


def test_every_window_and_the_budget_are_what_was_counted(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    series = [each for name, course in COURSES.items() for each in _series(name, course)]
    with replayed(oldest_and_newest, tmp_path, SLO, series, float(END)) as replay:
        assert list(_wrong(replay.recorded)) == []
        assert list(_wrong_budgets(replay.recorded[names.BUDGET_REMAINING])) == []
        assert [metric for metric, results in replay.recorded.items() if not _are_finite(results)] == []


HOLE: Final = range(int(5 * HOUR), int(5 * HOUR + 20 * MINUTE))


def test_a_hole_swallows_no_more_than_itself(oldest_and_newest: Prometheus, tmp_path: Path) -> None:
    """But for the minutes before it, which the evaluations that see them in full would have counted."""
    course = Stretch(10 * HOUR, MANY, USUAL)
    series = [
        _scraped(each, lambda time: time not in HOLE)
        for each in series_of(SLO.plan.slo, [course.phase], {GROUP: "one"})
    ]
    counted = Totals([Stretch(5 * HOUR, MANY, USUAL), Stretch(20 * MINUTE), Stretch(5 * HOUR, MANY, USUAL)])
    lost = float(USUAL * MANY * (WINDOWS.base + WINDOWS.coarse_interval + SCRAPE_INTERVAL))
    too_many = float(
        USUAL * MANY * (WINDOWS.coarse_interval + SCRAPE_INTERVAL)
    )  # at the far end, into the hole
    with replayed(oldest_and_newest, tmp_path, SLO, series, float(10 * HOUR), down=HOLE) as replay:
        for window in WINDOWS.recorded:
            ((_, samples),) = replay.recorded[names.errors(window.length)].items()
            for time, value in samples:
                seen = float(counted.within(window.length, _last_scrape(time)).errors)
                if time - EPOCH > HOLE.stop + 3 * SCRAPE_INTERVAL:
                    more = HALF_A_PERCENT * seen + too_many
                    assert -lost <= value - seen <= more, (window.length, time - EPOCH)


@functools.cache
def _totals(name: str) -> Totals:
    return Totals(COURSES[name])


@functools.cache
def _within(name: str, window: Seconds, time: Fraction) -> Count:
    return _totals(name).within(window, time)


def _wrong(recorded: Mapping[str, Results]) -> Iterator[str]:
    """The samples of windows that are not what was counted, in words."""
    for window in WINDOWS.recorded:
        for metric, count in ((names.events, _events), (names.errors, _errors)):
            for labels, samples in recorded[metric(window.length)].items():
                name = dict(labels)[GROUP]
                for time, value in samples:
                    truth = float(count(_within(name, window.length, _last_scrape(time))))
                    allowed = HALF_A_PERCENT * truth + _unseen(name, time, window.length)
                    if time - EPOCH >= OLD_ENOUGH and abs(value - truth) > allowed + 1e-6:
                        yield f"{metric(window.length)} of {name} at {time - EPOCH}: {value}, not {truth}"


def _wrong_budgets(results: Results) -> Iterator[str]:
    """The samples of the budget that are not what was spent, in words.

    Of what happens at the ends of the period it knows half, so it is asked when little does.
    """
    for labels, samples in results.items():
        totals = _totals(dict(labels)[GROUP])
        for time, value in samples:
            count = totals.within(PERIOD, _last_scrape(time))
            spent = float(count.errors / count.events / SLO.plan.slo.budget)
            if time - EPOCH < PERIOD + HOUR or _is_busy(totals, time) or _is_busy(totals, time - PERIOD):
                continue
            if abs(1 - value - spent) > HALF_A_PERCENT * spent:
                yield f"budget of {dict(labels)[GROUP]} at {time - EPOCH}: {1 - value} spent, not {spent}"


def _is_busy(totals: Totals, time: float) -> bool:
    """Whether many of the period's errors or events fell into the minutes about a time."""
    around, whole = totals.within(20 * MINUTE, _last_scrape(time) + 10 * MINUTE), totals.within(PERIOD, END)
    return around.errors > whole.errors / 200 or around.events > whole.events / 100


def _events(count: Count) -> Fraction:
    return count.events


def _errors(count: Count) -> Fraction:
    return count.errors


def _unseen(name: str, time: float, window: Seconds) -> float:
    """What the first sample of a series may have counted before it was scraped: nobody can know when."""
    born_within = BIRTH <= time - EPOCH < BIRTH + window + SCRAPE_INTERVAL
    return float(USUAL * MANY * SCRAPE_INTERVAL) if name == BORN_LATE and born_within else 0


def _last_scrape(time: float) -> Fraction:
    return Fraction((time - EPOCH - FIRST_SCRAPE) // SCRAPE_INTERVAL * SCRAPE_INTERVAL + FIRST_SCRAPE)


def _are_finite(results: Results) -> bool:
    return all(math.isfinite(value) for samples in results.values() for _, value in samples)


def _series(name: str, course: Sequence[Stretch]) -> list[Series]:
    series = series_of(SLO.plan.slo, [stretch.phase for stretch in course], {GROUP: name})
    if name == "restarted":
        return [_restarted(each) for each in series]
    if name == BORN_LATE:
        return [
            _scraped(each, lambda time: time > BIRTH) if each.labels["code"].startswith("5") else each
            for each in series
        ]
    return series


def _scraped(series: Series, when: Callable[[float], bool]) -> Series:
    """The series with samples at some of its scrapes only."""
    times = (FIRST_SCRAPE + SCRAPE_INTERVAL * index for index in range(len(series.values)))
    values = zip(times, series.values, strict=True)
    return replace(series, values=tuple(value if when(time) else None for time, value in values))


def _restarted(series: Series) -> Series:
    """The counter, begun again every five hours, between two scrapes.

    Not when traffic changes: rate never extrapolates a counter to below zero, and loses up to half a scrape
    of one that was just begun and is suddenly busy. So do windows over raw series.
    """
    values = []
    before = begun = 0.0
    for index, value in enumerate(series.values):
        assert value is not None
        assert not isinstance(value, Histogram)
        if index % 600 == 540:
            begun = before
        values.append(value - begun)
        before = value
    return replace(series, values=tuple(values))
