"""Every window is recorded once, after those it is added up from, and only short ones read raw series."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given

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
    pace_of,
)
from slo_compiler.model.alerting import Severity, TierRequest
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import HOUR, MINUTE, SECOND, Seconds, format_duration, parse_duration
from tests.burnrate import strategies
from tests.burnrate.examples import default_tiers, setting_of


def default_windows(setting: Setting) -> Windows:
    return lay_out(default_tiers(setting), setting.clock)


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
        case Tiles(of=of, count=count):
            return f"{count} x {format_duration(of)}"
        case RunningSum():
            return "running sum"


def in_words(windows: Sequence[Window]) -> list[str]:
    """Windows as a table reads: ``30m = 6 x 5m, fast``."""
    return [
        f"{format_duration(window.length)} = {source_in_words(window.source)}, {window.pace.value}"
        for window in windows
    ]


def is_whole(count: Fraction) -> bool:
    return count.denominator == 1


# Orders, whatever tiers there are.


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_every_window_of_a_tier_is_recorded_once(requests: list[TierRequest], setting: Setting) -> None:
    tiers = derive(requests, setting)[0]
    windows = lay_out(tiers, setting.clock)
    expected = {windows.base} | {length for tier in tiers for length in (tier.short, tier.long)}
    assert [window.length for window in windows.recorded] == sorted(expected)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_tiles_fill_their_window_and_are_recorded_before_it(
    requests: list[TierRequest], setting: Setting
) -> None:
    earlier: set[Seconds] = set()
    for window in lay_out(derive(requests, setting)[0], setting.clock).recorded:
        if isinstance(window.source, Tiles):
            assert window.source.of in earlier
            assert window.source.of * window.source.count == window.length
            assert 2 <= window.source.count <= 12
        earlier.add(window.length)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_tiles_are_as_fresh_as_the_window_and_lie_on_their_own_evaluations(
    requests: list[TierRequest], setting: Setting
) -> None:
    windows = lay_out(derive(requests, setting)[0], setting.clock)
    recorded = {window.length: window for window in windows.recorded}
    for window in windows.recorded:
        if isinstance(window.source, Tiles):
            tile = recorded[window.source.of]
            assert windows.interval(tile.pace) <= windows.interval(window.pace)
            assert is_whole(tile.length / windows.interval(tile.pace))


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_the_base_window_reads_raw_series_at_the_fast_pace(
    requests: list[TierRequest], setting: Setting
) -> None:
    windows = lay_out(derive(requests, setting)[0], setting.clock)
    assert Window(windows.base, Raw(), Pace.FAST) in windows.recorded


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_the_base_window_is_the_declared_one_or_shorter_and_holds_a_rate(
    requests: list[TierRequest], setting: Setting
) -> None:
    base = lay_out(derive(requests, setting)[0], setting.clock).base
    assert base <= setting.clock.base_window
    assert base >= 4 * setting.clock.scrape_interval
    assert base >= 2 * setting.clock.evaluation_interval
    assert is_whole(base / setting.clock.evaluation_interval)


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_a_slow_window_longer_than_a_dozen_base_windows_reads_no_raw_series(
    requests: list[TierRequest], setting: Setting
) -> None:
    windows = lay_out(derive(requests, setting)[0], setting.clock)
    raw = [
        window
        for window in windows.recorded
        if isinstance(window.source, Raw) and window.pace is Pace.SLOW and window.length > 12 * windows.base
    ]
    assert raw == []


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_a_window_is_fast_where_any_fast_tier_needs_it(requests: list[TierRequest], setting: Setting) -> None:
    tiers = derive(requests, setting)[0]
    windows = lay_out(tiers, setting.clock)
    needed = {length for tier in tiers if tier.long < 12 * HOUR for length in (tier.short, tier.long)}
    fast = {window.length for window in windows.recorded if window.pace is Pace.FAST}
    assert fast == needed | {windows.base}


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_the_slow_interval_lies_on_the_grid_and_within_the_look_back(
    requests: list[TierRequest], setting: Setting
) -> None:
    windows = lay_out(derive(requests, setting)[0], setting.clock)
    assert is_whole(windows.base / windows.slow_interval)
    assert is_whole(windows.slow_interval / windows.evaluation_interval)
    assert windows.slow_interval <= 4 * MINUTE


@given(requests=strategies.request_lists, setting=strategies.settings)
def test_samples_that_count_an_event_lie_one_interval_apart(
    requests: list[TierRequest], setting: Setting
) -> None:
    windows = lay_out(derive(requests, setting)[0], setting.clock)
    for pace in Pace:
        assert windows.overlap(pace) * windows.interval(pace) == windows.base


# The layouts that they make.


def test_the_windows_of_three_nines_over_30_days() -> None:
    windows = default_windows(setting_of("99.9%", "30d"))
    assert in_words(windows.recorded) == [
        "5m = raw, fast",
        "30m = 6 x 5m, fast",
        "1h = 2 x 30m, fast",
        "6h = 6 x 1h, fast",
        "3d = running sum, slow",
    ]
    assert windows == Windows(
        base=5 * MINUTE,
        evaluation_interval=30 * SECOND,
        slow_interval=150 * SECOND,
        scrape_interval=30 * SECOND,
        recorded=windows.recorded,
    )


def test_a_page_is_not_added_up_from_slower_windows() -> None:
    """Four of the 1h30m windows of the ticket would fill the 6h of the page, but each may be minutes old."""
    assert in_words(default_windows(setting_of("99.9%", "7d")).recorded) == [
        "5m = raw, fast",
        "30m = 6 x 5m, fast",
        "1h = 2 x 30m, fast",
        "1h30m = 3 x 30m, slow",
        "6h = 6 x 1h, fast",
        "18h = 3 x 6h, slow",
    ]


def test_a_slow_window_that_no_tiles_fill_is_a_running_sum() -> None:
    assert in_words(default_windows(setting_of("50%", "30d")).recorded) == [
        "5m = raw, fast",
        "1h15m = running sum, slow",
        "15h = 12 x 1h15m, slow",
    ]


def test_a_fast_window_that_no_tiles_fill_reads_raw_series() -> None:
    windows = lay_out([tier_of("2h10m", "1h5m")], Clock())
    assert in_words(windows.recorded) == ["5m = raw, fast", "1h5m = raw, fast", "2h10m = 2 x 1h5m, fast"]


def test_a_slow_window_of_few_base_windows_reads_raw_series() -> None:
    windows = lay_out([tier_of("12h", "7m"), tier_of("1h", "5m")], Clock(15 * SECOND, 2 * MINUTE, 4 * MINUTE))
    assert "7m = raw, slow" in in_words(windows.recorded)


def test_a_tile_between_two_evaluations_is_no_tile() -> None:
    windows = lay_out([tier_of("100s", "50s")], Clock(10 * SECOND, 20 * SECOND, 40 * SECOND))
    assert in_words(windows.recorded) == ["40s = raw, fast", "50s = raw, fast", "1m40s = raw, fast"]


def test_windows_of_a_day_are_running_sums_and_shorter_ones_are_not() -> None:
    windows = lay_out([tier_of("12h", "1h"), tier_of("24h", "2h")], Clock())
    assert in_words(windows.recorded) == [
        "5m = raw, fast",
        "1h = 12 x 5m, slow",
        "2h = 2 x 1h, slow",
        "12h = 6 x 2h, slow",
        "1d = running sum, slow",
    ]


@pytest.mark.parametrize(
    ("shorts", "clock", "base"),
    [
        pytest.param(["5m", "30m"], Clock(), "5m", id="the declared one"),
        pytest.param(["15m"], Clock(), "5m", id="the declared one below the shortest"),
        pytest.param(["6m"], Clock(), "3m", id="the longest part of the short window"),
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


@pytest.mark.parametrize(
    ("evaluation", "base", "slow"),
    [
        pytest.param(30 * SECOND, 5 * MINUTE, 150 * SECOND, id="half of the base window"),
        pytest.param(30 * SECOND, 4 * MINUTE, 4 * MINUTE, id="all of a base window within the look-back"),
        pytest.param(MINUTE, 5 * MINUTE, MINUTE, id="a fifth where nothing between is whole"),
        pytest.param(30 * SECOND, 10 * MINUTE, 150 * SECOND, id="a quarter"),
        pytest.param(5 * MINUTE, 10 * MINUTE, 5 * MINUTE, id="every evaluation where those are rarer"),
    ],
)
def test_the_slow_interval_is(evaluation: Seconds, base: Seconds, slow: Seconds) -> None:
    clock = Clock(evaluation_interval=evaluation, base_window=base)
    assert lay_out([tier_of("8h", "40m")], clock).slow_interval == slow


@pytest.mark.parametrize(
    ("long", "pace"), [("11h", Pace.FAST), ("12h", Pace.SLOW), ("3d", Pace.SLOW)], ids=["11h", "12h", "3d"]
)
def test_the_pace_of_a_tier_with_a_long_window_of(long: str, pace: Pace) -> None:
    assert pace_of(tier_of(long, "5m")) is pace


def test_the_slow_pace_counts_an_event_twice_in_the_base_window_of_5m() -> None:
    windows = default_windows(setting_of("99.9%", "30d"))
    assert (windows.overlap(Pace.FAST), windows.overlap(Pace.SLOW)) == (10, 2)
