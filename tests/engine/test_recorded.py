"""What is recorded agrees with what was counted: whatever the traffic, and whatever becomes of the series."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace

from slo_compiler.quantities import DAY, HOUR, MINUTE
from slo_compiler.rules import names
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios.series import Histogram, Series, Value
from tests.engine.examples import SLOS, compile_slo
from tests.engine.replay import EPOCH, Replay, replayed
from tests.engine.series import EVENTS_A_SECOND, FIRST_SCRAPE, SCRAPE_INTERVAL, Phase, series_of
from tests.oracles.prometheus import Prometheus

AVAILABILITY: Final = SLOS["checkout-api:availability"]
COMPLETION: Final = SLOS["checkout-api:order-completion"]
REGIONS: Final = SLOS["search:availability"]

FAST: Final = names.burn_alert("fast")
MEDIUM: Final = names.burn_alert("medium")
SLOW: Final = names.burn_alert("slow")

ERRORS_5M, EVENTS_5M = names.errors(5 * MINUTE), names.events(5 * MINUTE)
ERRORS_1H, EVENTS_1H = names.errors(1 * HOUR), names.events(1 * HOUR)
ERRORS_6H, EVENTS_6H = names.errors(6 * HOUR), names.events(6 * HOUR)

AN_HOUR: Final = 3600.0
AN_HOURS_EVENTS: Final = EVENTS_A_SECOND * AN_HOUR


def within(part: float, of: float) -> object:
    """A number that is as much, give or take a part of it."""
    return pytest.approx(of, rel=part)


def test_a_service_without_errors_has_none_and_they_are_recorded(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    """Its error series was never born."""
    series = _without(series_of(AVAILABILITY.plan.slo, [Phase(2 * AN_HOUR)]), "500", since=0)
    with replayed(oldest_and_newest, tmp_path, AVAILABILITY, series, 2 * AN_HOUR) as replay:
        assert replay.value(ERRORS_1H, 2 * AN_HOUR) == 0
        assert not any(replay.alerts[alert] for alert in (FAST, MEDIUM, SLOW))


def test_idle_hours_leave_neither_holes_nor_numbers_that_are_none(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    phases = [Phase(AN_HOUR, 0.001), Phase(8 * AN_HOUR, traffic=0), Phase(AN_HOUR, 0.001)]
    with _replayed(oldest_and_newest, tmp_path, AVAILABILITY, phases) as replay:
        assert not _not_finite(replay)
        assert not any(replay.alerts[alert] for alert in (FAST, MEDIUM, SLOW))
        assert _absent_after(replay, minutes=2) == []


def test_a_constant_error_ratio_is_recorded_as_it_is(oldest_and_newest: Prometheus, tmp_path: Path) -> None:
    with _replayed(oldest_and_newest, tmp_path, AVAILABILITY, [Phase(7 * AN_HOUR, 0.002)]) as replay:
        assert replay.value(EVENTS_6H, 7 * AN_HOUR) == within(0.001, 6 * AN_HOURS_EVENTS)
        assert replay.value(ERRORS_6H, 7 * AN_HOUR) == within(0.001, 6 * AN_HOURS_EVENTS * 0.002)


def test_a_window_of_days_counts_each_event_once(oldest_and_newest: Prometheus, tmp_path: Path) -> None:
    """Though each is in several samples of the base window."""
    end = 73 * AN_HOUR
    with _replayed(oldest_and_newest, tmp_path, AVAILABILITY, [Phase(end, 0.0005)]) as replay:
        assert replay.value(names.events(3 * DAY), end) == within(0.002, 72 * AN_HOURS_EVENTS)
        assert replay.value(names.errors(3 * DAY), end) == within(0.002, 72 * AN_HOURS_EVENTS * 0.0005)


COUNTED_BY_INCREASE: Final = """
slos:
  - name: availability
    objective: 99.9%
    indicator:
      events:
        bad: sum(increase(requests_total{code=~"5.."}[$window]))
        total: sum(increase(requests_total[$window]))
"""


def test_an_authors_own_increase_counts_each_event_once(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    """Though it is read over a scrape more than the window."""
    slo = compile_slo(COUNTED_BY_INCREASE)
    with _replayed(oldest_and_newest, tmp_path, slo, [Phase(3 * AN_HOUR, 0.002)]) as replay:
        assert replay.value(EVENTS_1H, 3 * AN_HOUR) == within(0.001, AN_HOURS_EVENTS)
        assert replay.value(ERRORS_1H, 3 * AN_HOUR) == within(0.001, AN_HOURS_EVENTS * 0.002)


def test_errors_of_a_series_born_with_them_count(oldest_and_newest: Prometheus, tmp_path: Path) -> None:
    """But for what its first sample holds, of which rate extrapolates a part."""
    phases = [Phase(3 * AN_HOUR), Phase(AN_HOUR / 2, 0.05), Phase(AN_HOUR / 4)]
    series = _without(series_of(AVAILABILITY.plan.slo, phases), "500", until=3 * AN_HOUR)
    with replayed(oldest_and_newest, tmp_path, AVAILABILITY, series, 3.75 * AN_HOUR) as replay:
        assert replay.value(ERRORS_1H, 3.75 * AN_HOUR) == within(0.005, AN_HOURS_EVENTS / 2 * 0.05)


def test_errors_of_a_series_that_vanished_count_until_they_are_out_of_the_window(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    phases = [Phase(2 * AN_HOUR), Phase(AN_HOUR / 2, 0.05), Phase(2 * AN_HOUR)]
    series = _without(series_of(AVAILABILITY.plan.slo, phases), "500", since=2.5 * AN_HOUR)
    with replayed(oldest_and_newest, tmp_path, AVAILABILITY, series, 4.5 * AN_HOUR) as replay:
        assert replay.value(ERRORS_1H, 2.75 * AN_HOUR) == within(0.01, AN_HOURS_EVENTS / 2 * 0.05)
        assert replay.value(ERRORS_1H, 4.5 * AN_HOUR) == 0


def test_a_restart_of_the_service_loses_no_more_than_a_scrape(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    series = [
        _reset(each, at=AN_HOUR) for each in series_of(AVAILABILITY.plan.slo, [Phase(2 * AN_HOUR, 0.01)])
    ]
    with replayed(oldest_and_newest, tmp_path, AVAILABILITY, series, 2 * AN_HOUR) as replay:
        lost = SCRAPE_INTERVAL / AN_HOUR
        assert AN_HOURS_EVENTS * (1 - lost) <= replay.value(EVENTS_1H, 1.5 * AN_HOUR) <= AN_HOURS_EVENTS
        assert replay.value(f"{ERRORS_1H} / {EVENTS_1H}", 1.5 * AN_HOUR) == within(0.001, 0.01)


def test_without_anything_good_everything_is_bad(oldest_and_newest: Prometheus, tmp_path: Path) -> None:
    series = [
        each if each.metric == "orders_accepted_total" else _gone(each, since=AN_HOUR)
        for each in series_of(COMPLETION.plan.slo, [Phase(1.5 * AN_HOUR)])
    ]
    with replayed(oldest_and_newest, tmp_path, COMPLETION, series, 1.5 * AN_HOUR) as replay:
        assert replay.value(f"{ERRORS_5M} / {EVENTS_5M}", 1.5 * AN_HOUR) == 1


def test_a_prometheus_that_was_down_for_20_minutes_has_its_windows_back_at_once(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    with _down(oldest_and_newest, tmp_path) as replay:
        two_scrapes_later = 4 * AN_HOUR + 1200 + 3 * SCRAPE_INTERVAL
        there = replay.value(
            'count({__name__=~"slo:.*:increase.*", __name__!~".*coarse"})', two_scrapes_later
        )
        assert there == 2 * len(AVAILABILITY.plan.windows.recorded)
        assert not _not_finite(replay)


def test_errors_before_prometheus_was_down_count_when_it_is_back(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    """But for the last five minutes, of which the next copy would have told."""
    with _down(oldest_and_newest, tmp_path) as replay:
        seen = EVENTS_A_SECOND * 0.01 * 25 * 60
        assert replay.value(ERRORS_6H, 5 * AN_HOUR) == within(0.025, seen)


def test_errors_of_a_first_deployment_do_not_page_for_the_history_it_has_not_got(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    """In its first ten minutes twice the threshold of the hour's tier is bad, of the hour a third of that."""
    phases = [Phase(600, 0.0288), Phase(7 * AN_HOUR)]
    with _replayed(oldest_and_newest, tmp_path, AVAILABILITY, phases) as replay:
        assert replay.alerts[FAST] == {}
        assert replay.alerts[MEDIUM] == {}


def test_errors_half_an_hour_after_a_first_deployment_do_not_page_for_it_either(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    """The hour is made of two half hours then, and the first was told when it was a minute old."""
    phases = [Phase(1500), Phase(480, 0.09), Phase(AN_HOUR)]
    with _replayed(oldest_and_newest, tmp_path, AVAILABILITY, phases) as replay:
        assert replay.alerts[FAST] == {}


def test_a_region_born_late_does_not_page_and_leaves_the_others_as_they_are(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    old = series_of(REGIONS.plan.slo, [Phase(7 * AN_HOUR, 0.001)], {"region": "old"})
    new = series_of(REGIONS.plan.slo, [Phase(7 * AN_HOUR, 0.001)], {"region": "new"})
    new = [_reset(_gone(each, until=6 * AN_HOUR), at=6 * AN_HOUR) for each in new]
    with replayed(oldest_and_newest, tmp_path, REGIONS, [*old, *new], 7 * AN_HOUR) as replay:
        assert not any(replay.alerts[alert] for alert in (FAST, MEDIUM, SLOW))
        ratios = replay.values(f"{ERRORS_6H} / {EVENTS_6H}", 7 * AN_HOUR, "region")
        assert ratios["old"] == within(0.005, 0.001)
        assert 0 < ratios["new"] < 0.001


BUDGET_OF_A_WEEK: Final = """
slos:
  - name: availability
    objective: 99%
    window: 7d
    indicator:
      ratio: {bad: 'requests_total{code=~"5.."}', total: requests_total}
"""


def test_the_budget_of_a_week_is_right_with_nights_an_incident_and_a_prometheus_that_was_down(
    oldest_and_newest: Prometheus, tmp_path: Path
) -> None:
    slo = compile_slo(BUDGET_OF_A_WEEK)
    day = (Phase(16 * AN_HOUR, 0.002), Phase(7 * AN_HOUR, 0.004, traffic=0.1), Phase(AN_HOUR, traffic=0))
    night = (
        Phase(16 * AN_HOUR, 0.002),
        Phase(5 * AN_HOUR, 0.5, traffic=0.1),
        Phase(3 * AN_HOUR, traffic=0.1),
    )
    unseen = (Phase(4 * AN_HOUR, 0.002), Phase(1200, 0.002, scraped=False), Phase(20 * AN_HOUR - 1200, 0.002))
    phases = (*day * 3, *night, *unseen, *day * 3)
    down = range(int(4 * 24 * AN_HOUR + 4 * AN_HOUR), int(4 * 24 * AN_HOUR + 4 * AN_HOUR + 1200))
    end = sum(phase.lasts for phase in phases)
    week = phases[3:]
    errors = sum(phase.lasts * phase.traffic * phase.errors for phase in week)
    events = sum(phase.lasts * phase.traffic for phase in week)
    series = series_of(slo.plan.slo, phases)
    with replayed(oldest_and_newest, tmp_path, slo, series, end, down=down) as replay:
        spent = 1 - replay.value(names.BUDGET_REMAINING, end)
        assert spent == within(0.005, errors / events / 0.01)


def _replayed(
    prometheus: Prometheus, folder: Path, slo: LoweredSlo, phases: Sequence[Phase]
) -> AbstractContextManager[Replay]:
    end = sum(phase.lasts for phase in phases)
    return replayed(prometheus, folder, slo, series_of(slo.plan.slo, phases), end)


def _down(prometheus: Prometheus, folder: Path) -> AbstractContextManager[Replay]:
    """Half an hour of 1 % errors, then Prometheus is down for 20 minutes."""
    phases = [
        Phase(3.5 * AN_HOUR),
        Phase(AN_HOUR / 2, 0.01),
        Phase(1200, scraped=False),
        Phase(AN_HOUR),
    ]
    series = series_of(AVAILABILITY.plan.slo, phases)
    down = range(int(4 * AN_HOUR), int(4 * AN_HOUR + 1200))
    return replayed(prometheus, folder, AVAILABILITY, series, 5.3 * AN_HOUR, down=down)


def _not_finite(replay: Replay) -> list[str]:
    """The metrics that were recorded as not a number, or as an infinite one."""
    return [
        record
        for record, results in replay.recorded.items()
        if not all(math.isfinite(value) for samples in results.values() for _, value in samples)
    ]


def _times(series: Series) -> list[float]:
    return [FIRST_SCRAPE + SCRAPE_INTERVAL * index for index in range(len(series.values))]


def _gone(series: Series, *, since: float = math.inf, until: float = 0) -> Series:
    """The series without its samples since a time, and until another."""
    values = zip(_times(series), series.values, strict=True)
    return replace(series, values=tuple(value if until < time <= since else None for time, value in values))


def _without(
    series: Sequence[Series], code: str, *, since: float = math.inf, until: float = 0
) -> list[Series]:
    """All series; the one with a code without its samples since a time, and until another."""
    return [
        _gone(each, since=since, until=until) if each.labels.get("code") == code else each for each in series
    ]


def _reset(series: Series, *, at: float) -> Series:
    """The counter, begun again at a time."""
    samples = list(zip(_times(series), series.values, strict=True))
    lost = max((_count(value) for time, value in samples if time <= at and value is not None), default=0.0)
    begun_again = (value if value is None or time <= at else _count(value) - lost for time, value in samples)
    return replace(series, values=tuple(begun_again))


def _count(value: Value) -> float:
    assert not isinstance(value, Histogram)
    return value


def _absent_after(replay: Replay, *, minutes: float) -> list[float]:
    """When there was nothing measured, the beginning left out."""
    return [
        time
        for samples in replay.alerts[names.ABSENT_ALERT].values()
        for time, _ in samples
        if time > EPOCH + 60 * minutes
    ]
