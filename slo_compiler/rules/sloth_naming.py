"""The series and labels that Sloth's dashboards read, beside ours and made of them.

Source: slok/sloth, pkg/common/conventions, and Grafana dashboards 14348 and 14643. The values are ours: a
ratio is one of counts, where theirs of 30 days is a mean of ratios.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.windows import Pace
from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.defaults import Naming
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import DAY, HOUR, MINUTE, Seconds, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import RecordingRule
from slo_compiler.rules.layout import terms

WINDOWS: Final = (5 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY)
"""What the dashboard on one SLO offers to look at, beside the period."""


def sloth_id(service: str, slo: str) -> str:
    """What Sloth calls an SLO. Unlike our id it can be that of another, which a check tells."""
    return f"{service}-{slo}"


def is_asked_for(slo: Slo) -> bool:
    """Whether series and alerts bear Sloth's names as well."""
    return slo.naming is Naming.SLOTH


def alert_labels(slo: Slo, severity: Severity) -> dict[str, str]:
    """The labels by which its dashboards find an alert; none where they are not asked for."""
    return {**_identity(slo), labels.SLOTH_SEVERITY: severity.value} if is_asked_for(slo) else {}


def rules(plan: Plan, pace: Pace) -> Iterator[RecordingRule]:
    """What stands at the end of a group: in the fast one what changes fast."""
    if not is_asked_for(plan.slo):
        return
    match pace:
        case Pace.FAST:
            yield from (_ratio(plan, window) for window in WINDOWS if _is_recorded(plan, window))
            yield _rule(plan, names.SLOTH_BURN_RATE, _burn_rate(plan))
        case Pace.SLOW:
            yield from (_ratio(plan, window) for window in WINDOWS if not _is_recorded(plan, window))
            yield from (_ratio(plan, period) for period in {plan.slo.period}.difference(WINDOWS))
            yield from _described(plan)
        case Pace.COARSE:
            return
        case _:
            assert_never(pace)


def _described(plan: Plan) -> Iterator[RecordingRule]:
    slo = plan.slo
    remaining = names.series(names.BUDGET_REMAINING, slo)
    yield _rule(plan, names.SLOTH_OBJECTIVE, f"vector({format_decimal(slo.objective)})")
    yield _rule(plan, names.SLOTH_BUDGET, f"vector({format_decimal(slo.budget)})")
    yield _rule(plan, names.SLOTH_DAYS, f"vector({format_decimal(slo.period / DAY)})")
    yield _rule(plan, names.SLOTH_PERIOD_BURN_RATE, f"1 - {remaining}")
    yield _rule(plan, names.SLOTH_BUDGET_REMAINING, remaining)
    percent = format_decimal(slo.objective * 100)
    yield _rule(plan, names.SLOTH_INFO, "vector(1)", {labels.SLOTH_OBJECTIVE: percent})


def _ratio(plan: Plan, window: Seconds) -> RecordingRule:
    """The error ratio within a window: of the recorded one, or of all samples of the base window in it."""
    slo, base = plan.slo, plan.windows.base
    if _is_recorded(plan, window):
        errors, events = (names.series(metric(window), slo) for metric in (names.errors, names.events))
    else:
        written = format_duration(window)
        errors, events = (
            f"sum_over_time({names.series(names.coarse(metric(base)), slo)}[{written}])"
            for metric in (names.errors, names.events)
        )
    expr = terms("/", errors, f"({events} > 0)")
    return _rule(plan, names.sloth_ratio(window), expr, {labels.SLOTH_WINDOW: format_duration(window)})


def _burn_rate(plan: Plan) -> str:
    """How fast the budget burns now, in the base window, as theirs is in the shortest one."""
    errors, events = (
        names.series(metric(plan.windows.base), plan.slo) for metric in (names.errors, names.events)
    )
    return terms("/", errors, f"({events} > 0)", format_decimal(plan.slo.budget))


def _is_recorded(plan: Plan, window: Seconds) -> bool:
    return any(each.length == window for each in plan.windows.recorded)


def _rule(plan: Plan, metric: str, expr: str, more: dict[str, str] | None = None) -> RecordingRule:
    return RecordingRule(metric, expr, {**names.identity(plan.slo), **_identity(plan.slo), **(more or {})})


def _identity(slo: Slo) -> dict[str, str]:
    return {
        labels.SLOTH_ID: sloth_id(slo.service, slo.name),
        labels.SLOTH_SERVICE: slo.service,
        labels.SLOTH_SLO: slo.name,
    }
