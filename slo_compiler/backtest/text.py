"""The rows and sentences in which a terminal shows backtests of SLOs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final, TypeAlias, TypeVar

from slo_compiler.backtest.backtest import Backtest, Heard
from slo_compiler.backtest.compared import Compared, ComparedSlo
from slo_compiler.backtest.history import Group
from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import (
    approximate_duration,
    format_decimal,
    format_duration,
    format_percent,
)
from slo_compiler.replay.grid import Spans
from slo_compiler.replay.held_back import HeldBack
from slo_compiler.replay.spans import both
from slo_compiler.review.effect_words import moment

Row: TypeAlias = tuple[str, ...]
Value = TypeVar("Value")

SUMMARY: Final = ("", "objective", "pages", "a month", "tickets", "a month", "budget spent")
ALERTS: Final = ("", "tiers", "from", "for")
HELD_BACK: Final = ("held back", "by", "first from", "in all")
NONE: Final = "-"
MOST_ALERTS: Final = 20


OVERVIEW: Final = ("SLO", "objective", "pages a month", "tickets a month", "budget spent")


def overview(compared: Compared) -> list[Row]:
    """A row for each SLO as it is written, under ``OVERVIEW``, those that page most first; then signals."""
    known = (each for each in compared.slos if each.first.known is not None)
    ordered = sorted(known, key=lambda each: [-each.first.count(severity) for severity in Severity])
    slos = [
        (
            each.slo_id,
            format_percent(each.first.plan.slo.objective),
            *(number(each.first.a_month(severity)) for severity in Severity),
            percent(each.first.spent),
        )
        for each in ordered
    ]
    signals = [
        (
            f"{each.first.service}, its signals",
            NONE,
            *(number(each.first.a_month(severity)) for severity in Severity),
            NONE,
        )
        for each in compared.services
    ]
    return [*slos, *signals]


def unknown(compared: Iterable[ComparedSlo]) -> str:
    """The SLOs of which there is no history at all, in one sentence."""
    listed = ", ".join(each.slo_id for each in compared)
    return f"there is no history at all of {listed}: their metrics have no samples in this time"


def title(compared: ComparedSlo) -> str:
    """The SLO and the time that was looked at."""
    asked = compared.first.asked
    length = approximate_duration(Fraction(round(asked.length)))
    return f"{compared.slo_id}  {length}, {moment(asked.begin)} to {moment(asked.end)} UTC"


def summary(compared: ComparedSlo) -> Iterator[Row]:
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
        percent(found.spent),
    )


def alerts(compared: ComparedSlo) -> tuple[tuple[str, ...], list[Row], int]:
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


def _together(compared: ComparedSlo) -> Iterator[tuple[Heard, str]]:
    """What was heard, in the order of time; what is the same with several variants once, with their names."""
    names = together({name: found.heard for name, found in compared.backtests.items()})
    for each in sorted(
        names, key=lambda heard: (heard.begin, heard.severity.value, heard.tiers, heard.group)
    ):
        yield each, names[each]


def together(variants: Mapping[str, Iterable[Value]]) -> dict[Value, str]:
    """All that came of any variant, each once, with the names of the variants that it came of."""
    names: dict[Value, list[str]] = {}
    for name, found in variants.items():
        for each in found:
            names.setdefault(each, []).append(name)
    return {each: ", ".join(of) for each, of in names.items()}


def held_back(compared: ComparedSlo) -> tuple[Row, list[Row]]:
    """The columns and rows of what guards and pages of other SLOs kept from notifying."""
    known = compared.first.known
    held = {name: found.held_back for name, found in compared.backtests.items()}
    return held_back_rows(held, known.begin if known else 0.0)


def held_back_rows(held: Mapping[str, Iterable[HeldBack]], begin: float) -> tuple[Row, list[Row]]:
    """The same of what was held back with each variant, in a time that begins at a Unix time."""
    several = len(held) > 1
    rows = [
        (
            each.alert,
            each.by,
            moment(begin + each.after),
            duration(each.lasted),
            *([names] if several else []),
        )
        for each, names in sorted(
            together(held).items(), key=lambda row: (row[0].after, row[0].alert, row[0].by)
        )
    ]
    return (*HELD_BACK, *(["with"] if several else [])), rows


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


def percent(share: float | None) -> str:
    """A share for a human."""
    return NONE if share is None else format_percent(Fraction(share), digits=3)
