"""The severity rubric: from what fails, and how fast, to the SEV that the incident process knows.

SEV1 is users hit at scale, SEV2 a part of them or a budget burning fast, SEV3 what waits for office hours.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from slo_compiler.model.alerting import Severity
from slo_compiler.model.indicator import Guardrail, Latency, Quality
from slo_compiler.model.slo import Slo

SEV1: Final = "SEV1"
SEV2: Final = "SEV2"
SEV3: Final = "SEV3"


class Rated(NamedTuple):
    """Whether an alert wakes somebody, and its place in the incident process."""

    severity: Severity
    sev: str


REAL_DRIFT: Final = Rated(Severity.PAGE, SEV2)
"""Drift with a breached quality SLO; drift without one never pages."""
QUALITY_OF_A_SLICE: Final = Rated(Severity.PAGE, SEV2)
FAIL_OPEN: Final = Rated(Severity.PAGE, SEV2)
UNCHECKED: Final = Rated(Severity.PAGE, SEV2)
"""A guardrail let pass what it did not look at, or nothing goes through it."""
STALLED: Final = Rated(Severity.PAGE, SEV1)
"""Requests hang without an end: neither errors nor latency are counted of what never finishes."""
NO_VISIBLE_IMPACT: Final = Rated(Severity.TICKET, SEV3)
"""Drift while quality is within its objective, or not known; a monitor that has failed."""


def sev(slo: Slo, severity: Severity, *, fastest: bool) -> str:
    """The SEV of a burn-rate alert.

    Args:
        slo: what burns. Slow answers are answers, a guardrail that is open has not been used yet, and one
            slice of a model's predictions is not all of them: these alone are never a SEV1.
        severity: whether the alert pages.
        fastest: whether it belongs to the fastest tier of its SLO.
    """
    if severity is Severity.TICKET:
        return SEV3
    of_a_slice = isinstance(slo.indicator, Quality) and slo.group_by
    if fastest and not isinstance(slo.indicator, Latency | Guardrail) and not of_a_slice:
        return SEV1
    return SEV2
