"""Every window is recorded once, after those it is added up from, and only short ones read raw series."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

import pytest
from hypothesis import assume, given
from msgspec.structs import replace

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.derive import Setting, derive
from slo_compiler.burnrate.tier import Tier
from slo_compiler.burnrate.windows import (
    Pace,
    Raw,
    RunningSum,
    Source,
    Tiles,
    Window,
    Windows,
    lay_out,
)
from slo_compiler.model.alerting import Severity, TierRequest
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import MINUTE, SECOND, Ratio, Seconds, format_duration, parse_duration
from tests.burnrate import strategies
from tests.burnrate.examples import default_tiers, setting_of


def windows_of(tiers: Sequence[Tier], setting: Setting) -> Windows:
    return lay_out(tiers, setting.clock, policy.steady_base_window(setting.clock, setting.period))


def default_windows(setting: Setting) -> Windows:
    return windows_of(default_tiers(setting), setting)


def tier_of(long: str, short: str) -> Tier:
    return Tier(
        name="any",
        severity=Severity.PAGE,
        long=parse_duration(long),
        short=parse_duration(short),
        burn_rate=Fraction(10),
        threshold=Fraction(1, 100),
        budget=Fraction(1, 50),
    )


def source_in_words(source: Source) -> str:
    match source:
        case Raw():
            return "raw"
        case Tiles(lengths=lengths):
            return " + ".join(
                f"{len(list(same))} x {format_duration(length)}"
                for length, same in itertools.groupby(lengths)
            )
        case RunningSum():
            return "running sum"
        case _:
            assert_never(source)


def in_words(windows: Sequence[Window]) -> list[str]:
    """Windows as a table reads: ``30m = 6 x 5m``."""
    return [f"{format_duration(window.length)} = {source_in_words(window.source)}" for window in windows]


def is_whole(count: Fraction) -> bool:
    return count.denominator == 1


# Orders, whatever tiers there are.


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_every_window_of_a_tier_is_recorded_once(requests: list[TierRequest], setting: Setting) -> None:
    tiers = derive(requests, setting)[0]
    recorded = [window.length for window in windows_of(tiers, setting).recorded]
    assert recorded == sorted(set(recorded))
    assert {length for tier in tiers for length in (tier.short, tier.long)} <= set(recorded)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_tiles_fill_their_window_and_are_recorded_before_it(
    requests: list[TierRequest], setting: Setting
) -> None:
    tiers = derive(requests, setting)[0]
    earlier: set[Seconds] = set()
    for window in windows_of(tiers, setting).recorded:
        if isinstance(window.source, Tiles):
            assert set(window.source.lengths) <= earlier
            assert sum(window.source.lengths) == window.length
            assert all(window.source.lengths.count(tile) <= 12 for tile in window.source.lengths)
        earlier.add(window.length)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_tiles_lie_on_evaluations(requests: list[TierRequest], setting: Setting) -> None:
    windows = windows_of(derive(requests, setting)[0], setting)
    for window in windows.recorded:
        if isinstance(window.source, Tiles):
            assert all(is_whole(tile / windows.evaluation_interval) for tile in window.source.lengths)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_the_base_window_reads_raw_series(requests: list[TierRequest], setting: Setting) -> None:
    windows = windows_of(derive(requests, setting)[0], setting)
    assert Window(windows.base, Raw()) in windows.recorded


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_the_base_window_is_the_declared_one_or_shorter_and_holds_a_rate(
    requests: list[TierRequest], setting: Setting
) -> None:
    base = windows_of(derive(requests, setting)[0], setting).base
    assert base <= setting.clock.base_window
    assert base >= 4 * setting.clock.scrape_interval
    assert base >= 2 * setting.clock.evaluation_interval
    assert is_whole(base / setting.clock.evaluation_interval)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_a_window_longer_than_a_dozen_base_windows_reads_no_raw_series(
    requests: list[TierRequest], setting: Setting
) -> None:
    windows = windows_of(derive(requests, setting)[0], setting)
    raw = [window.length for window in windows.recorded if isinstance(window.source, Raw)]
    assert max(raw) <= 12 * windows.base


@given(setting=strategies.settings)
def test_derived_windows_of_more_than_a_dozen_base_windows_are_all_tiles(setting: Setting) -> None:
    """Wherever one base window suits all objectives."""
    if policy.steady_base_window(setting.clock, setting.period) is not None:
        recorded = default_windows(setting).recorded
        assert [window for window in recorded if isinstance(window.source, RunningSum)] == []


@given(setting=strategies.long_settings, budget=strategies.budgets)
def test_another_objective_leaves_the_declared_base_window_and_its_copies_as_they_are(
    setting: Setting, budget: Ratio
) -> None:
    """They are the history from which a window that is new is read until it has tiles."""
    steady = policy.steady_base_window(setting.clock, setting.period)
    assume(steady == setting.clock.base_window)
    for each in (setting, replace(setting, budget=budget)):
        windows = default_windows(each)
        assert windows.base == setting.clock.base_window
        assert windows.coarse_interval == default_windows(setting).coarse_interval


@given(setting=strategies.settings, budget=strategies.budgets)
def test_another_objective_leaves_the_base_window_of_short_periods_as_it_is_too(
    setting: Setting, budget: Ratio
) -> None:
    """At the clock that holds unless another is declared; with evaluations every 5 s it may change."""
    before = replace(setting, clock=Clock())
    after = replace(before, budget=budget)
    bases = {default_windows(each).base for each in (before, after) if default_tiers(each)}
    assert len(bases) <= 1


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_slow_and_coarse_intervals_lie_on_the_grid(requests: list[TierRequest], setting: Setting) -> None:
    windows = windows_of(derive(requests, setting)[0], setting)
    assert is_whole(windows.base / windows.coarse_interval)
    assert is_whole(windows.coarse_interval / windows.evaluation_interval)
    assert is_whole(windows.slow_interval / windows.evaluation_interval)
    assert windows.coarse_interval <= 5 * MINUTE
    assert windows.slow_interval <= 4 * MINUTE


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_samples_that_count_an_event_lie_one_interval_apart(
    requests: list[TierRequest], setting: Setting
) -> None:
    windows = windows_of(derive(requests, setting)[0], setting)
    for pace in (Pace.FAST, Pace.COARSE):
        assert windows.overlap(pace) * windows.interval(pace) == windows.base


# The layouts that they make.


def test_the_windows_of_three_nines_over_30_days() -> None:
    windows = default_windows(setting_of("99.9%", "30d"))
    assert in_words(windows.recorded) == [
        "5m = raw",
        "30m = 6 x 5m",
        "1h = 2 x 30m",
        "6h = 6 x 1h",
        "3d = 12 x 6h",
    ]
    assert windows == Windows(
        base=5 * MINUTE,
        evaluation_interval=30 * SECOND,
        slow_interval=4 * MINUTE,
        coarse_interval=5 * MINUTE,
        scrape_interval=30 * SECOND,
        recorded=windows.recorded,
    )


def test_a_window_of_more_tiles_than_a_reviewer_reads_gets_a_stepping_stone() -> None:
    assert in_words(default_windows(setting_of("50%", "30d")).recorded) == [
        "5m = raw",
        "1h = 12 x 5m",
        "1h15m = 1 x 1h + 3 x 5m",
        "15h = 12 x 1h15m",
    ]


def test_a_window_of_a_month_needs_two() -> None:
    windows = lay_out([tier_of("30d", "5m")], Clock())
    assert in_words(windows.recorded) == [
        "5m = raw",
        "1h = 12 x 5m",
        "12h = 12 x 1h",
        "6d = 12 x 12h",
        "30d = 5 x 6d",
    ]


def test_stepping_stones_are_whole_multiples_of_the_base_window() -> None:
    windows = lay_out([tier_of("3d", "7m")], Clock(), 5 * MINUTE)
    assert in_words(windows.recorded) == [
        "5m = raw",
        "7m = raw",
        "1h = 12 x 5m",
        "12h = 12 x 1h",
        "3d = 6 x 12h",
    ]


def test_tiles_of_all_lengths_fill_a_window() -> None:
    windows = lay_out([tier_of("2h5m", "30m")], Clock())
    assert in_words(windows.recorded) == ["5m = raw", "30m = 6 x 5m", "2h5m = 4 x 30m + 1 x 5m"]


def test_tiles_are_not_the_longest_where_those_leave_a_part_empty() -> None:
    windows = lay_out([tier_of("15m", "10m")], Clock(), 3 * MINUTE)
    assert in_words(windows.recorded) == ["3m = raw", "10m = raw", "15m = 5 x 3m"]


def test_a_window_off_the_grid_is_a_running_sum_where_raw_series_would_be_too_many_samples() -> None:
    windows = lay_out([tier_of("12h", "205s")], Clock())
    assert in_words(windows.recorded)[:2] == ["3m25s = raw", "5m = raw"]
    assert in_words(lay_out([tier_of("12h5s", "5m")], Clock()).recorded) == [
        "5m = raw",
        "12h5s = running sum",
    ]


def test_a_window_of_just_a_dozen_base_windows_off_the_grid_reads_raw_series() -> None:
    windows = lay_out([tier_of("1h", "5m")], Clock(10 * SECOND, 45 * SECOND, 5 * MINUTE))
    assert in_words(windows.recorded) == ["5m = raw", "1h = raw"]


def test_the_longest_tiles_come_first_even_where_one_is_shorter_than_the_base_window() -> None:
    windows = lay_out([tier_of("9m", "4m")], Clock(), 5 * MINUTE)
    assert in_words(windows.recorded) == ["4m = raw", "5m = raw", "9m = 1 x 5m + 1 x 4m"]


def test_a_tile_between_two_evaluations_is_no_tile() -> None:
    windows = lay_out([tier_of("100s", "50s")], Clock(10 * SECOND, 20 * SECOND, 40 * SECOND))
    assert in_words(windows.recorded) == ["40s = raw", "50s = raw", "1m40s = raw"]


@pytest.mark.parametrize(
    ("shorts", "clock", "base"),
    [
        pytest.param(["5m", "30m"], Clock(), "5m", id="the declared one"),
        pytest.param(["15m"], Clock(), "5m", id="the declared one below the shortest"),
        pytest.param(["6m"], Clock(), "3m", id="the longest part of the short window"),
        pytest.param(["9m"], Clock(), "4m30s", id="an odd number of evaluations"),
        pytest.param(["4m", "6m"], Clock(), "2m", id="the longest part of both short windows"),
        pytest.param(["4m", "7m"], Clock(), "4m", id="the shortest window where all parts are too short"),
        pytest.param(["7m", "11m"], Clock(), "5m", id="the declared one where all parts are too short"),
        pytest.param(["205s"], Clock(), "5m", id="the declared one where the short window is off the grid"),
        pytest.param(
            ["2m"], Clock(scrape_interval=15 * SECOND), "2m", id="the short window where it is the shortest"
        ),
        pytest.param(
            ["6m"],
            Clock(15 * SECOND, 2 * MINUTE, 5 * MINUTE),
            "5m",
            id="the declared one where parts lie between evaluations",
        ),
    ],
)
def test_the_base_window_is(shorts: list[str], clock: Clock, base: str) -> None:
    tiers = [tier_of("8h", short) for short in shorts]
    assert format_duration(lay_out(tiers, clock).base) == base


def test_the_steady_base_window_is_left_where_one_long_window_is_no_multiple_of_it() -> None:
    assert lay_out([tier_of("2h3m", "6m")], Clock(), 5 * MINUTE).base == 3 * MINUTE


@pytest.mark.parametrize(
    ("evaluation", "base", "coarse"),
    [
        pytest.param(30 * SECOND, 5 * MINUTE, 5 * MINUTE, id="the base window"),
        pytest.param(30 * SECOND, 4 * MINUTE, 4 * MINUTE, id="a shorter base window"),
        pytest.param(30 * SECOND, 10 * MINUTE, 5 * MINUTE, id="half of a longer one"),
        pytest.param(30 * SECOND, 6 * MINUTE, 3 * MINUTE, id="within the look-back"),
        pytest.param(2 * MINUTE, 4 * MINUTE, 4 * MINUTE, id="a base window of two evaluations"),
        pytest.param(MINUTE, 7 * MINUTE, MINUTE, id="a seventh where nothing between is whole"),
        pytest.param(10 * MINUTE, 10 * MINUTE, 10 * MINUTE, id="every evaluation where those are rarer"),
    ],
)
def test_the_coarse_interval_is(evaluation: Seconds, base: Seconds, coarse: Seconds) -> None:
    clock = Clock(scrape_interval=SECOND, evaluation_interval=evaluation, base_window=base)
    assert lay_out([tier_of("84h", "420m")], clock).coarse_interval == coarse


@pytest.mark.parametrize(
    ("evaluation", "base", "slow"),
    [
        pytest.param(30 * SECOND, 5 * MINUTE, 4 * MINUTE, id="all that is within the look-back"),
        pytest.param(50 * SECOND, 5 * MINUTE, 200 * SECOND, id="as many whole evaluations as are"),
        pytest.param(30 * SECOND, 2 * MINUTE, 2 * MINUTE, id="no longer than the base window"),
        pytest.param(5 * MINUTE, 5 * MINUTE, 5 * MINUTE, id="every evaluation where those are rarer"),
    ],
)
def test_the_slow_interval_is(evaluation: Seconds, base: Seconds, slow: Seconds) -> None:
    clock = Clock(evaluation_interval=evaluation, base_window=base)
    assert lay_out([tier_of("8h", "40m")], clock).slow_interval == slow


def test_the_longest_windows_are_read_from_the_copies_where_tiles_are_missing() -> None:
    windows = default_windows(setting_of("99.9%", "30d"))
    assert [windows.history(window.length) for window in windows.recorded] == [
        *(Pace.FAST, Pace.FAST, Pace.FAST),
        *(Pace.COARSE, Pace.COARSE),
    ]


def test_each_pace_has_its_interval() -> None:
    windows = default_windows(setting_of("99.9%", "30d"))
    intervals = (windows.evaluation_interval, windows.slow_interval, windows.coarse_interval)
    assert tuple(windows.interval(pace) for pace in Pace) == intervals


def test_the_coarse_pace_counts_an_event_once_in_the_base_window_of_5m() -> None:
    windows = default_windows(setting_of("99.9%", "30d"))
    assert (windows.overlap(Pace.FAST), windows.overlap(Pace.COARSE)) == (10, 1)
