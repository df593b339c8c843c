"""Whether a human can make sense of an SLO's tiers: their order of severity, and their alerts' names."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from slo_compiler.diagnostics import Diagnostic, error, warning
from slo_compiler.model.alerting import Severity, TierRequest
from slo_compiler.model.slo import Slo
from slo_compiler.rules.names import burn_alert

REMEMBERED: Final = 256
"""Sets of tiers: most SLOs have those of the defaults."""


def check_tiers(slo: Slo) -> Iterator[Diagnostic]:
    """Tiers that contradict or pass for each other."""
    for faster, slower in _contradicting(slo.tiers):
        yield warning(
            slo.position_of(faster.name),
            "tier/severity",
            f"tier {faster.name} files a ticket and {slower.name}, which burns slower, pages: nobody is "
            f"woken by an outage until {slower.name} fires; make {faster.name} a page, or {slower.name} "
            "a ticket",
        )
    for first, second in _alike(slo.tiers):
        yield error(
            slo.position_of(second.name),
            "tier/same-alert",
            f"the alerts of the tiers {first.name} and {second.name} would both be named "
            f"{burn_alert(first.name)}; rename one",
        )


@lru_cache(maxsize=REMEMBERED)
def _contradicting(tiers: tuple[TierRequest, ...]) -> tuple[tuple[TierRequest, TierRequest], ...]:
    """Each tier that files a ticket where the next slower one pages."""
    return tuple(
        (faster, slower)
        for faster, slower in itertools.pairwise(tiers)
        if (faster.severity, slower.severity) == (Severity.TICKET, Severity.PAGE)
    )


@lru_cache(maxsize=REMEMBERED)
def _alike(tiers: tuple[TierRequest, ...]) -> tuple[tuple[TierRequest, TierRequest], ...]:
    """Tiers of different names whose alerts have the same."""
    return tuple(
        (first, second)
        for first, second in itertools.combinations(tiers, 2)
        if first.name != second.name and burn_alert(first.name) == burn_alert(second.name)
    )
