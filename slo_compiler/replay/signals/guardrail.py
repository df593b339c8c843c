"""A guardrail that does not guard, as rules/signals/guardrail.py says, on arrays."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.model.indicator import Guardrail
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo
from slo_compiler.replay.grid import Grid
from slo_compiler.replay.ranges import added_up
from slo_compiler.replay.signals.looking import counted, increase
from slo_compiler.replay.signals.scraped import GuardrailScraped
from slo_compiler.replay.signals.yields import Yields
from slo_compiler.rules import names
from slo_compiler.rules.signals.guardrail import OPEN


def guardrail(
    indicator: Guardrail, slo: Slo, service: Service, scraped: GuardrailScraped, grid: Grid
) -> Iterator[Yields]:
    """That it fails open, and that requests go around it, as far as either is counted."""
    times, at = scraped.times, grid.times
    if indicator.fail_open is not None and scraped.fail_open is not None:
        opened = counted(scraped.fail_open, times, at, float(OPEN), scraped.checks)
        yield Yields(slo.id, names.FAIL_OPEN_ALERT, opened)
    if indicator.traffic is not None and scraped.traffic is not None:
        window = float(service.clock.base_window)
        requests = added_up(increase(scraped.traffic, times, at, window)) > 0
        checked = counted(scraped.checks, times, at, window, scraped.traffic)
        yield Yields(slo.id, names.BYPASS_ALERT, requests & ~checked)
