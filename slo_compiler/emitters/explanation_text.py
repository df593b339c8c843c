"""An explanation as Markdown, and the rows and facts that a terminal shows too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from slo_compiler.emitters.explanation import INCIDENTS, NEVER, IncidentTimes, SloExplanation
from slo_compiler.emitters.signal_explanation import SignalExplanation
from slo_compiler.quantities import format_percent

TIERS: Final = ("tier", "alert", "windows", "burn rate", "fires above", "budget spent", "gone in")
TIMES: Final = ("tier", *(f"at {format_percent(ratio)} errors" for ratio in INCIDENTS), "reaches")
ALERTS: Final = ("alert", "severity", "reaches")
TIMES_CAPTION: Final = (
    "On a constant error ratio each fires after the first time, and resets after the second:"
)

Row: TypeAlias = tuple[str, ...]


def tiers(slo: SloExplanation) -> Iterator[Row]:
    """The burn-rate table of an SLO, a row a tier, under ``TIERS``."""
    for tier in slo.tiers:
        yield (
            tier.name,
            f"{tier.severity} {tier.sev}",
            f"{tier.long} and {tier.short}",
            tier.burn_rate,
            tier.threshold,
            tier.budget_spent,
            tier.exhaustion,
        )


def times(slo: SloExplanation) -> Iterator[Row]:
    """How fast each tier tells whom, a row a tier, under ``TIMES``."""
    for tier in slo.tiers:
        yield tier.name, *(_times(times) for times in tier.incidents), tier.route


def _times(times: IncidentTimes) -> str:
    return NEVER if times.detection == NEVER else f"{times.detection}, {times.reset}"


def facts(slo: SloExplanation) -> Iterator[tuple[str, str]]:
    """What else is to be said of an SLO, each under a name."""
    told = _of_alerts(slo) if slo.alerts else ()
    said = (
        ("class", slo.class_),
        ("alerts", "" if slo.alerts else "none: it is recorded, and nobody is told"),
        ("error budget", slo.error_budget),
        ("owner", f"{slo.owner}, for the {slo.surface} surface"),
        *told,
    )
    return ((name, words) for name, words in said if words)


def _of_alerts(slo: SloExplanation) -> Iterator[tuple[str, str]]:
    yield from (
        *(("severity", severity) for severity in slo.severities),
        ("minimum", slo.min_errors),
        ("one error alerts", slo.one_error_alerts),
        ("soonest notice", slo.delay_floor),
        ("predictions are looked at", slo.looked_at),
        ("holds back", slo.holds_back),
        *(("waits", waiting) for waiting in slo.waits),
        *((alert.alert, f"{alert.severity} to {alert.route}") for alert in slo.other_alerts),
        ("office hours", slo.office_hours),
        *(("derived anew", repair) for repair in slo.derived),
    )


def alerts(signal: SignalExplanation) -> Iterator[Row]:
    """What a signal alerts on, a row an alert, under ``ALERTS``."""
    for alert in signal.alerts:
        yield alert.alert, alert.severity, alert.reaches


def facts_of_signal(signal: SignalExplanation) -> Iterator[tuple[str, str]]:
    """What else is to be said of a signal's alerts, each under a name."""
    for owner in signal.owners:
        yield "owner", owner
    for severity in signal.severities:
        yield "severity", severity
    for waiting in signal.waits:
        yield "waits", waiting


def as_markdown(explanations: Sequence[SloExplanation], signals: Sequence[SignalExplanation] = ()) -> str:
    """The explanations as Markdown, a section an SLO and one a signal."""
    return "\n".join([*map(_section, explanations), *map(_signal_section, signals)])


def _signal_section(signal: SignalExplanation) -> str:
    told = (f"* {name}: {fact}" for name, fact in facts_of_signal(signal))
    return "\n".join([f"## {signal.id}", "", *_table(ALERTS, alerts(signal)), "", *told, ""])


def _section(slo: SloExplanation) -> str:
    tables = (*_table(TIERS, tiers(slo)), "", TIMES_CAPTION, "", *_table(TIMES, times(slo)), "")
    told = (f"* {name}: {fact}" for name, fact in facts(slo))
    head = (f"## {slo.id}", "", f"{slo.objective} over {slo.period}.", "")
    return "\n".join((*head, *(tables if slo.alerts else ()), *told, ""))


def _table(columns: Row, rows: Iterable[Row]) -> Iterator[str]:
    return (_row(cells) for cells in (columns, ("---",) * len(columns), *rows))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
