"""The alerts of a plan over a real past: which were heard, when and how long, and what the budget came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from msgspec import Struct

from slo_compiler.backtest.history import Group, History
from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.alerting import Severity
from slo_compiler.model.labels import BURN_TIER
from slo_compiler.quantities import DAY
from slo_compiler.replay.evaluate import Evaluation, evaluate
from slo_compiler.replay.grid import Span, Spans
from slo_compiler.replay.held_back import HeldBack
from slo_compiler.replay.inhibit import Timeline
from slo_compiler.replay.score import ABSENT, severity_of
from slo_compiler.replay.spans import both, union

MONTH = 30 * float(DAY)


class Heard(Struct, frozen=True):
    """One page or ticket: alerts of a severity that somebody heard without a pause. Times are Unix seconds.

    Alertmanager notifies of all alerts of an SLO in one group: a medium tier that is heard when the fast one
    resolves is no other page. ``tiers`` are those that were heard, in their order; ``lasts`` says that it was
    still heard at the end.
    """

    begin: float
    end: float
    tiers: tuple[str, ...]
    severity: Severity
    group: Group
    lasts: bool = False

    @property
    def length(self) -> float:
        """How long it was heard."""
        return self.end - self.begin


class Budget(Struct, frozen=True):
    """What became of one group: the events, the errors among them, and the share of its budget that is spent.

    Of the period up to the end, as the rules would have recorded it; None where there were no events.
    """

    group: Group
    events: float
    errors: float
    spent: float | None


class Backtest(Struct, frozen=True, eq=False):
    """What a plan would have told of a past.

    ``asked`` is what was looked at, ``known`` the part of it from the first event that is known of; ``holes``
    lie within it. ``shown`` is the evaluation of the group of which most was heard. ``held_back`` is what
    guards and pages of other SLOs kept from notifying.
    """

    plan: Plan
    asked: Span
    known: Span | None
    holes: Spans
    down: Spans
    heard: tuple[Heard, ...]
    budgets: tuple[Budget, ...]
    shown: Evaluation | None
    shown_group: Group
    held_back: tuple[HeldBack, ...] = ()

    def count(self, severity: Severity) -> int:
        """How often it would have paged, or filed a ticket."""
        return sum(each.severity is severity for each in self.heard)

    def a_month(self, severity: Severity) -> float | None:
        """The same in 30 days; None where nothing is known."""
        if self.known is None or self.known.length <= 0:
            return None
        return self.count(severity) * MONTH / self.known.length

    @property
    def spent(self) -> float | None:
        """The share of its budget that the worst group has spent."""
        return max((each.spent for each in self.budgets if each.spent is not None), default=None)


class Replayed(Struct, frozen=True, eq=False):
    """A plan evaluated over its history, group by group, as if nothing else could hold back its alerts."""

    plan: Plan
    history: History
    asked: Span
    known: Span
    groups: tuple[tuple[Group, Evaluation], ...]


def backtest(plan: Plan, history: History, asked: Span) -> Backtest:
    """Evaluate the alerts of a plan over its history.

    Args:
        plan: whose alerts.
        history: with what was before the time that is asked about, as far as windows look back.
        asked: the time that is asked about, in Unix seconds.
    """
    replayed = replay(plan, history, asked)
    return nothing_known(plan, history, asked) if replayed is None else told(replayed)


def nothing_known(plan: Plan, history: History, asked: Span) -> Backtest:
    """The backtest of a plan that has no history."""
    return Backtest(plan, asked, None, (), history.down, (), (), None, ())


def replay(plan: Plan, history: History, asked: Span) -> Replayed | None:
    """The alerts of a plan over its history, as ``backtest``; None where nothing is known of it."""
    begun = history.since_it_begins(plan)
    if begun is None or begun.steps.end < asked.begin:
        return None
    known = Span(max(asked.begin, begun.steps.begin), min(asked.end, begun.grid.end))
    groups = tuple(
        (group, evaluate(plan, begun.row(row).readings, begun.grid)) for row, group in enumerate(begun.groups)
    )
    return Replayed(plan, begun, asked, known, groups)


def told(replayed: Replayed, held: Iterable[HeldBack] = ()) -> Backtest:
    """What was told of a replay whose timelines say what holds them back."""
    plan, known = replayed.plan, replayed.known
    heard: list[Heard] = []
    shown: tuple[float, Evaluation, Group] | None = None
    for group, evaluation in replayed.groups:
        mine = list(_heard(evaluation, group, known))
        heard += mine
        weight = sum(each.length for each in mine)
        if shown is None or weight > shown[0]:
            shown = weight, evaluation, group
    return Backtest(
        plan=plan,
        asked=replayed.asked,
        known=known,
        holes=both(replayed.history.holes(plan), (known,)),
        down=both(replayed.history.down, (known,)),
        heard=tuple(sorted(heard, key=lambda each: (each.begin, each.tiers, each.group))),
        budgets=tuple(_budget(evaluation, group, known) for group, evaluation in replayed.groups),
        shown=shown[1] if shown else None,
        shown_group=shown[2] if shown else (),
        held_back=tuple(held),
    )


def _heard(evaluation: Evaluation, group: Group, known: Span) -> Iterator[Heard]:
    """What began to be heard within the time that is looked at."""
    for severity in Severity:
        timelines = [each for each in evaluation.timelines[0] if severity_of(each) is severity]
        for span in union(each.heard for each in timelines):
            if known.begin <= span.begin < known.end:
                yield Heard(
                    begin=span.begin,
                    end=span.end,
                    tiers=_tiers(timelines, span),
                    severity=severity,
                    group=group,
                    lasts=span.end >= evaluation.grid.end,
                )


def _tiers(timelines: Iterable[Timeline], during: Span) -> tuple[str, ...]:
    """Those that were heard in some time, in the order in which they began."""
    begun = [
        (span.begin, timeline.labels.get(BURN_TIER, ABSENT))
        for timeline in timelines
        for span in timeline.heard
        if during.begin <= span.begin < during.end
    ]
    return tuple(dict.fromkeys(tier for _, tier in sorted(begun, key=lambda each: each[0])))


def _budget(evaluation: Evaluation, group: Group, known: Span) -> Budget:
    windows = evaluation.plan.windows
    base = evaluation.recorded[windows.base]
    times = evaluation.grid.times
    within = (times >= known.begin) & (times < known.end)
    each = float(windows.evaluation_interval / windows.base)
    left = evaluation.budget_remaining[0][~np.isnan(evaluation.budget_remaining[0])]
    return Budget(
        group=group,
        events=float(np.nansum(base.events[0][within])) * each,
        errors=float(np.nansum(base.errors[0][within])) * each,
        spent=1 - float(left[-1]) if left.size else None,
    )


def look_back(plans: Sequence[Plan]) -> float:
    """The seconds before the time that is asked about that windows of any plan look back."""
    return max((float(tier.long) for plan in plans for tier in plan.tiers), default=0.0)
