"""The alerts of an SLO: one a tier, never two in one, and one for when there is nothing to measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Final

from slo_compiler.burnrate.plan import Plan, Shape
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model import labels
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import Ratio, Seconds, format_decimal, format_duration
from slo_compiler.rules import alert_text, names, sloth_naming
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.layout import block, chain, terms
from slo_compiler.rules.patterns import SHAPES, filled
from slo_compiler.rules.severity import Rated, rated, rated_absence

NO_TIME: Final = Seconds(0)

HALF_AN_ERROR: Final = Fraction(1, 2)
"""Counts are computed from rates: three errors may be seen as 2.9999."""


def common_alerts(shape: Shape, min_errors: int | None) -> tuple[AlertingRule, ...]:
    """Of each tier what the alerts of all SLOs of a shape have in common; expressions are patterns."""
    return tuple(
        AlertingRule(
            alert=names.burn_alert(tier.name),
            expr=tier_conditions(shape, min_errors)[tier.name],
            hold=NO_TIME,
            keep_firing_for=tier.keep_firing,
            labels={},
            annotations={},
        )
        for tier in shape.tiers
    )


def tier_alerts(
    plan: Plan, common: Iterable[AlertingRule], exprs: Mapping[str, str]
) -> Iterator[AlertingRule]:
    """The alert of each tier: both windows above the threshold, and enough errors to mean something.

    Args:
        plan: that of the SLO.
        common: of each tier what the alerts of all SLOs of the shape have in common.
        exprs: their expressions, filled in, by name.
    """
    run_time_labels = plan.slo.run_time_labels
    for tier, alert, told in zip(plan.alerting, common, alert_text.of_tiers(plan), strict=False):
        severe = _rated(plan, tier)
        yield AlertingRule(
            alert=alert.alert,
            expr=exprs[alert.alert],
            hold=alert.hold,
            keep_firing_for=alert.keep_firing_for,
            labels=_tier_labels(plan.slo, tier, severe),
            annotations=told,
            run_time_labels=run_time_labels,
            because=severe.because,
        )


def tier_labels(plan: Plan, tier: Tier) -> dict[str, str]:
    """The labels of a tier's alert."""
    return _tier_labels(plan.slo, tier, _rated(plan, tier))


def _tier_labels(slo: Slo, tier: Tier, severe: Rated) -> dict[str, str]:
    return {**alert_labels(slo, severe), labels.BURN_TIER: tier.name}


def _rated(plan: Plan, tier: Tier) -> Rated:
    return rated(plan.slo, tier.severity, fastest=tier is plan.tiers[0])


def absent_alert(plan: Plan, hold: Seconds) -> AlertingRule:
    """The alert for an indicator without data: all of it, or one group that is remembered.

    It is about the total: a service without errors is healthy, one without requests to count is unknown.
    """
    slo = plan.slo
    severe = rated_absence(slo.absent.severity)
    return AlertingRule(
        alert=names.ABSENT_ALERT,
        expr=_nothing_measured(plan),
        hold=hold,
        keep_firing_for=NO_TIME,
        labels=alert_labels(slo, severe),
        annotations=alert_text.of_absence(plan, hold),
        run_time_labels=slo.run_time_labels,
        because=severe.because,
    )


def absent_labels(slo: Slo) -> dict[str, str]:
    """The labels of the alert for an indicator without data."""
    return alert_labels(slo, rated_absence(slo.absent.severity))


def _nothing_measured(plan: Plan) -> str:
    slo = plan.slo
    metric = names.events(plan.windows.base)
    now = names.series(metric, slo)
    if not slo.group_by:
        return f"absent({now})"
    remembered = format_duration(slo.absent.remember)
    lately = f"last_over_time({names.series(names.coarse(metric), slo)}[{remembered}])"
    group = f"group by ({', '.join(slo.group_by)}) "
    gone = chain("unless", f"{group}({lately})", f"{group}({now})")
    return chain("or", block(gone), f"absent({lately} or {now})")


def alert_labels(slo: Slo, severe: Rated) -> dict[str, str]:
    """What routing and inhibition need, and nothing that a change of objective or threshold would change."""
    return {
        **slo.labels_of(severe.severity),
        **names.identity(slo),
        labels.SURFACE: slo.surface.value,
        labels.SEVERITY: severe.severity.value,
        labels.SEV: severe.sev,
        labels.OWNER: slo.owner,
        **({} if slo.role is None else {labels.ROLE: slo.role.value}),
        **sloth_naming.alert_labels(slo, severe.severity),
    }


def tier_condition(plan: Plan, tier: Tier) -> str:
    """The PromQL by which a tier fires."""
    return filled(tier_conditions(plan.shape, plan.min_errors)[tier.name], names.own(plan.slo.subject))


@lru_cache(maxsize=SHAPES)
def tier_conditions(shape: Shape, min_errors: int | None) -> dict[str, str]:
    """The same for all SLOs of a shape: the pattern for each tier by its name."""
    return {tier.name: chain("and", *_conjuncts(tier, shape.budget, min_errors)) for tier in shape.tiers}


def _conjuncts(tier: Tier, budget: Ratio, min_errors: int | None) -> Iterator[str]:
    threshold = f"({format_decimal(tier.burn_rate)} * {format_decimal(budget)})"
    for window in (tier.long, tier.short):
        errors, events = (names.anybodys(metric(window)) for metric in (names.errors, names.events))
        if window == tier.long and min_errors is not None:
            errors = f"({errors} > {format_decimal(min_errors - HALF_AN_ERROR)})"
        yield block(f"{terms('/', errors, events)}\n> {threshold}")
