"""The severity rubric: from an alert's urgency to the SEV that the incident process knows.

SEV1 is users hit at scale, SEV2 a part of them or a budget burning fast, SEV3 what waits for office hours.
"""

from __future__ import annotations

from slo_compiler.model.alerting import Severity
from slo_compiler.model.indicator import Indicator, Latency


def sev(indicator: Indicator, severity: Severity, *, fastest: bool) -> str:
    """The SEV of a burn-rate alert.

    Args:
        indicator: what burns. Slow answers are answers: latency alone is never a SEV1.
        severity: whether the alert pages.
        fastest: whether it belongs to the fastest tier of its SLO.
    """
    if severity is Severity.TICKET:
        return "SEV3"
    if fastest and not isinstance(indicator, Latency):
        return "SEV1"
    return "SEV2"
