"""What an alert tells the human who is paged: what fails, how badly, what is left, and where to look.

Annotations are Go templates that Prometheus renders while the alert fires. Numbers of the moment come from
queries; text from the spec is escaped.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, assert_never

from slo_compiler.burnrate.plan import Plan, Shape
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.indicator import (
    ErrorRatio,
    Events,
    Freshness,
    Guardrail,
    Indicator,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
)
from slo_compiler.model.role import Role
from slo_compiler.model.slo import Slo
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import (
    Seconds,
    approximate_duration,
    format_decimal,
    format_duration,
    format_percent,
)
from slo_compiler.rules import names
from slo_compiler.rules.go_template import literal
from slo_compiler.rules.links import link
from slo_compiler.rules.patterns import SHAPES, Patterns
from slo_compiler.rules.triage import held_back


class _Numbers(NamedTuple):
    """What a tier says that is the same for all SLOs of a shape."""

    pace: str
    extent: str
    """Behind what fails."""
    annotations: Patterns


def of_tiers(plan: Plan) -> list[dict[str, str]]:
    """The annotations of each tier's alert, whose value is the error ratio in its long window."""
    slo = plan.slo
    own, subject = names.own(slo.subject), f"{slo.service} {slo.name}{_group(slo.group_by)}"
    fails = f"{{{{ $value | humanizePercentage }}}} {what_fails(slo.indicator)}"
    late = _looked_at_late(slo.indicator)
    attribution = {"attribution": _attribution(slo)} if slo.role is Role.SYMPTOM else {}
    waiting = held_back(slo)
    held = {"holds_back": f"{waiting[0].upper()}{waiting[1:]} wait."} if waiting else {}
    authored = _authored(slo)
    return [
        {
            "summary": f"{subject}: {said.pace}",
            "description": f"{fails} {said.extent}{late}",
            **said.annotations.filled(own),
            **attribution,
            **(held if tier.severity is Severity.PAGE else {}),
            **_links(slo, names.burn_alert(tier.name)),
            **authored,
        }
        for tier, said in zip(plan.alerting, _numbers(plan.shape, slo.group_by), strict=False)
    ]


@lru_cache(maxsize=SHAPES)
def _numbers(shape: Shape, group_by: tuple[str, ...]) -> tuple[_Numbers, ...]:
    """What each tier says."""
    return tuple(_of_numbers(shape, tier, group_by) for tier in shape.tiers)


def _of_numbers(shape: Shape, tier: Tier, group_by: tuple[str, ...]) -> _Numbers:
    long, short = format_duration(tier.long), format_duration(tier.short)
    burn = format_decimal(tier.burn_rate, digits=4)
    objective = f"{format_percent(1 - shape.budget)} over {format_duration(shape.period)}"
    times = "faster than" if tier.burn_rate == 1 else f"over {burn} times as fast as"
    threshold = format_percent(tier.threshold, digits=4)
    left = _series(names.BUDGET_REMAINING, group_by)
    return _Numbers(
        pace=f"error budget burns {times} allowed",
        extent=(
            f"in the last {long}. The objective is {objective}; this alert fires while it is above "
            f"{threshold} both in {long} and in {short}."
        ),
        annotations=Patterns(
            {
                "error_ratio": "{{ $value | humanizePercentage }}",
                "threshold": threshold,
                "windows": f"{long} and {short}",
                "budget_spent": _spent(shape, tier, group_by),
                "budget_left": _asked(left, group_by, "humanizePercentage"),
                "exhausted_in": _asked(_time_to_exhaustion(shape, group_by), group_by, "humanizeDuration"),
            }
        ),
    )


def of_absence(plan: Plan, hold: Seconds) -> dict[str, str]:
    """The annotations of the alert that fires when there is nothing to measure."""
    slo = plan.slo
    return {
        "summary": f"{slo.service} {slo.name}{_group(slo.group_by)}: the indicator has no data",
        "description": (
            f"Nothing has been measured for {approximate_duration(hold + plan.windows.base)}: the metrics "
            "are gone, or nothing scrapes them. Until they are back, no burn-rate alert of this SLO can fire."
        ),
        **_links(slo, names.ABSENT_ALERT),
        **_authored(slo),
    }


def what_fails(indicator: Indicator) -> str:
    """The error events of an indicator, in words that follow a percentage."""
    match indicator:
        case Ratio() | Events() | ErrorRatio():
            return "of events are errors"
        case Quality():
            return "of judged predictions are bad"
        case Guardrail():
            return "of checks were not made, for the guardrail failed or failed open,"
        case Latency(written=written):
            return f"of requests take longer than {literal(written)}"
        case Probe():
            return "of probes fail"
        case Threshold():
            return "of the time is on the wrong side of the bound"
        case Freshness(max_age=max_age):
            return f"of the time the newest success is older than {format_duration(max_age)}"
        case _:
            assert_never(indicator)


def _looked_at_late(indicator: Indicator) -> str:
    match indicator:
        case Quality(labelling=labelling) if labelling.shift:
            ago = format_duration(labelling.shift)
            return f" Predictions are looked at {ago} after they were made, when their labels have come."
        case _:
            return ""


def _links(slo: Slo, alert: str) -> dict[str, str]:
    links = {"runbook_url": slo.links.runbook, "dashboard_url": slo.links.dashboard}
    return {
        name: literal(link(template, slo.service, slo.name, alert))
        for name, template in links.items()
        if template
    }


def _authored(slo: Slo) -> dict[str, str]:
    described = {"slo_description": literal(slo.description)} if slo.description else {}
    return {**described, **{name: literal(text) for name, text in slo.annotations.items()}}


def _group(group_by: tuple[str, ...]) -> str:
    if not group_by:
        return ""
    return " (" + ", ".join(f"{label} {{{{ $labels.{label} }}}}" for label in group_by) + ")"


def _spent(shape: Shape, tier: Tier, group_by: tuple[str, ...]) -> str:
    errors, events = (_series(metric(tier.long), group_by) for metric in (names.errors, names.events))
    share = format_decimal(tier.long / (shape.budget * shape.period))
    return _asked(f"{errors} / {events} * {share}", group_by, "humanizePercentage")


def _time_to_exhaustion(shape: Shape, group_by: tuple[str, ...]) -> str:
    left = f"clamp_min({_series(names.BUDGET_REMAINING, group_by)}, 0)"
    burn = f"({_series(names.BURN_RATE, group_by)} > 0)"
    return f"{left} / {burn} * {format_decimal(shape.period)}"


def _attribution(slo: Slo) -> str:
    """The surface and the cause that explain what is seen now: as a label it would make a new alert."""
    series = selector(names.SURFACE, (matcher(labels.SERVICE, MatchOperator.EQUAL, slo.service),))
    told = '{{ . | first | label "surface" }}, {{ . | first | label "cause" }}'
    return f"{{{{ with query `{series}` }}}}{told}{{{{ else }}}}unknown{{{{ end }}}}"


def _series(metric: str, group_by: tuple[str, ...]) -> str:
    """A selector in which ``%q`` stands for the value of each label of the group."""
    return names.anybodys(metric, "".join(f", {label}=%q" for label in group_by))


def _asked(query: str, group_by: tuple[str, ...], humanize: str) -> str:
    """A template that asks Prometheus and prints the one value; ``query`` holds no backquote."""
    asked = f"query `{query}`"
    if group_by:
        series = query.count("%q") // len(group_by)
        values = " ".join([f"$labels.{label}" for label in group_by] * series)
        asked = f"printf `{query}` {values} | query"
    return f"{{{{ with {asked} }}}}{{{{ . | first | value | {humanize} }}}}{{{{ else }}}}unknown{{{{ end }}}}"
