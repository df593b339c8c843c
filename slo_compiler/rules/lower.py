"""From a plan to its three rule groups: the fast one that pages, and two for what takes days.

Rules see what earlier rules of their group wrote in the same round, so each stands after what it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.windows import Pace
from slo_compiler.model import labels
from slo_compiler.rules import names, sloth_naming, windows
from slo_compiler.rules.alerts import absent_alert, tier_alerts
from slo_compiler.rules.ir import Group, RecordingRule, Rule
from slo_compiler.rules.of_shape import OfShape, of_shape
from slo_compiler.rules.reading import read_errors, read_events


def lower(plan: Plan) -> tuple[Group, ...]:
    """The rule groups of an SLO: fast, slow and coarse.

    All windows and alerts are in the fast one: rules of another group are up to an interval late, and an
    alert that moved to another group because its window grew would be forgotten, and page again.
    """
    identity, own = names.identity(plan.slo), names.own(plan.slo.subject)
    common = of_shape(plan)
    exprs = common.exprs.filled(own)
    fast: tuple[Rule, ...] = (
        *_window_rules(plan, exprs),
        RecordingRule(names.BURN_RATE, exprs[names.BURN_RATE], identity),
        *tier_alerts(plan, common.alerts, exprs),
        *_absent_alert(plan),
    )
    budget = RecordingRule(names.BUDGET_REMAINING, exprs[names.BUDGET_REMAINING], identity)
    copied = map(names.coarse, windows.copied(plan.windows))
    copies = tuple(RecordingRule(metric, exprs[metric], identity) for metric in copied)
    hash_ = common.meanings.spec_hash((*fast, *copies, budget), own)
    return (
        _group(plan, Pace.FAST, fast),
        _group(plan, Pace.SLOW, (budget, _spec_info(plan, common, hash_))),
        _group(plan, Pace.COARSE, copies),
    )


def _group(plan: Plan, pace: Pace, rules: tuple[Rule, ...]) -> Group:
    named_otherwise = sloth_naming.rules(plan, pace)
    return Group(names.group_name(plan.slo, pace), plan.windows.interval(pace), (*rules, *named_otherwise))


def _window_rules(plan: Plan, exprs: Mapping[str, str]) -> Iterator[Rule]:
    slo, identity = plan.slo, names.identity(plan.slo)
    for span, metrics, added_up in windows.recorded(plan.shape):
        if added_up is None:
            events, errors = read_events(slo, span), read_errors(slo, span)
        else:
            events, errors = exprs[metrics.events], exprs[metrics.errors]
        yield RecordingRule(metrics.events, events, identity)
        yield RecordingRule(metrics.errors, errors, identity)


def _spec_info(plan: Plan, common: OfShape, hash_: str) -> Rule:
    """What describes the SLO, on one series of its own: a change here leaves the long windows alone."""
    slo = plan.slo
    described = {
        labels.SURFACE: slo.surface.value,
        labels.OWNER: slo.owner,
        **common.described,
        labels.SPEC_HASH: hash_,
    }
    return RecordingRule(names.SPEC_INFO, "vector(1)", {**slo.labels, **described, **names.identity(slo)})


def _absent_alert(plan: Plan) -> Iterator[Rule]:
    if plan.absent_hold is not None:
        yield absent_alert(plan, plan.absent_hold)
