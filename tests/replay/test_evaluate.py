"""What the replay itself promises; that it says what Prometheus says is in test_agreement.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from slo_compiler.burnrate.timing import detection_time
from slo_compiler.quantities import Seconds
from slo_compiler.replay.evaluate import Evaluation, evaluate
from slo_compiler.replay.grid import Grid, Span
from slo_compiler.replay.series import Counters
from slo_compiler.rules import names
from slo_compiler.scenarios.series import Series
from tests import compiling
from tests.engine.replay import EPOCH, FIRST_EVALUATIONS, replayed
from tests.engine.series import FIRST_SCRAPE, SCRAPE_INTERVAL
from tests.oracles.prometheus import Prometheus
from tests.replay.examples import HOUR, counters, grid, plan_of

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


def test_groups_that_are_all_gone_are_forgotten_one_by_one_and_missed_together(
    prometheus_3_5: Prometheus, tmp_path: Path
) -> None:
    """After two hours, of which the alert says nothing: whatever the real one says, which has no group."""
    (slo,) = compiling.program_of(
        compiling.spec(
            "shop",
            compiling.slo(
                indicator={"ratio": {"bad": "bad_total", "total": "all_total"}},
                group_by=["region"],
                alerting={"absent": {"remember": "2h"}},
            ),
        )
    ).slos
    there = int(HOUR / SCRAPE_INTERVAL)
    events = np.full((2, 5 * there), np.nan)
    events[:, :there] = 1000.0 * np.arange(there)
    series = Counters(FIRST_SCRAPE + SCRAPE_INTERVAL * np.arange(5.0 * there), events, events * 0)
    fast, _, coarse = FIRST_EVALUATIONS
    ours = evaluate(slo.plan, series, Grid(fast, 30, 5 * there, coarse_start=coarse))
    assert ours.of_no_group is not None
    (holds,) = ours.of_no_group.holds[1:]
    raw = [
        Series(metric, {"region": str(row)}, tuple(None if np.isnan(each) else each for each in values))
        for metric, rows in (("all_total", series.events), ("bad_total", series.counted))
        for row, values in enumerate(rows)
    ]
    with replayed(prometheus_3_5, tmp_path, slo, raw, 5 * HOUR) as replay:
        times = [
            time - EPOCH
            for labels, samples in replay.alerts[names.ABSENT_ALERT].items()
            for time, _ in samples
            if "region" not in dict(labels) and time - EPOCH > HOUR
        ]
    assert (times[0], times[-1] + 30) == (holds.begin, holds.end)
    assert 3 * HOUR < holds.begin < 3 * HOUR + 660


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
