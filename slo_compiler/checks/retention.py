"""Whether Prometheus keeps samples for as long as the rules read back, where it is known for how long."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic, warning
from slo_compiler.model.defaults import Retention
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import look_behind
from slo_compiler.promql.release import release_named
from slo_compiler.quantities import DAY, Seconds, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule, Rule
from slo_compiler.rules.program import Lowered, Program


class Shortfall(Struct, frozen=True):
    """How much farther rules read back than samples are kept."""

    farthest: Seconds
    subject: str
    """One whose rules read that far: the first by name."""
    subjects: int
    """Of how many the rules read too far."""
    of_budget_alone: bool
    """Whether nothing but what is left of the budget is wrong."""


def check_retention(program: Program) -> Iterator[Diagnostic]:
    """One warning for all rules that read farther back than samples are kept, as the rules themselves say."""
    retention = next((lowered.plan.slo.retention for lowered in program.slos), None)
    if retention is not None:
        yield from too_short(retention, shortfalls(program, retention))


def shortfalls(program: Program, retention: Retention) -> list[Shortfall]:
    """That of the rules of a program, if there is any."""
    short = [
        (length, lowered.subject.id, _records(rule, names.BUDGET_REMAINING))
        for lowered in program.lowered
        for rule, length in _read_back(lowered)
        if length > retention.length
    ]
    if not short:
        return []
    farthest = max(length for length, _, _ in short)
    first = min(subject for length, subject, _ in short if length == farthest)
    subjects = len({subject for _, subject, _ in short})
    return [Shortfall(farthest, first, subjects, of_budget_alone=all(budget for _, _, budget in short))]


def too_short(retention: Retention, short: Sequence[Shortfall]) -> Iterator[Diagnostic]:
    """The one warning for the rules of several programs, of which no two have a subject in common."""
    if short:
        farthest = min(short, key=lambda each: (-each.farthest, each.subject))
        subjects = sum(each.subjects for each in short)
        alerts = not all(each.of_budget_alone for each in short)
        yield warning(
            retention.position, "rules/retention", _message(farthest, subjects, retention, alerts=alerts)
        )


def _read_back(lowered: Lowered) -> Iterator[tuple[Rule, Seconds]]:
    """Each rule, with how far it reads back."""
    subject = lowered.subject
    for rule in itertools.chain.from_iterable(group.rules for group in lowered.groups):
        expr = rule.expr.replace(f'"{subject.id}"', '""')  # but for it SLOs have most expressions in common
        yield rule, _look_behind(expr, subject.target)


@functools.lru_cache(maxsize=10_000)
def _look_behind(expr: str, target: str) -> Seconds:
    parsed = parse(expr, release_named(target))
    return Seconds(0) if isinstance(parsed, list) else look_behind(parsed.tree)  # rules/broken tells of it


def _message(farthest: Shortfall, subjects: int, retention: Retention, *, alerts: bool) -> str:
    missing = format_decimal((farthest.farthest - retention.length) / DAY, digits=3)
    others = f" and {subjects - 1} more" if subjects > 1 else ""
    kept, needed = format_duration(retention.length), format_duration(farthest.farthest)
    affected = "slow tiers may fire late or never" if alerts else "alerts are not affected"
    return (
        f"Prometheus keeps {kept}, and the rules of {farthest.subject}{others} read {needed} back: {missing} "
        f"days are missing, so that older errors are forgotten and more budget seems left than is; "
        f"{affected}; keep {needed}, or promise the objective over a shorter window"
    )


def _records(rule: Rule, metric: str) -> bool:
    return not isinstance(rule, AlertingRule) and rule.record == metric
