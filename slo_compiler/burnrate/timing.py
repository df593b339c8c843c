"""When a tier fires and resets, in closed form.

``error_ratio`` is the constant error ratio of an incident that follows a history of another constant one.
Times are from the onset to the moment at which the condition holds, before scrape and evaluation delays.
"""

from __future__ import annotations

import math
from fractions import Fraction

from slo_compiler.burnrate.tier import Tier
from slo_compiler.quantities import Ratio, Seconds


def detection_time(tier: Tier, error_ratio: Ratio, *, background: Ratio = Fraction(0)) -> Seconds | None:
    """How long an incident lasts before the tier fires: L·(θ - e0)/(e - e0), or None when it never does.

    Args:
        tier: the tier.
        error_ratio: e, the ratio of errors during the incident.
        background: e0, the ratio of errors before it.
    """
    if background > tier.threshold:
        return Fraction(0)
    if error_ratio <= tier.threshold:
        return None
    return tier.long * (tier.threshold - background) / (error_ratio - background)


def reset_time(tier: Tier, error_ratio: Ratio) -> Seconds | None:
    """How long after full recovery the condition still holds: S·(1 - θ/e), or None when it never did.

    For an incident long enough to have filled the short window.
    """
    if error_ratio <= tier.threshold:
        return None
    return tier.short * (1 - tier.threshold / error_ratio)


def threshold_in_slices(threshold: Ratio, window: Seconds, slice_: Seconds) -> Ratio:
    """The threshold that slices of time have in effect: the next lower ratio that a window of them can have.

    A window of n slices is above θ when more than ⌊θ·n⌋ are bad; to fill that many takes ⌊θ·n⌋ slices, after
    which the next bad one is one too many. With it, the times above hold for slices too, but for one of them.
    """
    bad = math.floor(threshold * window / slice_)
    return bad * slice_ / window


def budget_spent_at(time: Seconds, error_ratio: Ratio, budget: Ratio, period: Seconds) -> Ratio:
    """The share of the period's error budget that an incident has spent after a time; above 1, all of it.

    At the detection time from a clean history this is the tier's own ``budget``, whatever the error ratio.
    """
    return time * error_ratio / (budget * period)


def exhaustion_time(period: Seconds, burn: Ratio, *, remaining: Ratio = Fraction(1)) -> Seconds:
    """How long what remains of the budget lasts at a burn rate: P/B."""
    return period * remaining / burn


def events_for_one_error(tier: Tier) -> Fraction:
    """1/θ: with fewer events than this in the long window, one error alone is above the threshold."""
    return 1 / tier.threshold


def delay_cost(delay: Seconds, budget: Ratio, period: Seconds) -> Ratio:
    """The share of the period's budget that a total outage spends in a delay that no rule can shorten."""
    return budget_spent_at(delay, Fraction(1), budget, period)
