"""Which parts of a backtest a picture shows: all of the time, for the group of which most was heard.

Of a service it shows below all alerts together, and what holds back which.
"""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.backtest.compared import Compared, ComparedSlo
from slo_compiler.backtest.text import group_text
from slo_compiler.quantities import format_duration, format_percent
from slo_compiler.replay.band_plot import Frame, drawing_of
from slo_compiler.replay.bands import bands
from slo_compiler.replay.grid import Span
from slo_compiler.replay.plot import Drawing, Panel
from slo_compiler.review.effect_words import moment


def panels(compared: Compared) -> list[Panel | Drawing]:
    """A panel for each variant of each SLO that has a history, and then one for each service."""
    return [*_of_slos(compared), *_of_services(compared)]


def _of_services(compared: Compared) -> Iterator[Drawing]:
    for service in compared.services:
        for name, found in service.variants.items():
            variant = f" ({name})" if len(service.variants) > 1 else ""
            shown = bands(found.timelines, found.known, found.known)
            title = f"{found.service}: all alerts that fire, and what holds them back{variant}"
            since = f"{moment(found.known.begin)} UTC"
            yield drawing_of(title, shown, Frame(found.known, found.known.begin, since))


def _of_slos(compared: Compared) -> list[Panel]:
    return [
        Panel(
            title=_title(each, name),
            evaluation=found.shown,
            row=0,
            view=Span(found.known.begin, found.known.end),
            zero=found.known.begin,
            since=f"{moment(found.known.begin)} UTC",
        )
        for each in compared.slos
        for name, found in each.backtests.items()
        if found.shown is not None and found.known is not None
    ]


def _title(compared: ComparedSlo, name: str) -> str:
    found = compared.backtests[name]
    slo = found.plan.slo
    group = f" {group_text(found.shown_group)}" if found.shown_group else ""
    variant = f" ({name})" if len(compared.backtests) > 1 else ""
    objective = f"{format_percent(slo.objective)} over {format_duration(slo.period)}"
    return f"{slo.id}{group}, {objective}{variant}"
