"""A burn-rate tier, whole: two windows and the error ratio above which both must be for it to fire.

Source of the identities: Google, The Site Reliability Workbook, chapter 5, "Alerting on SLOs".
"""

from __future__ import annotations

from msgspec import Struct

from slo_compiler.burnrate import policy
from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import Ratio, Seconds


class Tier(Struct, frozen=True):
    """One tier of a plan.

    ``burn_rate`` is how many times faster than the objective allows the budget burns at the threshold.
    ``threshold`` is that as an error ratio, ``budget`` the share of the period's budget spent on firing.
    """

    name: str
    severity: Severity
    long: Seconds
    short: Seconds
    burn_rate: Ratio
    threshold: Ratio
    budget: Ratio

    @property
    def keep_firing(self) -> Seconds:
        """How long the alert outlives its condition, so that a flapping error ratio is one alert."""
        return min(self.short, policy.LONGEST_KEEP)


def burn_rate(budget: Ratio, long: Seconds, period: Seconds) -> Ratio:
    """The burn rate at which ``budget`` is spent within the long window: B = f·P/L."""
    return budget * period / long


def budget_spent(burn: Ratio, long: Seconds, period: Seconds) -> Ratio:
    """The share of the period's budget that a burn of one long window spends: f = B·L/P."""
    return burn * long / period


def long_window(budget: Ratio, burn: Ratio, period: Seconds) -> Seconds:
    """The window in which a burn spends ``budget``: L = f·P/B."""
    return budget * period / burn


def is_reachable(threshold: Ratio) -> bool:
    """Whether any error ratio, at most 1, can be above the threshold."""
    return threshold < 1
