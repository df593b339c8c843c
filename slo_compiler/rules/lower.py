"""From a plan to its three rule groups: the fast one that pages, and two for what takes days.

Rules see what earlier rules of their group wrote in the same round, so each stands after what it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from slo_compiler.burnrate.plan import Plan, Shape
from slo_compiler.burnrate.windows import Pace
from slo_compiler.model import labels
from slo_compiler.quantities import format_decimal, format_duration, format_percent
from slo_compiler.rules import names, sloth_naming, windows
from slo_compiler.rules.alerts import absent_alert, tier_alert
from slo_compiler.rules.fingerprint import spec_hash
from slo_compiler.rules.ir import Group, RecordingRule, Rule
from slo_compiler.rules.layout import block, terms
from slo_compiler.rules.reading import read_errors, read_events


def lower(plan: Plan) -> tuple[Group, ...]:
    """The rule groups of an SLO: fast, slow and coarse.

    All windows and alerts are in the fast one: rules of another group are up to an interval late, and an
    alert that moved to another group because its window grew would be forgotten, and page again.
    """
    fast: tuple[Rule, ...] = (
        *_window_rules(plan),
        _record(plan, names.BURN_RATE, names.filled(_burn_rate(plan.shape), plan.slo)),
        *(tier_alert(plan, tier) for tier in plan.alerting),
        *_absent_alert(plan),
    )
    left = names.filled(_budget_remaining(plan.shape), plan.slo)
    budget = _record(plan, names.BUDGET_REMAINING, left)
    copies = tuple(_coarse_copies(plan))
    info = _spec_info(plan, spec_hash((*fast, *copies, budget)))
    rules = {Pace.FAST: fast, Pace.SLOW: (budget, info), Pace.COARSE: copies}
    return tuple(_group(plan, pace, rules[pace]) for pace in Pace)


def _group(plan: Plan, pace: Pace, rules: tuple[Rule, ...]) -> Group:
    named_otherwise = sloth_naming.rules(plan, pace)
    return Group(names.group_name(plan.slo, pace), plan.windows.interval(pace), (*rules, *named_otherwise))


def _window_rules(plan: Plan) -> Iterator[Rule]:
    slo = plan.slo
    for length, metrics, added_up in windows.recorded(plan.shape):
        if added_up is None:
            events, errors = read_events(slo, length, plan.windows), read_errors(slo, length, plan.windows)
        else:
            events, errors = names.filled(added_up.events, slo), names.filled(added_up.errors, slo)
        yield _record(plan, metrics.events, events)
        yield _record(plan, metrics.errors, errors)


def _coarse_copies(plan: Plan) -> Iterator[Rule]:
    for metric in (names.events(plan.windows.base), names.errors(plan.windows.base)):
        yield _record(plan, names.coarse(metric), names.series(metric, plan.slo))


@lru_cache(maxsize=names.SHAPES)
def _burn_rate(shape: Shape) -> str:
    """How fast the budget burns now: over the long window of the fastest tier, the soonest to page."""
    long = shape.tiers[0].long
    errors, events = (names.anybodys(metric(long)) for metric in (names.errors, names.events))
    return terms("/", errors, f"({events} > 0)", format_decimal(shape.budget))


@lru_cache(maxsize=names.SHAPES)
def _budget_remaining(shape: Shape) -> str:
    """The share of the period's budget that is left; negative when it is overspent."""
    errors, events = windows.errors_of_period(shape), windows.events_of_period(shape)
    budget = format_decimal(shape.budget)
    spent = terms("/", block(errors), block(f"{block(events)} > 0"), budget)
    return f"1\n- {block(spent)}"


def _spec_info(plan: Plan, hash_: str) -> Rule:
    """What describes the SLO, on one series of its own: a change here leaves the long windows alone."""
    slo = plan.slo
    described = {
        labels.SURFACE: slo.surface.value,
        labels.OWNER: slo.owner,
        labels.OBJECTIVE: format_percent(slo.objective),
        labels.WINDOW: format_duration(slo.period),
        labels.SPEC_HASH: hash_,
    }
    return RecordingRule(names.SPEC_INFO, "vector(1)", {**slo.labels, **described, **names.identity(slo)})


def _absent_alert(plan: Plan) -> Iterator[Rule]:
    if plan.absent_hold is not None:
        yield absent_alert(plan, plan.absent_hold)


def _record(plan: Plan, metric: str, expr: str) -> RecordingRule:
    return RecordingRule(metric, expr, names.identity(plan.slo))
