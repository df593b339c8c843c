"""Labels that come late make quality look bad: what a real server makes of it, silence first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from slo_compiler.model.guard import GuardKind
from slo_compiler.rules.program import Program
from tests.compiling import ml_spec, program_of, quality
from tests.engine.delays import HEARD_WITHIN
from tests.engine.ml import MINUTELY, ONE_TIER, assert_firing, first_page_alone
from tests.oracles.prometheus import Prometheus

LAGGING: Final = {"quality": {"labels": {"lag": "1h", "completeness": "80%"}}}


def scorer(**guards: Any) -> Program:
    promised = quality(indicator=LAGGING, alerting=ONE_TIER)
    spec = ml_spec("scorer", promised, drift=[], guards=guards or {"label_lag": True})
    return first_page_alone(program_of(spec, defaults=MINUTELY))


PROGRAM: Final = scorer()
PREDICTIONS: Final = {'ml_predictions_total{model="scorer"}': "0+600x1500"}
JOINED: Final = 'ml_labels_joined_total{model="scorer"}'
COMPLETE: Final = {JOINED: "0+600x1500"}
LATE: Final = {JOINED: "0+600x200 120000+200x1300"}
"""From minute 200 on a third of the labels come; 80 % are missed after 18 minutes, in a window of an hour."""


def judged(good: str, bad: str) -> dict[str, str]:
    total = 'ml_quality_evaluations_total{model="scorer", verdict='
    return {f'{total}"good"}}': good, f'{total}"bad"}}': bad}


WELL: Final = judged("0+597x1500", "0+3x1500")
BAD_ONLY: Final = judged("0+597x200 119400+0x1300", "0+3x200 600+200x1300")
"""Who complains does it at once: of the labels that come, all are bad from minute 200 on."""

PAGE, GUARD, STUCK = "ErrorBudgetBurnFast", "GuardLabelLag", "GuardStuck"


def assert_seen(
    prometheus: Prometheus, program: Program, series: Mapping[str, str], expected: Mapping[int, list[str]]
) -> None:
    names = f'alertname=~"{PAGE}|Guard.+"'
    assert_firing(prometheus, program, {**PREDICTIONS, **series}, expected, of=names)


HEARD: Final = {
    "labels are complete": COMPLETE,
    "labels are counted by nobody": {},
    "labels are not counted any more": {JOINED: "0+600x150"},
}


@pytest.mark.parametrize("labels", [pytest.param(each, id=what) for what, each in HEARD.items()])
def test_bad_quality_is_heard_where_labels_are_not_late(
    oldest_and_newest: Prometheus, labels: Mapping[str, str]
) -> None:
    assert_seen(oldest_and_newest, PROGRAM, {**labels, **BAD_ONLY}, {195: [], 260: [PAGE], 320: [PAGE]})


def test_late_labels_hold_back_what_they_make_look_bad(oldest_and_newest: Prometheus) -> None:
    """The guard comes first, as most labels are missing before bad ones are many."""
    expected = {195: [], 225: [PAGE, GUARD], 270: [PAGE, GUARD]}
    assert_seen(oldest_and_newest, PROGRAM, {**LATE, **BAD_ONLY}, expected)


def test_labels_that_catch_up_end_it(oldest_and_newest: Prometheus) -> None:
    caught_up = {JOINED: "0+600x200 120000+200x30 126000+1000x30 156000+600x1000"}
    expected = {195: [], 225: [GUARD], 300: []}
    assert_seen(oldest_and_newest, PROGRAM, {**caught_up, **WELL}, expected)


def test_labels_that_are_missing_for_good_are_no_lag(oldest_and_newest: Prometheus) -> None:
    """What looks most like it: the labels of good predictions are lost, or the model broke meanwhile.

    The page that waited comes after the lag again, an hour, and the time that a page is kept.
    """
    heard = 200 + HEARD_WITHIN[GuardKind.LABEL_LAG].minutes
    expected = {270: [PAGE, GUARD], heard: [PAGE, STUCK], 400: [PAGE, STUCK]}
    assert_seen(oldest_and_newest, PROGRAM, {**LATE, **BAD_ONLY}, expected)


def test_labels_are_of_the_predictions_of_their_time(oldest_and_newest: Prometheus) -> None:
    """Ten times the traffic at once: its labels come an hour later, and none is late."""
    growing = {'ml_predictions_total{model="scorer"}': "0+600x200 120000+6000x1300"}
    joined = {JOINED: "0+600x260 156000+6000x1240"}
    silence: dict[int, list[str]] = {minute: [] for minute in (210, 240, 259, 280, 330)}
    assert_seen(oldest_and_newest, PROGRAM, {**growing, **joined, **WELL}, silence)


def test_its_maximum_is_what_the_spec_says(oldest_and_newest: Prometheus) -> None:
    program = scorer(label_lag={"max": "3h"})
    expected = {390: [PAGE, GUARD], 420: [PAGE, STUCK]}
    assert_seen(oldest_and_newest, program, {**LATE, **BAD_ONLY}, expected)
