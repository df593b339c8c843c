"""The rows and sentences in which a terminal shows what signals of a service would have told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.backtest.compared import ComparedSignals
from slo_compiler.backtest.text import MOST_ALERTS, Row, duration, held_back_rows, number, together
from slo_compiler.backtest.told_of_signals import SignalsTold
from slo_compiler.model.alerting import Severity
from slo_compiler.review.effect_words import moment

SUMMARY: Final = ("", "pages", "a month", "tickets", "a month")
ALERTS: Final = ("", "alert", "from", "for")


def title(compared: ComparedSignals) -> str:
    """Whose signals."""
    return (
        f"{compared.first.service}  drifts, slices, guardrails and whatever else it watches beside its SLOs"
    )


def summary(compared: ComparedSignals) -> Iterator[Row]:
    """A row for each variant, under ``SUMMARY``."""
    for name, found in compared.variants.items():
        counted = ((str(found.count(each)), number(found.a_month(each))) for each in Severity)
        yield (name, *(text for pair in counted for text in pair))


def alerts(compared: ComparedSignals) -> tuple[Row, list[Row], int]:
    """The columns, the first rows of what was heard, and how many more there are."""
    several = len(compared.variants) > 1
    heard = together({name: found.heard for name, found in compared.variants.items()})
    rows = [
        (
            each.severity.value,
            each.alert,
            moment(each.begin),
            f"{duration(each.length)}{' and on' if each.lasts else ''}",
            *([names] if several else []),
        )
        for each, names in sorted(heard.items(), key=lambda row: (row[0].begin, row[0].alert))
    ]
    return (*ALERTS, *(["with"] if several else [])), rows[:MOST_ALERTS], len(rows[MOST_ALERTS:])


def held_back(compared: ComparedSignals) -> tuple[Row, list[Row]]:
    """The columns and rows of what guards and pages of SLOs kept from notifying."""
    held = {name: found.held_back for name, found in compared.variants.items()}
    return held_back_rows(held, compared.first.known.begin)


def left_out(found: SignalsTold) -> str:
    """The alerts that were not replayed, and why; empty where all were."""
    if not found.left_out:
        return ""
    why = found.why or "they read what only a Prometheus can evaluate"
    return f"not replayed, for {why}: {', '.join(found.left_out)}"
