"""Whether an SLO burns: its burn rate where chance is taken off, and the conditions of its pages."""

from __future__ import annotations

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.alerting import Severity
from slo_compiler.model.indicator import ratio_of
from slo_compiler.quantities import format_decimal
from slo_compiler.rules import names
from slo_compiler.rules.alerts import tier_condition
from slo_compiler.rules.layout import block, chain, terms
from slo_compiler.rules.signals.wilson import lower_bound


def surely_burning(judge: Plan) -> str:
    """The burn rate of the judging SLO, of its worst group, with chance taken off where events are counted.

    The quality of a healthy model swings around its own value; a handful of bad ones is no breach yet.
    """
    budget = format_decimal(judge.slo.budget)
    if ratio_of(judge.slo.indicator) is None:
        return f"max({names.series(names.BURN_RATE, judge.slo)})"
    window = judge.tiers[0].long
    bound = lower_bound(
        names.series(names.errors(window), judge.slo), names.series(names.events(window), judge.slo)
    )
    return terms("/", f"max{block(bound)}", budget)


def pages(plan: Plan) -> str:
    """PromQL that answers with something while the SLO pages, or while it alerts if no tier of it pages."""
    return chain("or", *(block(tier_condition(plan, tier)) for tier in paging_tiers(plan)))


def paging_tiers(plan: Plan) -> tuple[Tier, ...]:
    """The tiers by which an SLO says that it fails: those that page, or all of them where none does."""
    return tuple(tier for tier in plan.tiers if tier.severity is Severity.PAGE) or plan.tiers
