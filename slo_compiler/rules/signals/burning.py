"""Whether an SLO burns: its burn rate where chance is taken off, and the conditions of its pages."""

from __future__ import annotations

from functools import lru_cache

from slo_compiler.burnrate.plan import Plan, Shape
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.alerting import Severity
from slo_compiler.model.indicator import ratio_of
from slo_compiler.quantities import format_decimal
from slo_compiler.rules import names
from slo_compiler.rules.alerts import tier_conditions
from slo_compiler.rules.layout import block, chain, terms
from slo_compiler.rules.patterns import SHAPES, filled
from slo_compiler.rules.signals.wilson import lower_bound


def surely_burning(judge: Plan) -> str:
    """The burn rate of the judging SLO, of its worst group, with chance taken off where events are counted.

    The quality of a healthy model swings around its own value; a handful of bad ones is no breach yet.
    """
    if ratio_of(judge.slo.indicator) is None:
        return f"max({names.series(names.BURN_RATE, judge.slo)})"
    return filled(_surely_burning(judge.shape), names.own(judge.slo.subject))


@lru_cache(maxsize=SHAPES)
def _surely_burning(shape: Shape) -> str:
    """The pattern, where events are counted."""
    window = shape.tiers[0].long
    bound = lower_bound(names.anybodys(names.errors(window)), names.anybodys(names.events(window)))
    return terms("/", f"max{block(bound)}", format_decimal(shape.budget))


def pages(plan: Plan) -> str:
    """PromQL that answers with something while the SLO pages, or while it alerts if no tier of it pages."""
    return filled(_pages(plan.shape, plan.min_errors), names.own(plan.slo.subject))


@lru_cache(maxsize=SHAPES)
def _pages(shape: Shape, min_errors: int | None) -> str:
    conditions = tier_conditions(shape, min_errors)
    return chain("or", *(block(conditions[tier.name]) for tier in _paging(shape)))


def paging_tiers(plan: Plan) -> tuple[Tier, ...]:
    """The tiers by which an SLO says that it fails: those that page, or all of them where none does."""
    return _paging(plan.shape)


def _paging(shape: Shape) -> tuple[Tier, ...]:
    return tuple(tier for tier in shape.tiers if tier.severity is Severity.PAGE) or shape.tiers
