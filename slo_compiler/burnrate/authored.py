"""Tiers that an author wrote: completed, never changed, and refused where they cannot do what they say."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from msgspec import Struct

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.derive import Setting, complete
from slo_compiler.burnrate.tier import Tier, budget_spent, burn_rate, is_reachable
from slo_compiler.diagnostics import Diagnostic, error, warning
from slo_compiler.model.alerting import TierRequest
from slo_compiler.quantities import (
    Seconds,
    approximate_duration,
    format_decimal,
    format_duration,
    format_percent,
)


def check_request(request: TierRequest, period: Seconds) -> Iterator[Diagnostic]:
    """What is wrong with a request before any tier can be made of it."""
    match request:
        case TierRequest(budget=Fraction() as budget, long=Fraction() as long, burn_rate=Fraction() as burn):
            follows = burn_rate(budget, long, period)
            if burn != follows:
                yield error(
                    request.position_of("burn_rate"),
                    "tier/inconsistent",
                    f"tier {request.name} says burn_rate {format_decimal(burn)}, but "
                    f"{format_percent(budget)} of the budget of {approximate_duration(period)} in "
                    f"{approximate_duration(long)} is a burn rate of {format_decimal(follows, digits=6)}: "
                    "leave one out, and it follows",
                )
        case (
            TierRequest(budget=None, long=None)
            | TierRequest(budget=None, burn_rate=None)
            | TierRequest(long=None, burn_rate=None)
        ):
            yield error(
                request.position,
                "tier/underdetermined",
                f"tier {request.name} needs two of budget, long and burn_rate: from one alone "
                "follows no threshold",
            )


def make_tier(request: TierRequest, setting: Setting) -> Tier:
    """The tier that a consistent request stands for.

    A long window that follows from the others is rounded up to a whole evaluation interval, and the budget
    with it: what the author wrote stays.
    """
    budget, long, burn = complete(request, setting.period)
    tick = setting.clock.evaluation_interval
    if request.long is None:
        long = math.ceil(long / tick) * tick
        budget = budget_spent(burn, long, setting.period)
    short = request.short
    if short is None:
        short = math.ceil(long / policy.WINDOW_RATIO / tick) * tick
    return Tier(
        name=request.name,
        severity=request.severity,
        long=long,
        short=short,
        burn_rate=burn,
        threshold=burn * setting.budget,
        budget=budget,
    )


class Authored(Struct, frozen=True):
    """A tier and what it was asked for by."""

    tier: Tier
    request: TierRequest


def check_tiers(tiers: Sequence[Authored], setting: Setting, derived: Sequence[Tier]) -> Iterator[Diagnostic]:
    """What keeps authored tiers from doing what they say, with the derived ones as the proposal."""
    for authored in tiers:
        yield from _check_tier(authored, setting, derived)
    for faster, slower in itertools.pairwise(tiers):
        yield from _check_order(faster.tier, slower)
    yield from check_names([authored.request for authored in tiers])


def check_names(requests: Sequence[TierRequest]) -> Iterator[Diagnostic]:
    """Tiers that bear the name of an earlier one."""
    for index, request in enumerate(requests):
        if request.name in [earlier.name for earlier in requests[:index]]:
            message = f"a second tier is named {request.name}; their alerts could not be told apart"
            yield error(request.position_of("name"), "tier/duplicate", message)


def _check_tier(authored: Authored, setting: Setting, derived: Sequence[Tier]) -> Iterator[Diagnostic]:
    tier, place = authored.tier, authored.request.position_of
    if not is_reachable(tier.threshold):
        yield error(
            place("burn_rate"),
            "tier/unreachable",
            f"the {approximate_duration(tier.long)} {tier.severity.value} needs an error ratio above "
            f"{format_decimal(tier.threshold, digits=6)} and can never fire; {_proposal(derived)}",
        )
    elif tier.burn_rate < policy.LOWEST_BURN_RATE:
        yield warning(
            place("burn_rate"),
            "tier/burns-slowly",
            f"tier {tier.name} fires at a burn rate of {format_decimal(tier.burn_rate, digits=4)}, "
            "at which the budget outlasts the period: it alerts while the objective is kept",
        )
    if tier.long >= setting.period:
        yield error(
            place("long"),
            "tier/long-window",
            f"the long window {approximate_duration(tier.long)} is no shorter than the period of "
            f"{approximate_duration(setting.period)}: the budget is gone before the window is full",
        )
    if tier.short >= tier.long:
        yield error(
            place("short"),
            "tier/short-window",
            f"the short window {format_duration(tier.short)} is no shorter than the long one of "
            f"{format_duration(tier.long)}: the alert would not reset sooner",
        )
    elif tier.short < setting.shortest:
        yield error(
            place("short"),
            "tier/short-window",
            f"the short window {format_duration(tier.short)} is shorter than "
            f"{format_duration(setting.shortest)}, which four scrapes, two evaluations and four of the "
            "indicator's own measurements take: one that is missed empties it, and the alert resolves during "
            "the incident",
        )


def _check_order(faster: Tier, slower: Authored) -> Iterator[Diagnostic]:
    tier = slower.tier
    if tier.long <= faster.long or tier.burn_rate >= faster.burn_rate:
        yield error(
            slower.request.position,
            "tier/order",
            f"tier {tier.name} ({_summary(tier)}) comes after {faster.name} ({_summary(faster)}), but a "
            "slower tier has a longer long window and a smaller burn rate: one of the two is never the first "
            "to fire",
        )


def _summary(tier: Tier) -> str:
    return f"{approximate_duration(tier.long)} at {format_decimal(tier.burn_rate, digits=4)}x"


def _proposal(derived: Sequence[Tier]) -> str:
    if not derived:
        return "no default tier fits this objective and period either"
    return "derived for this objective: " + ", ".join(f"{tier.name} {_summary(tier)}" for tier in derived)
