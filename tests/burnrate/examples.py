"""Settings and tiers in the few words in which a table shows them."""

from __future__ import annotations

from collections.abc import Sequence

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.derive import Setting, derive
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import (
    format_decimal,
    format_duration,
    format_percent,
    parse_duration,
    parse_percent,
)


def setting_of(
    objective: str, period: str, *, cadence: str | None = None, clock: Clock | None = None
) -> Setting:
    return Setting(
        budget=1 - parse_percent(objective),
        period=parse_duration(period),
        clock=clock or Clock(),
        cadence=parse_duration(cadence) if cadence else None,
    )


def default_tiers(setting: Setting) -> tuple[Tier, ...]:
    return derive(policy.DEFAULT_TIERS, setting)[0]


def summaries(tiers: Sequence[Tier]) -> list[str]:
    """Tiers as a table reads: ``fast 1h/5m 14.4x 2%``."""
    return [
        f"{tier.name} {format_duration(tier.long)}/{format_duration(tier.short)} "
        f"{format_decimal(tier.burn_rate, digits=4)}x {format_percent(tier.budget, digits=4)}"
        for tier in tiers
    ]
