"""Classes of SLOs: how much they matter, said once for all of a class."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from msgspec import field

from slo_compiler.model.alerting import Alerting
from slo_compiler.model.place import Locate, nowhere
from slo_compiler.model.placed import Placed
from slo_compiler.quantities import Ratio, Seconds


class SloClass(Placed, frozen=True):
    """What its SLOs have in common, where they do not say otherwise. What is None was not said."""

    objective: Ratio | None = None
    window: Seconds | None = None
    alerting: Alerting = field(default_factory=Alerting)
    locate: Locate = nowhere


# Google, The Site Reliability Workbook, chapter 5, "Alerting at Scale": the availability of each class.
OF_THE_WORKBOOK: Final[Mapping[str, SloClass]] = {
    "CRITICAL": SloClass(Fraction(9999, 10_000)),
    "HIGH_FAST": SloClass(Fraction(999, 1000)),
    "HIGH_SLOW": SloClass(Fraction(999, 1000)),
    "LOW": SloClass(Fraction(99, 100)),
    "NO_SLO": SloClass(alerting=Alerting(enabled=False)),
}
"""The last is for what nobody may rely on yet, such as a dark launch: it is recorded and alerts nobody."""
