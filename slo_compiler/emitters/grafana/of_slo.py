"""The panels of an SLO: its error ratios against the thresholds of its tiers, its budget, its events."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from slo_compiler.burnrate.plan import Plan
from slo_compiler.emitters.grafana import panels
from slo_compiler.emitters.grafana.panels import Described, Json, Line
from slo_compiler.emitters.runbooks.markdown import text
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import format_duration, format_percent
from slo_compiler.rules import names
from slo_compiler.rules.alert_text import what_fails
from slo_compiler.rules.ir import RecordingRule
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook.of_slo import ratio
from slo_compiler.rules.signals.tail import HIGH, MEDIAN

_OF_TIERS = (panels.RED, panels.ORANGE, panels.YELLOW, panels.BLUE)
"""Fastest first, as urgent as they are."""


def title_of(slo: Slo) -> str:
    """The title of the row of an SLO."""
    return f"{slo.name}: {format_percent(slo.objective)} over {format_duration(slo.period)}"


def panels_of(plan: Plan, *, with_tail: bool) -> Iterator[Json]:
    """The panels of an SLO, in reading order; with its tail where that is recorded."""
    yield _ratios(plan)
    yield _budget(plan)
    yield _events(plan)
    if with_tail:
        yield _tail(plan)


def tails(program: Program) -> set[str]:
    """The ids of the SLOs whose tails are recorded."""
    return {
        lowered.subject.id
        for lowered in program.lowered
        for group in lowered.groups
        for rule in group.rules
        if isinstance(rule, RecordingRule) and rule.record == names.TAIL
    }


def legend(slo: Slo, word: str) -> str:
    """What a series is called: a word, and its group."""
    return " ".join((word, *(f"{{{{{label}}}}}" for label in slo.group_by))).strip()


def _ratios(plan: Plan) -> Json:
    slo = plan.slo
    windows = dict.fromkeys(length for tier in plan.tiers for length in (tier.long, tier.short))
    told = "; ".join(
        f"{tier.name} ({tier.severity.value}) above {format_percent(tier.threshold, digits=4)} both in "
        f"{format_duration(tier.long)} and in {format_duration(tier.short)}"
        for tier in plan.tiers
    )
    said = f"{text(slo.description)} " if slo.description else ""
    about = Described(
        key=f"{slo.id}/ratios",
        title=f"{slo.name}: error ratio and thresholds",
        description=f"{said}Which share {what_fails(slo.indicator).strip(',')}. Fires: {told}.",
        unit="percentunit",
        width=panels.WHOLE,
        height=9,
    )
    lowest_first = sorted(
        zip(plan.tiers, _OF_TIERS, strict=False), key=lambda each: (each[0].threshold, each[1])
    )
    return panels.lines(
        about,
        [
            Line(ratio(slo, length), legend(slo, f"in {format_duration(length)}"))
            for length in sorted(windows)
        ],
        [(tier.threshold, colour) for tier, colour in lowest_first],
        logarithmic=True,
    )


def _budget(plan: Plan) -> Json:
    slo = plan.slo
    about = Described(
        key=f"{slo.id}/budget",
        title=f"{slo.name}: error budget left",
        description=(
            f"The share of the {format_percent(slo.budget)} that may be errors in "
            f"{format_duration(slo.period)} and is not spent. Below zero the objective is missed."
        ),
        unit="percentunit",
    )
    line = Line(names.series(names.BUDGET_REMAINING, slo), legend(slo, "left"))
    return panels.lines(about, [line], [(Fraction(0), panels.RED)], least=None)


def _events(plan: Plan) -> Json:
    slo, base = plan.slo, plan.windows.base
    about = Described(
        key=f"{slo.id}/events",
        title=f"{slo.name}: events and errors in {format_duration(base)}",
        description="What the error ratios are made of. Few events make every ratio jump.",
    )
    return panels.lines(
        about,
        [
            Line(names.series(names.events(base), slo), legend(slo, "events")),
            Line(names.series(names.errors(base), slo), legend(slo, "errors")),
        ],
    )


def _tail(plan: Plan) -> Json:
    slo = plan.slo
    about = Described(
        key=f"{slo.id}/tail",
        title=f"{slo.name}: median and 99th percentile",
        description=(
            "In the unit of the histogram. A tail that grows alone is queueing, cold replicas or a few slow "
            "inputs; where both grow, all work is slower."
        ),
        width=panels.WHOLE,
    )
    return panels.lines(
        about,
        [
            Line(names.series(names.quantile(percent), slo), legend(slo, f"p{percent}"))
            for percent in (MEDIAN, HIGH)
        ],
    )
