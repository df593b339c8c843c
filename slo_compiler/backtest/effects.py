"""Both sides of a review on the same history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from slo_compiler.backtest.backtest import Backtest, backtest
from slo_compiler.backtest.history import Recall
from slo_compiler.backtest.text import missing
from slo_compiler.burnrate.plan import Plan
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.replay.grid import Span
from slo_compiler.review.changes import SloChange
from slo_compiler.review.effect import Effect, Effects, Past, Told
from slo_compiler.rules.program import Program


@dataclass(frozen=True, slots=True)
class Sides:
    """The plans of an SLO before and after, under the id by which a review tells of it."""

    slo_id: str
    before: Plan | None
    after: Plan | None

    @property
    def plans(self) -> list[Plan]:
        """Those that there are."""
        return [plan for plan in (self.before, self.after) if plan is not None]


def sides(changed: Iterable[SloChange], old: Program, new: Program) -> list[Sides]:
    """The SLOs that change; signals have no budget, and no replay."""
    plans_before, plans_after = _plans(old), _plans(new)
    found = (
        Sides(slo.id, plans_before.get(slo.before or ""), plans_after.get(slo.after or ""))
        for slo in changed
        if not slo.signal
    )
    return [each for each in found if each.plans]


def effects_of(changed: Iterable[Sides], recall: Recall, asked: Span) -> tuple[Effects, list[Diagnostic]]:
    """What the change of each SLO would have done, and what is wrong with the history.

    Args:
        changed: the SLOs.
        recall: their history.
        asked: the time to look at.
    """
    problems: list[Diagnostic] = []
    slos, notes = {}, []
    for each in changed:
        replayed = [_replayed(plan, recall, asked, problems) for plan in (each.before, each.after)]
        slos[each.slo_id] = Effect(*(_past(found) for found in replayed))
        notes += list(dict.fromkeys(_notes(each.slo_id, replayed)))
    return Effects(asked.begin, asked.end, slos, tuple(notes)), list(dict.fromkeys(problems))


def _plans(program: Program) -> Mapping[str, Plan]:
    return {lowered.plan.slo.id: lowered.plan for lowered in program.slos}


def _replayed(plan: Plan | None, recall: Recall, asked: Span, problems: list[Diagnostic]) -> Backtest | None:
    if plan is None:
        return None
    history = recall(plan)
    if isinstance(history, list):
        problems += history
        return None
    return backtest(plan, history, asked)


def _past(found: Backtest | None) -> Past | None:
    if found is None or found.known is None:
        return None
    told = (Told(each.begin, each.end, each.tiers, each.severity, each.group) for each in found.heard)
    return Past(tuple(told), found.spent)


def _notes(slo_id: str, replayed: Iterable[Backtest | None]) -> Iterator[str]:
    for found in replayed:
        if found is not None:
            yield from (f"{slo_id}: {sentence}" for sentence in missing(found))
