"""The rules that all SLOs of a shape have in common, but for whose they are: expressions, times and meaning.

What an SLO measures, what its labels say, and what is absent is its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan, Shape
from slo_compiler.model import labels
from slo_compiler.quantities import format_decimal, format_duration, format_percent
from slo_compiler.rules import names, windows
from slo_compiler.rules.alerts import common_alerts
from slo_compiler.rules.fingerprint import Meanings
from slo_compiler.rules.ir import AlertingRule, RecordingRule, Rule
from slo_compiler.rules.layout import block, terms
from slo_compiler.rules.patterns import SHAPES, Patterns


class OfShape(Struct, frozen=True):
    """What is worked out once for all SLOs of a shape."""

    exprs: Patterns
    """By the name of the rule."""
    meanings: Meanings
    """The same."""
    alerts: tuple[AlertingRule, ...]
    """Of each tier, with what all SLOs have in common alone."""
    described: Mapping[str, str]
    """Labels on what describes the SLO."""


def of_shape(plan: Plan) -> OfShape:
    """What a plan has in common with others."""
    return _of_shape(plan.shape, plan.min_errors)


@lru_cache(maxsize=SHAPES)
def _of_shape(shape: Shape, min_errors: int | None) -> OfShape:
    alerts = common_alerts(shape, min_errors)
    rules: tuple[Rule, ...] = (*_records(shape), *alerts)
    return OfShape(
        exprs=Patterns({rule.name: rule.expr for rule in rules}),
        meanings=Meanings(rules),
        alerts=alerts,
        described={
            labels.OBJECTIVE: format_percent(1 - shape.budget),
            labels.WINDOW: format_duration(shape.period),
        },
    )


def _records(shape: Shape) -> Iterator[RecordingRule]:
    for window in windows.recorded(shape):
        if window.added_up is not None:
            yield RecordingRule(window.metrics.events, window.added_up.events)
            yield RecordingRule(window.metrics.errors, window.added_up.errors)
    for metric in windows.copied(shape.windows):
        yield RecordingRule(names.coarse(metric), names.anybodys(metric))
    yield RecordingRule(names.BURN_RATE, _burn_rate(shape))
    yield RecordingRule(names.BUDGET_REMAINING, _budget_remaining(shape))


def _burn_rate(shape: Shape) -> str:
    """How fast the budget burns now: over the long window of the fastest tier, the soonest to page."""
    long = shape.tiers[0].long
    errors, events = (names.anybodys(metric(long)) for metric in (names.errors, names.events))
    return terms("/", errors, f"({events} > 0)", format_decimal(shape.budget))


def _budget_remaining(shape: Shape) -> str:
    """The share of the period's budget that is left; negative when it is overspent."""
    errors, events = windows.errors_of_period(shape), windows.events_of_period(shape)
    budget = format_decimal(shape.budget)
    spent = terms("/", block(errors), block(f"{block(events)} > 0"), budget)
    return f"1\n- {block(spent)}"
