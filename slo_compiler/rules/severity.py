"""The severity rubric: from what fails, and how fast, to the SEV that the incident process knows.

SEV1 is users hit at scale, SEV2 a part of them or a budget burning fast, SEV3 what waits for office hours.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from slo_compiler.model.alerting import Severity
from slo_compiler.model.indicator import Guardrail, Latency, Quality
from slo_compiler.model.slo import Slo

SEV1: Final = "SEV1"
SEV2: Final = "SEV2"
SEV3: Final = "SEV3"


class Rated(Struct, frozen=True):
    """Whether an alert wakes somebody, its place in the incident process, and why."""

    severity: Severity
    sev: str
    because: str
    """What follows the severity and ``as``."""


REAL_DRIFT: Final = Rated(Severity.PAGE, SEV2, "quality is breached while something drifts")
"""Drift without a breached quality SLO never pages."""
QUALITY_OF_A_SLICE: Final = Rated(Severity.PAGE, SEV2, "one slice of the predictions is not all of them")
FAIL_OPEN: Final = Rated(Severity.PAGE, SEV2, "what was let pass unchecked need not have done harm yet")
BYPASSED: Final = Rated(Severity.PAGE, SEV2, "what was never checked need not have done harm yet")
STALLED: Final = Rated(Severity.PAGE, SEV1, "requests hang without an end, and nothing else counts them")
NO_VISIBLE_IMPACT: Final = Rated(Severity.TICKET, SEV3, "users notice nothing, so far as is known")
"""Drift while quality is within its objective, or not known; a monitor that has failed."""


def rated(slo: Slo, severity: Severity, *, fastest: bool) -> Rated:
    """How severe a burn-rate alert is.

    Args:
        slo: what burns. Slow answers are answers, a guardrail that is open has not been used yet, and one
            slice of a model's predictions is not all of them: these alone are never a SEV1.
        severity: whether the alert pages.
        fastest: whether it belongs to the fastest tier of its SLO.
    """
    if severity is Severity.TICKET:
        return Rated(severity, SEV3, "the budget burns slowly")
    if not fastest:
        return Rated(severity, SEV2, "its tier is not the fastest")
    match slo.indicator:
        case Latency():
            return Rated(severity, SEV2, "slow answers are answers")
        case Guardrail():
            return Rated(severity, SEV2, "what passed a failing guardrail need not have done harm yet")
        case Quality() if slo.group_by:
            return Rated(severity, SEV2, "one group of the predictions is not all of them")
        case _:
            return Rated(severity, SEV1, "users are hit at scale")


def rated_absence(severity: Severity) -> Rated:
    """How severe it is that nothing is measured."""
    sev = SEV3 if severity is Severity.TICKET else SEV2
    return Rated(severity, sev, "nobody knows whether users are hit")
