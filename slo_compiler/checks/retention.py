"""Whether Prometheus keeps samples for as long as the rules read back, where it is known for how long."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from slo_compiler.diagnostics import Diagnostic, warning
from slo_compiler.model.defaults import Retention
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import look_behind
from slo_compiler.promql.release import release_named
from slo_compiler.quantities import DAY, Seconds, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule, Rule
from slo_compiler.rules.program import Lowered, Program


class _Reach(NamedTuple):
    """How far back a rule reads."""

    length: Seconds
    subject: str
    rule: Rule


def check_retention(program: Program) -> Iterator[Diagnostic]:
    """One warning for all rules that read farther back than samples are kept, as the rules themselves say."""
    retention = next((lowered.plan.slo.retention for lowered in program.slos), None)
    if retention is None:
        return
    short = [
        reach for lowered in program.lowered for reach in _reaches(lowered) if reach.length > retention.length
    ]
    if short:
        yield warning(retention.position, "rules/retention", _message(short, retention))


def _reaches(lowered: Lowered) -> Iterator[_Reach]:
    subject = lowered.subject
    for rule in itertools.chain.from_iterable(group.rules for group in lowered.groups):
        expr = rule.expr.replace(f'"{subject.id}"', '""')  # but for it SLOs have most expressions in common
        yield _Reach(_look_behind(expr, subject.target), subject.id, rule)


@functools.lru_cache(maxsize=10_000)
def _look_behind(expr: str, target: str) -> Seconds:
    parsed = parse(expr, release_named(target))
    return Seconds(0) if isinstance(parsed, list) else look_behind(parsed.tree)  # rules/broken tells of it


def _message(short: Iterable[_Reach], retention: Retention) -> str:
    by_length = sorted(short, reverse=True, key=lambda reach: reach.length)
    farthest = by_length[0]
    missing = format_decimal((farthest.length - retention.length) / DAY, digits=3)
    more = len({reach.subject for reach in by_length}) - 1
    others = f" and {more} more" if more else ""
    kept, needed = format_duration(retention.length), format_duration(farthest.length)
    return (
        f"Prometheus keeps {kept}, and the rules of {farthest.subject}{others} read {needed} back: {missing} "
        f"days are missing, so that older errors are forgotten and more budget seems left than is; "
        f"{_of_alerts(by_length)}; keep {needed}, or promise the objective over a shorter window"
    )


def _of_alerts(short: Iterable[_Reach]) -> str:
    """Whether the budget alone is wrong, or also what alerts compare."""
    if all(_records(reach.rule, names.BUDGET_REMAINING) for reach in short):
        return "alerts are not affected"
    return "slow tiers may fire late or never"


def _records(rule: Rule, metric: str) -> bool:
    return not isinstance(rule, AlertingRule) and rule.record == metric
