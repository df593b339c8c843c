"""What real servers make of guards: first when they must not hold back anything, then when they do.

A guard is asked for by its own name: whether it fires says whether notifications wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest
from msgspec.structs import replace

from slo_compiler.model.defaults import Clock
from slo_compiler.model.guard import GuardKind
from slo_compiler.quantities import HOUR
from slo_compiler.rules.program import Program
from slo_compiler.rules.signals.lower_signals import lower_signals
from slo_compiler.rules.signals.watched import Watched
from tests.compiling import drift, ml_spec, program_of
from tests.engine.delays import HEARD_WITHIN
from tests.engine.ml import MINUTELY, assert_firing, signal_alone
from tests.oracles.prometheus import Prometheus

SCORE: Final = 'ml_drift_score{model="scorer", kind="input", feature="amount"}'
THRESHOLD: Final = 'ml_drift_threshold{model="scorer", kind="input", feature="amount"}'
LAST_RUN: Final = {'ml_detector_last_run_timestamp_seconds{model="scorer"}': "0+60x3000"}
INTACT: Final = {
    'slo:errors:increase1h{slo_id="scorer:quality"}': "0x3000",
    'slo:events:increase1h{slo_id="scorer:quality"}': "10000x3000",
}
DRIFTING: Final = {SCORE: "0.5x3000", THRESHOLD: "0.2x3000", **LAST_RUN, **INTACT}
OFF: Final = dict.fromkeys(("detector_moved", "spec_moved", "label_lag", "cold_start", "seasonality"), False)


def guarded(guard: str, said: Any = True, **keys: Any) -> Program:  # noqa: FBT002
    """The rules of a drift with one guard."""
    spec = ml_spec("scorer", guards={**OFF, guard: said}, drift=[drift(**keys)])
    program = program_of(spec, defaults=MINUTELY)
    return signal_alone(program, "scorer:inputs")


def assert_guard(
    prometheus: Prometheus,
    program: Program,
    series: Mapping[str, str],
    expected: Mapping[int, Sequence[str]],
) -> None:
    """Assert at which minutes a guard fires, and at which it is told to be stuck."""
    assert_firing(prometheus, program, series, expected, of='alertname=~"Guard.+"')


def info(reference: str, instance: str = "a", version: str = "1") -> str:
    labels = f'model="scorer", detector="psi", detector_version="{version}", reference_id="{reference}"'
    return f'ml_detector_info{{{labels}, config_hash="c", instance="{instance}"}}'


DETECTOR: Final = guarded("detector_moved")

STILL: Final = {
    "a detector that stays": {info("r1"): "1x300"},
    "a detector that is restarted as another replica": {info("r1"): "1x100", info("r1", "b"): "_x110 1x300"},
    "a detector that is away for three hours": {info("r1"): "1x60 _x180 1x300"},
    "a first installation": {info("r1"): "_x100 1x300"},
    "no detector": {},
    "scores that jump": {info("r1"): "1x300", SCORE: "0.1x100 0.9x300"},
}


@pytest.mark.parametrize("series", [pytest.param(each, id=what) for what, each in STILL.items()])
def test_a_detector_that_did_not_move_holds_back_nothing(
    oldest_and_newest: Prometheus, series: Mapping[str, str]
) -> None:
    silence: dict[int, list[str]] = {minute: [] for minute in (65, 104, 125, 180, 250)}
    assert_guard(oldest_and_newest, DETECTOR, {**DRIFTING, **series}, silence)


MOVED: Final = {
    "a new reference window": {info("r1"): "1x120", info("r2"): "_x120 1x400"},
    "a new version in another replica": {info("r1"): "1x120", info("r1", "b", "2"): "_x120 1x400"},
    "a new threshold": {info("r1"): "1x600", THRESHOLD: "0.6x120 0.2x400"},
}


@pytest.mark.parametrize("series", [pytest.param(each, id=what) for what, each in MOVED.items()])
def test_a_detector_that_moved_holds_back_drift_for_an_hour(
    oldest_and_newest: Prometheus, series: Mapping[str, str]
) -> None:
    """It comes before the drift, which is held five minutes, and ends by itself after an hour and five."""
    expected = {118: [], 123: ["GuardDetectorMoved"], 175: ["GuardDetectorMoved"], 190: []}
    assert_guard(oldest_and_newest, DETECTOR, {**DRIFTING, **series}, expected)


def test_real_drift_is_told_the_hour_after_the_detector_moved(oldest_and_newest: Prometheus) -> None:
    """What looks most like it: data and detector move at once. The ticket waits for 70 minutes."""
    series = {**DRIFTING, **MOVED["a new reference window"], SCORE: "0.1x120 0.9x400"}
    heard = 120 + HEARD_WITHIN[GuardKind.DETECTOR_MOVED].minutes
    expected = {119: [], 127: ["DriftVirtual", "GuardDetectorMoved"], heard: ["DriftVirtual"]}
    assert_firing(oldest_and_newest, DETECTOR, series, expected)


def test_any_info_series_may_be_a_detector_s(oldest_and_newest: Prometheus) -> None:
    keys = {"score": "psi", "threshold": 0.2, "by": ["column"], "detector": "psi_info"}
    program = guarded("detector_moved", **keys)
    series = {
        'psi_info{baseline="1", pod="a"}': "1x120",
        'psi_info{baseline="1", pod="b"}': "_x100 1x200",
        'psi_info{baseline="2", pod="b"}': "_x300 1x100",
        'psi{column="amount"}': "0.5x600",
    }
    expected = {110: [], 250: [], 305: ["GuardDetectorMoved"], 375: []}
    assert_guard(oldest_and_newest, program, series, expected)


def test_a_detector_that_moves_all_the_time_holds_back_for_its_maximum(
    oldest_and_newest: Prometheus,
) -> None:
    """An adaptive threshold moves at every run. After two hours in all the guard lets go, and says so."""
    program = guarded("detector_moved", {"max": "2h"})
    series = {**DRIFTING, info("r1"): "1x900", THRESHOLD: " ".join(f"0.{1 + hour}x29" for hour in range(20))}
    held, stuck = "GuardDetectorMoved", "GuardStuck"
    assert_guard(oldest_and_newest, program, series, {60: [held], 140: [held], 160: [stuck], 500: [stuck]})


SPEC_HASH: Final = 'slo:spec_info{service="scorer", ml_signal="inputs", ml_signal_id="scorer:inputs", '


def test_a_spec_that_stays_holds_back_nothing(oldest_and_newest: Prometheus) -> None:
    silence: dict[int, list[str]] = {minute: [] for minute in (5, 65, 125, 250)}
    assert_guard(oldest_and_newest, guarded("spec_moved"), DRIFTING, silence)


def test_a_spec_that_moved_holds_back_drift_for_an_hour(oldest_and_newest: Prometheus) -> None:
    """The series of the old hash is gone since the new rules were loaded, here two hours after the start.

    They record their own hash from the start here, so that time runs the other way: the new one is old.
    """
    other = {SPEC_HASH + 'spec_hash="other"}': "_x120 1x300"}
    expected = {115: [], 122: ["GuardSpecMoved"], 175: ["GuardSpecMoved"], 190: []}
    assert_guard(oldest_and_newest, guarded("spec_moved"), {**DRIFTING, **other}, expected)


def test_real_drift_is_told_the_hour_after_the_spec_moved(oldest_and_newest: Prometheus) -> None:
    """What looks most like it: data and rules move at once. The ticket waits for 70 minutes."""
    other = {SPEC_HASH + 'spec_hash="other"}': "_x120 1x300"}
    series = {**DRIFTING, **other, SCORE: "0.1x120 0.9x400"}
    heard = 120 + HEARD_WITHIN[GuardKind.SPEC_MOVED].minutes
    expected = {119: [], 127: ["DriftVirtual", "GuardSpecMoved"], heard: ["DriftVirtual"]}
    assert_firing(oldest_and_newest, guarded("spec_moved"), series, expected)


def test_a_spec_that_moves_all_the_time_holds_back_for_its_maximum(oldest_and_newest: Prometheus) -> None:
    """Somebody edits it every hour, or two compilers write in turn."""
    program = guarded("spec_moved", {"max": "2h"})
    edits = {f'{SPEC_HASH}spec_hash="{hour}"}}': f"_x{60 * hour} 1x60" for hour in range(1, 9)}
    held, stuck = "GuardSpecMoved", "GuardStuck"
    expected = {55: [], 70: [held], 175: [held], 190: [stuck], 400: [stuck]}
    assert_guard(oldest_and_newest, program, {**DRIFTING, **edits}, expected)


HOURS: Final = 7 * 24
"""Of a week."""


def hourly(said: Any = True, **keys: Any) -> Program:  # noqa: FBT002
    """The rules of a drift with the guard against seasons, for a Prometheus that evaluates every hour.

    A spec may not ask for that; but weeks of minutes would take minutes.
    """
    (watched,) = program_of(
        ml_spec("scorer", guards={**OFF, "seasonality": said}, drift=[drift(cadence="1d", **keys)])
    ).watched
    service = replace(watched.service, clock=Clock(HOUR, HOUR, HOUR))
    signals = lower_signals(Watched(service, watched.plans))
    return signal_alone(Program((), None, tuple(signals)), "scorer:inputs")


def assert_season(
    prometheus: Prometheus, program: Program, series: Mapping[str, str], expected: Mapping[int, Sequence[str]]
) -> None:
    """Assert in which hours which alerts fire."""
    minutes = {60 * hour: names for hour, names in expected.items()}
    assert_firing(prometheus, program, {**INTACT, **series}, minutes, interval="1h")


def weekly(*weeks: str) -> dict[str, str]:
    """A score every hour, of one week after the other."""
    return {
        SCORE: " ".join(weeks),
        THRESHOLD: f"1x{4 * HOURS}",
        'ml_detector_last_run_timestamp_seconds{model="scorer"}': f"0+3600x{4 * HOURS}",
    }


def week(peak: float, calm: float = 0.5) -> str:
    """Six hours of a peak after a day, in a calm week."""
    return f"{calm}x23 {peak}x5 {calm}x{HOURS - 31}"


DRIFT, SEASON, STUCK = "DriftVirtual", "GuardSeasonality", "GuardStuck"
SEASONAL: Final = hourly()
SEASONS: Final = {
    "no week is known": (weekly(week(2), week(2)), 0, [DRIFT]),
    "one week is known": (weekly(week(2), week(2)), 1, [DRIFT]),
    "nothing drifts": (weekly(*[week(0.9)] * 3), 2, []),
    "a peak that is higher than ever": (weekly(week(2), week(2), week(3)), 2, [DRIFT]),
    "a peak in a time that is calm": (weekly(week(0.5), week(0.5), week(2)), 2, [DRIFT]),
    "one bad week among calm ones": (weekly(week(0.5), week(9), week(0.5), week(2)), 3, [DRIFT]),
    "two weeks are known": (weekly(*[week(2)] * 3), 2, [DRIFT, SEASON]),
    "a peak as in the weeks before": (
        weekly(week(2), week(2.2), week(1.9), week(2.2)),
        3,
        [DRIFT, SEASON],
    ),
}


def test_a_season_that_sets_in_at_once_is_known_at_once(prometheus_3_5: Prometheus) -> None:
    """A detector runs now and then, and its scores change in steps: the hour around one is half calm."""
    quarters = {
        SCORE: " ".join(["0.5x95 2x23 0.5x551"] * 3),
        THRESHOLD: "1x2016",
        'ml_detector_last_run_timestamp_seconds{model="scorer"}': "0+900x2016",
    }
    begin = 60 * (2 * HOURS + 24)
    expected = {begin - 15: [], begin: ["GuardSeasonality"], begin + 345: ["GuardSeasonality"]}
    program = guarded("seasonality", {"tolerance": 1.1}, cadence="1d")
    series = {**INTACT, **quarters}
    assert_firing(prometheus_3_5, program, series, expected, of='alertname=~"Guard.+"', interval="15m")


@pytest.mark.parametrize(
    ("series", "weeks", "expected"), [pytest.param(*each, id=what) for what, each in SEASONS.items()]
)
def test_a_season_is_what_the_weeks_before_had(
    oldest_and_newest: Prometheus, series: Mapping[str, str], weeks: int, expected: list[str]
) -> None:
    assert_season(oldest_and_newest, SEASONAL, series, {weeks * HOURS + 27: expected})


def test_real_drift_that_begins_as_a_season_is_told_when_the_season_is_over(
    oldest_and_newest: Prometheus,
) -> None:
    """What looks most like it: just at the peak something breaks that scores no higher, and stays."""
    series = weekly(week(2), week(2), f"0.5x23 2x{HOURS}")
    began = 2 * HOURS + 24
    season = {began + hour: [DRIFT, SEASON] for hour in (2, 4)}
    heard = began + HEARD_WITHIN[GuardKind.SEASONALITY].minutes // 60
    expected = {began - 4: [], **season, heard: [DRIFT], began + 36: [DRIFT]}
    assert_season(oldest_and_newest, SEASONAL, series, expected)


def test_what_drifts_for_weeks_is_held_back_as_a_season_for_the_maximum_alone(
    oldest_and_newest: Prometheus,
) -> None:
    """After two weeks of drift the third is as the first: a day more of silence, and then no more."""
    series = weekly(f"2x{4 * HOURS}")
    expected = {
        2 * HOURS - 2: [DRIFT],
        2 * HOURS + 3: [DRIFT, SEASON],
        2 * HOURS + 22: [DRIFT, SEASON],
        2 * HOURS + 26: [DRIFT, STUCK],
        3 * HOURS: [DRIFT, STUCK],
    }
    assert_season(oldest_and_newest, hourly({"max": "1d"}), series, expected)
