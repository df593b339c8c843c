"""What the replay itself promises; that it says what Prometheus says is in test_agreement.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from slo_compiler.burnrate.timing import detection_time
from slo_compiler.quantities import Seconds
from slo_compiler.replay.evaluate import Evaluation, evaluate
from slo_compiler.replay.grid import Span
from slo_compiler.replay.series import Counters
from slo_compiler.rules import names
from tests.replay.examples import counters, grid, plan_of

PLAN = plan_of()
FAST, MEDIUM, SLOW = PLAN.tiers


def firing(evaluation: Evaluation, alert: str, row: int = 0) -> tuple[Span, ...]:
    return next(each.firing for each in evaluation.timelines[row] if each.alert == alert)


def test_a_healthy_service_is_silent() -> None:
    evaluation = evaluate(PLAN, counters((24, 100, 0.0005)), grid(24))
    assert [()] * 3 == [each.firing for each in evaluation.timelines[0] if each.alert != names.ABSENT_ALERT]


@pytest.mark.parametrize("error_ratio", [1, 0.1, 0.03])
def test_a_tier_fires_when_the_closed_form_says(error_ratio: float) -> None:
    evaluation = evaluate(PLAN, counters((12, 100, 0), (2, 100, error_ratio)), grid(14))
    expected = detection_time(FAST, _exact(error_ratio))
    assert expected is not None
    (fired,) = firing(evaluation, names.burn_alert("fast"))
    assert fired.begin - 12 * 3600 == pytest.approx(float(expected), abs=45)


def test_the_budget_that_is_left_is_what_the_errors_have_not_spent() -> None:
    """Of the month's budget, a total outage of 0.72 hours, one of half an hour has left this much."""
    evaluation = evaluate(PLAN, counters((12, 100, 0), (0.5, 100, 1), (2, 100, 0)), grid(14))
    assert 1 - 0.5 / 0.72 == pytest.approx(evaluation.budget_remaining[0, -1], abs=0.01)


def test_a_page_holds_back_the_ticket() -> None:
    evaluation = evaluate(PLAN, counters((12, 100, 0), (1, 100, 1)), grid(13))
    fast, medium, slow, _ = evaluation.timelines[0]
    assert [True, True, True] == [bool(each.firing) for each in (fast, medium, slow)]
    assert [(), ()] == [medium.heard, slow.heard]


def test_vanished_metrics_are_absent_after_their_hold() -> None:
    series = counters((2, 100, 0), (2, 100, 0))
    events = series.events.copy()
    events[:, int(2 * 3600 / 30) :] = np.nan
    evaluation = evaluate(PLAN, replace(series, events=events, counted=events * 0), grid(4))
    last = firing(evaluation, names.ABSENT_ALERT)[-1]
    assert PLAN.absent_hold is not None
    gone = PLAN.absent_hold + PLAN.windows.base
    assert last.begin - 2 * 3600 == pytest.approx(float(gone), abs=45)


def test_nothing_is_recorded_while_prometheus_is_down() -> None:
    """Though the samples from before are still looked up for five minutes, as tiles of what comes after."""
    down = Span(7 * 3600, 7 * 3600 + 600)
    evaluation = evaluate(PLAN, counters((9, 100, 1)), replace(grid(9), down=(down,)))
    times = evaluation.grid.times
    unseen = (down.begin <= times) & (times < down.end)
    recorded = {length: ~np.isnan(counts.errors[0]) for length, counts in evaluation.recorded.items()}
    assert [] == [length for length, there in recorded.items() if there[unseen].any()]
    assert all(there[~unseen][-1] for there in recorded.values())
    first, *_ = evaluation.timelines[0][0].holds
    assert 0 <= first.end - down.begin < evaluation.grid.interval


def test_each_group_has_its_own_alerts() -> None:
    sick, well = counters((6, 100, 0), (1, 100, 1)), counters((6, 100, 0), (1, 100, 0))
    both = Counters(
        sick.times,
        np.concatenate((sick.events, well.events)),
        np.concatenate((sick.counted, well.counted)),
    )
    plan = plan_of(group_by=["region"])
    evaluation = evaluate(plan, both, grid(7))
    assert [True, False] == [bool(firing(evaluation, names.burn_alert("fast"), row)) for row in range(2)]
    assert firing(evaluate(plan, sick, grid(7)), names.burn_alert("fast")) == firing(
        evaluation, names.burn_alert("fast")
    )


def test_one_group_alone_is_what_it_was_among_others() -> None:
    evaluation = evaluate(PLAN, counters((2, 100, 0), (1, 100, 1)), grid(3))
    alone = evaluation.only(0)
    assert evaluation.timelines == alone.timelines
    assert np.array_equal(
        alone.recorded[FAST.long].errors, evaluation.recorded[FAST.long].errors, equal_nan=True
    )


def test_good_events_are_what_is_missing_from_the_errors() -> None:
    """The good series is gone, and all the rest is bad."""
    plan = plan_of(indicator={"ratio": {"good": "good_total", "total": "all_total"}})
    series = counters((6, 100, 0), (1, 100, 0))
    good = series.events.copy()
    good[:, int(6 * 3600 / 30) :] = np.nan
    evaluation = evaluate(plan, replace(series, counted=good, counts_good=True), grid(7))
    assert firing(evaluation, names.burn_alert("fast"))


def _exact(error_ratio: float) -> Seconds:
    return Seconds(error_ratio).limit_denominator(1000)
