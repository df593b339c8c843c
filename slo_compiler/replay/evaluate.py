"""From a plan and what was scraped to when each of its alerts fires, and whether anybody hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.replay.firing import Yielding, fire
from slo_compiler.replay.grid import Array, Grid, Mask
from slo_compiler.replay.inhibit import Timeline, inhibit
from slo_compiler.replay.series import Counts, Series
from slo_compiler.replay.windows import Recorded, budget_remaining, record, was_there_lately
from slo_compiler.rules import names
from slo_compiler.rules.alerts import HALF_AN_ERROR, absent_labels, tier_labels
from slo_compiler.rules.notification import inhibit_rules
from slo_compiler.rules.traits import traits_of


class Evaluation(Struct, frozen=True, eq=False):
    """What a plan's rules say of a past.

    ``timelines`` holds for each group, a row of the series, the timelines of its alerts: the tiers, fastest
    first, and absence. ``recorded`` and ``budget_remaining`` have a row for each group, too, and a column for
    each evaluation.
    """

    plan: Plan
    grid: Grid
    recorded: Recorded
    budget_remaining: Array
    timelines: tuple[tuple[Timeline, ...], ...]
    of_no_group: Timeline | None = None
    """What tells that no group is there, nor remembered; None of an SLO that has no groups."""

    def only(self, row: int) -> Evaluation:
        """The evaluation of one group alone."""
        rows = slice(row, row + 1)
        return replace(
            self,
            recorded={
                length: Counts(counts.events[rows].copy(), counts.errors[rows].copy())
                for length, counts in self.recorded.items()
            },
            budget_remaining=self.budget_remaining[rows].copy(),
            timelines=self.timelines[rows],
        )


def evaluate(plan: Plan, series: Series, grid: Grid) -> Evaluation:
    """Evaluate a plan over a past. The costs are linear in the number of evaluations and scrapes.

    Args:
        plan: whose windows, tiers and absence.
        series: what was scraped of its indicator, with a row for each group.
        grid: when the fast group is evaluated.
    """
    recorded = record(plan, series, grid)
    alerts = tuple(_alerts(plan, recorded, grid))
    rules = tuple(inhibit_rules(traits_of([plan])))
    return Evaluation(
        plan=plan,
        grid=grid,
        recorded=recorded,
        budget_remaining=budget_remaining(plan, recorded, grid),
        timelines=tuple(
            inhibit([fire(alert, row, grid) for alert in alerts], rules)
            for row in range(recorded[plan.windows.base].events.shape[0])
        ),
        of_no_group=next((fire(alert, 0, grid) for alert in _absent_altogether(plan, recorded, grid)), None),
    )


def _alerts(plan: Plan, recorded: Recorded, grid: Grid) -> Iterator[Yielding]:
    nothing = Fraction(0)
    for tier in plan.alerting:
        name, labels = names.burn_alert(tier.name), tier_labels(plan, tier)
        yield Yielding(name, labels, nothing, tier.keep_firing, _burns(plan, tier, recorded))
    if plan.absent_hold is not None:
        holds = _is_absent(plan, recorded, grid)
        yield Yielding(names.ABSENT_ALERT, absent_labels(plan.slo), plan.absent_hold, nothing, holds)


def _absent_altogether(plan: Plan, recorded: Recorded, grid: Grid) -> Iterator[Yielding]:
    if plan.absent_hold is not None and plan.slo.group_by:
        known = ~np.isnan(recorded[plan.windows.base].events) | was_there_lately(plan, recorded, grid)
        holds = ~known.any(axis=0, keepdims=True) & ~grid.missed(grid.times)
        yield Yielding(names.ABSENT_ALERT, absent_labels(plan.slo), plan.absent_hold, Fraction(0), holds)


def _burns(plan: Plan, tier: Tier, recorded: Recorded) -> Mask:
    """Both windows are above the threshold, and there are enough errors to mean something."""
    threshold = float(tier.threshold)
    long, short = recorded[tier.long], recorded[tier.short]
    holds = (long.error_ratio > threshold) & (short.error_ratio > threshold)
    if plan.min_errors is not None:
        holds &= long.errors > float(plan.min_errors - HALF_AN_ERROR)
    return holds


def _is_absent(plan: Plan, recorded: Recorded, grid: Grid) -> Mask:
    """There is nothing now. A group alerts only as long as it is remembered."""
    absent = np.isnan(recorded[plan.windows.base].events) & ~grid.missed(grid.times)
    return absent & was_there_lately(plan, recorded, grid) if plan.slo.group_by else absent
