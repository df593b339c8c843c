from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from slo_compiler.backtest.backtest import Backtest, backtest, look_back
from slo_compiler.backtest.history import Group, History, Steps, Table, history
from slo_compiler.backtest.text import missing
from slo_compiler.backtest.what_if import variants
from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import DAY, parse_percent
from slo_compiler.replay.grid import Span, Spans
from tests.replay.examples import HOUR, plan_of

INTERVAL = 30.0
A_WINDOW = 3000.0
"""Events in five minutes."""

EU, US = (("region", "eu"),), (("region", "us"),)


def past(
    plan: Plan, *hours: tuple[float, float | None], groups: Sequence[Group] = ((),), down: Spans = ()
) -> History:
    """A history of phases: how many hours with which error ratio; None is a time without metrics."""
    ratios = np.concatenate(
        [
            np.full(int(length * HOUR / INTERVAL), np.nan if ratio is None else ratio)
            for length, ratio in hours
        ]
    )
    events = np.where(np.isnan(ratios), np.nan, A_WINDOW)
    steps = Steps(0, ratios.size, INTERVAL)
    base = plan.windows.base
    tables = [Table(tuple(groups), np.tile(each, (len(groups), 1))) for each in (events, ratios * events)]
    return history(steps, {base: tables[0]}, {base: tables[1]}, counts_good=False, down=down)


def tried(plan: Plan, found: History, asked: Span | None = None) -> Backtest:
    return backtest(plan, found, asked or Span(0, found.grid.end))


def tiers(found: Backtest) -> list[tuple[str, ...]]:
    return [each.tiers for each in found.heard if each.severity is Severity.PAGE]


def test_tiers_that_follow_each_other_are_one_page() -> None:
    plan = plan_of()
    assert [("fast", "medium")] == tiers(tried(plan, past(plan, (24, 0), (0.5, 1), (12, 0))))


def test_a_page_hours_later_is_another_one() -> None:
    plan = plan_of()
    found = tried(plan, past(plan, (24, 0), (0.5, 1), (24, 0), (0.5, 1), (12, 0)))
    assert 2 == found.count(Severity.PAGE)
    assert found.a_month(Severity.PAGE) == pytest.approx(2 * 720 / 61)


def test_what_began_before_the_time_asked_about_does_not_count() -> None:
    plan = plan_of()
    found = past(plan, (24, 0), (0.5, 1), (12, 0))
    assert [] == tiers(tried(plan, found, Span(24.6 * HOUR, 36 * HOUR)))
    assert [] == tiers(tried(plan, found, Span(0, 24 * HOUR)))


def test_metrics_that_are_gone_page() -> None:
    plan = plan_of()
    assert [("absent",)] == tiers(tried(plan, past(plan, (24, 0), (2, None), (12, 0))))


def test_nothing_pages_while_prometheus_itself_is_gone() -> None:
    plan = plan_of()
    a_little_before = Span(24 * HOUR - 60, 26 * HOUR - 60)
    found = tried(plan, past(plan, (24, 0), (2, None), (12, 0), down=(a_little_before,)))
    assert [] == tiers(found)
    assert [
        "Prometheus itself was not there for 2h from 1970-01-01 23:59 UTC on: no rule was evaluated"
    ] == list(missing(found))


def test_what_was_before_the_first_event_is_not_missed() -> None:
    plan = plan_of()
    found = tried(plan, past(plan, (24, None), (24, 0)))
    assert ([], Span(24 * HOUR, 48 * HOUR)) == (tiers(found), found.known)
    [told] = missing(found)
    assert told.startswith("its history begins 1d after the time asked about, at 1970-01-02 00:00 UTC:")


def test_what_never_was_is_not_known() -> None:
    plan = plan_of()
    found = tried(plan, past(plan, (24, None)))
    assert (None, None, None) == (found.known, found.spent, found.a_month(Severity.PAGE))
    assert ["there is no history of it at all: its metrics have no samples in this time"] == list(
        missing(found)
    )


def test_holes_are_added_up() -> None:
    plan = plan_of()
    found = tried(plan, past(plan, (24, 0), (0.05, None), (1, 0), (0.1, None), (1, 0)))
    [told] = missing(found)
    assert told == (
        "there were no events or no metrics for 9m in 2 holes, the longest of 6m from 1970-01-02 01:03 UTC on"
    )


def test_the_budget_is_that_of_the_period_and_counts_are_those_of_the_time_asked_about() -> None:
    plan = plan_of()
    found = tried(plan, past(plan, (24, 0.0005), (24, 0.001)), Span(24 * HOUR, 48 * HOUR))
    [budget] = found.budgets
    # Five minutes hold 3000 events. Of a month two days are known, and the rest counts as free of errors.
    assert [budget.events, budget.errors] == pytest.approx([864_000, 864])
    assert budget.spent == pytest.approx((0.5 + 1) / 30, rel=0.02)


def test_each_group_has_pages_and_a_budget_of_its_own() -> None:
    plan = plan_of(group_by=["region"])
    both = past(plan, (24, 0), (0.5, 1), (12, 0), groups=(EU, US))
    found = tried(plan, both)
    assert [EU, US] == sorted(each.group for each in found.heard if each.severity is Severity.PAGE)
    assert (EU, US) == tuple(budget.group for budget in found.budgets)


def test_windows_look_back_as_far_as_the_longest() -> None:
    assert 3 * DAY == look_back([plan_of()])


def test_another_objective_is_another_plan() -> None:
    made, problems = variants(plan_of(), [parse_percent("99%")], [])
    assert ([], ["as written", "99%"]) == (problems, [each.name for each in made])
    assert [0.0144, 0.144] == [float(each.plan.tiers[0].threshold) for each in made]


def test_tiers_that_cannot_be_are_told_with_their_name() -> None:
    [request] = plan_of(
        alerting={"tiers": [{"name": "a", "severity": "page", "budget": "2%", "long": "1h"}]}
    ).slo.tiers
    made, problems = variants(plan_of(), [], [("mine.yaml", [request, request])])
    assert ["as written"] == [each.name for each in made]
    assert all(problem.message.startswith("with mine.yaml: ") for problem in problems)
    assert problems
