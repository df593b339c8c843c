"""Backtests as JSON, and the rows and facts that a terminal shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

from slo_compiler.backtest.backtest import Backtest, Heard
from slo_compiler.backtest.history import Group
from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import (
    approximate_duration,
    format_decimal,
    format_duration,
    format_percent,
)
from slo_compiler.replay.grid import Spans
from slo_compiler.replay.spans import both
from slo_compiler.review.effect_json import rfc3339
from slo_compiler.review.effect_words import moment

Row: TypeAlias = tuple[str, ...]

SUMMARY: Final = ("", "objective", "pages", "a month", "tickets", "a month", "budget spent")
ALERTS: Final = ("", "tiers", "from", "for")
NONE: Final = "-"
MOST_ALERTS: Final = 20


@dataclass(frozen=True, slots=True)
class Compared:
    """An SLO, and what came of each of its variants by name; the first is as it is written."""

    backtests: Mapping[str, Backtest]

    @property
    def first(self) -> Backtest:
        """As it is written."""
        return next(iter(self.backtests.values()))

    @property
    def slo_id(self) -> str:
        """Which SLO."""
        return self.first.plan.slo.id


OVERVIEW: Final = ("SLO", "objective", "pages a month", "tickets a month", "budget spent")


def overview(compared: Iterable[Compared]) -> list[Row]:
    """A row for each SLO as it is written, under ``OVERVIEW``, those that page most first."""
    ordered = sorted(compared, key=lambda each: [-each.first.count(severity) for severity in Severity])
    return [
        (
            each.slo_id,
            format_percent(each.first.plan.slo.objective),
            *(number(each.first.a_month(severity)) for severity in Severity),
            _percent(each.first.spent),
        )
        for each in ordered
    ]


def unknown(compared: Sequence[Compared]) -> str:
    """The SLOs of which there is no history at all, in one sentence."""
    listed = ", ".join(each.slo_id for each in compared)
    return f"there is no history at all of {listed}: their metrics have no samples in this time"


def title(compared: Compared) -> str:
    """The SLO and the time that was looked at."""
    asked = compared.first.asked
    length = approximate_duration(Fraction(round(asked.length)))
    return f"{compared.slo_id}  {length}, {moment(asked.begin)} to {moment(asked.end)} UTC"


def summary(compared: Compared) -> Iterator[Row]:
    """A row for each variant, under ``SUMMARY``."""
    for name, found in compared.backtests.items():
        yield (name, *_counted(found))


def _counted(found: Backtest) -> Row:
    slo = found.plan.slo
    return (
        f"{format_percent(slo.objective)} over {format_duration(slo.period)}",
        *(
            text
            for severity in Severity
            for text in (str(found.count(severity)), number(found.a_month(severity)))
        ),
        _percent(found.spent),
    )


def alerts(compared: Compared) -> tuple[tuple[str, ...], list[Row], int]:
    """The columns, the first rows of what was heard, and how many more there are.

    Groups and variants have columns where there are several.
    """
    several, grouped = len(compared.backtests) > 1, bool(compared.first.plan.slo.group_by)
    columns = (*ALERTS, *(["group"] if grouped else []), *(["with"] if several else []))
    rows = [
        (
            each.severity.value,
            ", ".join(each.tiers),
            moment(each.begin),
            f"{duration(each.length)}{' and on' if each.lasts else ''}",
            *([group_text(each.group)] if grouped else []),
            *([names] if several else []),
        )
        for each, names in _together(compared)
    ]
    return columns, rows[:MOST_ALERTS], len(rows[MOST_ALERTS:])


def _together(compared: Compared) -> Iterator[tuple[Heard, str]]:
    """What was heard, in the order of time; what is the same with several variants once, with their names."""
    names: dict[Heard, list[str]] = {}
    for name, found in compared.backtests.items():
        for each in found.heard:
            names.setdefault(each, []).append(name)
    for each in sorted(
        names, key=lambda heard: (heard.begin, heard.severity.value, heard.tiers, heard.group)
    ):
        yield each, ", ".join(names[each])


def missing(found: Backtest) -> Iterator[str]:
    """What is not known of the time that was asked about, a sentence each."""
    if found.known is None:
        yield "there is no history of it at all: its metrics have no samples in this time"
        return
    late = found.known.begin - found.asked.begin
    if late > float(found.plan.windows.base):
        yield (
            f"its history begins {duration(late)} after the time asked about, at {moment(found.known.begin)} "
            "UTC: what was before counts as free of errors"
        )
    if found.down:
        yield f"Prometheus itself was not there {_spans(found.down)}: no rule was evaluated"
    holes = [span for span in found.holes if not both((span,), found.down)]
    if holes:
        yield f"there were no events or no metrics {_spans(tuple(holes))}"


def _spans(spans: Spans) -> str:
    total = sum(span.length for span in spans)
    longest = max(spans, key=lambda span: span.length)
    if len(spans) == 1:
        return f"for {duration(total)} from {moment(longest.begin)} UTC on"
    return (
        f"for {duration(total)} in {len(spans)} holes, the longest of {duration(longest.length)} from "
        f"{moment(longest.begin)} UTC on"
    )


def as_json(compared: Sequence[Compared], notes: Sequence[str] = ()) -> str:
    """The backtests as JSON: times of RFC 3339, durations in seconds, shares as ratios."""
    document = {"notes": list(notes), "slos": [_plain(each) for each in compared]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _plain(compared: Compared) -> dict[str, Any]:
    asked = compared.first.asked
    return {
        "slo": compared.slo_id,
        "from": rfc3339(asked.begin),
        "to": rfc3339(asked.end),
        "variants": [{"name": name, **_variant(found)} for name, found in compared.backtests.items()],
    }


def _variant(found: Backtest) -> dict[str, Any]:
    slo = found.plan.slo
    return {
        "objective": float(slo.objective),
        "period_seconds": float(slo.period),
        "history_from": None if found.known is None else rfc3339(found.known.begin),
        "missing": list(missing(found)),
        "holes": [_span(span.begin, span.end) for span in found.holes],
        "pages": found.count(Severity.PAGE),
        "pages_a_month": found.a_month(Severity.PAGE),
        "tickets": found.count(Severity.TICKET),
        "tickets_a_month": found.a_month(Severity.TICKET),
        "budget_spent": found.spent,
        "groups": [
            {
                "labels": dict(budget.group),
                "events": budget.events,
                "errors": budget.errors,
                "budget_spent": budget.spent,
            }
            for budget in found.budgets
        ],
        "alerts": [
            {
                "severity": each.severity.value,
                "tiers": list(each.tiers),
                **_span(each.begin, each.end),
                "goes_on": each.lasts,
                "labels": dict(each.group),
            }
            for each in found.heard
        ],
    }


def _span(begin: float, end: float) -> dict[str, Any]:
    return {"from": rfc3339(begin), "to": rfc3339(end), "seconds": end - begin}


def duration(seconds: float) -> str:
    """Seconds for a human."""
    return approximate_duration(Fraction(round(seconds)))


def group_text(group: Group) -> str:
    """The labels of a group for a human."""
    return ", ".join(f"{name}={value}" for name, value in group) or NONE


def number(count: float | None) -> str:
    """How many, with as many digits as matter."""
    return (
        NONE if count is None else format_decimal(Fraction(round(count, 1)).limit_denominator(100), digits=3)
    )


def _percent(share: float | None) -> str:
    return NONE if share is None else format_percent(Fraction(share), digits=3)
