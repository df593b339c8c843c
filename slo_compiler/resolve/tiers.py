"""What is said of tiers, as far as there is no such tier or it would not be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slo_compiler.diagnostics import Diagnostic, error, nearest
from slo_compiler.model.alerting import Alerting
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.slo_class import SloClass
from slo_compiler.model.spec import SloSpec, Spec
from slo_compiler.quantities import format_duration


def short_windows(alerting: Alerting) -> Iterator[Diagnostic]:
    """Tiers of the defaults are derived anew for each SLO, and their short windows with them."""
    for tier in alerting.tiers or ():
        if tier.short is not None:
            yield error(
                tier.position_of("short"),
                "tier/short-derived",
                f"the short window of a default tier is derived with its long one for each SLO, so that "
                f"{format_duration(tier.short)} would not be kept; leave it out, or give tiers in the spec",
            )


def unknown_tiers(
    said_by: SloSpec | Spec | Defaults | SloClass, known: Mapping[str, object]
) -> Iterator[Diagnostic]:
    """Severities for tiers that none of the SLOs they are for has; ``known`` are those that any has."""
    for name in said_by.alerting.severities:
        if known and name not in known:
            near = nearest(name, known)
            advice = f"did you mean {near}?" if near else f"known: {', '.join(known)}"
            yield error(
                said_by.locate("alerting", "severities", name, "[key]"),
                "tier/unknown",
                f"there is no tier {name} here, so that its severity would have no effect; {advice}",
            )
