"""Which part of a backtest a picture shows: all of the time, for the group of which most was heard."""

from __future__ import annotations

from collections.abc import Iterable

from slo_compiler.backtest.text import Compared, group_text
from slo_compiler.quantities import format_duration, format_percent
from slo_compiler.replay.grid import Span
from slo_compiler.replay.plot import Panel
from slo_compiler.review.effect_words import moment


def panels(compared: Iterable[Compared]) -> list[Panel]:
    """A panel for each variant of each SLO that has a history."""
    return [
        Panel(
            title=_title(each, name),
            evaluation=found.shown,
            row=0,
            view=Span(found.known.begin, found.known.end),
            zero=found.known.begin,
            since=f"{moment(found.known.begin)} UTC",
        )
        for each in compared
        for name, found in each.backtests.items()
        if found.shown is not None and found.known is not None
    ]


def _title(compared: Compared, name: str) -> str:
    found = compared.backtests[name]
    slo = found.plan.slo
    group = f" {group_text(found.shown_group)}" if found.shown_group else ""
    variant = f" ({name})" if len(compared.backtests) > 1 else ""
    objective = f"{format_percent(slo.objective)} over {format_duration(slo.period)}"
    return f"{slo.id}{group}, {objective}{variant}"
