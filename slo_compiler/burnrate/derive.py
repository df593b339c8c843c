"""Tiers for this very objective and period: the table's, repaired where it does not hold, each repair told.

Every peer ships the table's constants as they are, and with them pages that cannot fire: 14.4 needs an
objective above 93.06 %. Here each repair is a function from draft to draft, applied in the order of the list.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.tier import Tier, budget_spent, burn_rate, long_window
from slo_compiler.model.alerting import TierRequest
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import (
    Ratio,
    Seconds,
    approximate_duration,
    format_decimal,
    format_duration,
    format_percent,
)


class Repair(Struct, frozen=True):
    """A change to a default tier, in words: what it was, what it is and why."""

    tier: str
    before: str
    after: str
    why: str

    def __str__(self) -> str:
        return f"{self.tier}: {self.before} became {self.after}, because {self.why}"


class Setting(Struct, frozen=True):
    """What tiers are derived for."""

    budget: Ratio
    """One minus the objective."""
    period: Seconds
    clock: Clock
    cadence: Seconds | None

    @property
    def shortest(self) -> Seconds:
        """The shortest short window that can be trusted."""
        return policy.shortest_short_window(
            self.clock.scrape_interval, self.clock.evaluation_interval, self.cadence
        )


class Draft(Struct, frozen=True):
    """A tier on its way to be one. ``grids`` are what its windows may be multiples of, best first."""

    request: TierRequest
    budget: Ratio
    long: Seconds
    short: Seconds
    burn_rate: Ratio
    grids: tuple[Seconds, ...]
    faster: Ratio | None
    """The burn rate of the next faster tier."""
    repairs: tuple[Repair, ...] = ()

    def repaired(self, before: str, after: str, why: str) -> tuple[Repair, ...]:
        """The repairs so far and one more."""
        return (*self.repairs, Repair(self.request.name, before, after, why))

    def unit(self, long: Seconds) -> Seconds:
        """What a long window of about this length is made a whole multiple of."""
        units = [policy.WINDOW_RATIO * grid for grid in self.grids]
        return next((unit for unit in units if unit <= long), units[-1])


def derive(requests: Sequence[TierRequest], setting: Setting) -> tuple[tuple[Tier, ...], tuple[Repair, ...]]:
    """The tiers for an objective and a period, fastest first, and what had to be changed to get them.

    No tier at all comes back when none fits into the period.
    """
    drafts: list[Draft] = []
    repairs: list[Repair] = []
    for request in requests:
        draft = _start(request, setting, drafts)
        for repair in REPAIRS:
            draft = repair(draft, setting)
        rejection = _rejection(draft, drafts, setting)
        if rejection is None:
            drafts.append(draft)
            repairs += draft.repairs
        else:
            repairs.append(rejection)
    return tuple(_finish(draft, setting) for draft in drafts), tuple(repairs)


def complete(request: TierRequest, period: Seconds) -> tuple[Ratio, Seconds, Ratio]:
    """Budget, long window and burn rate of a request that gives two of the three."""
    match request:
        case TierRequest(budget=Fraction() as budget, long=Fraction() as long):
            return budget, long, burn_rate(budget, long, period)
        case TierRequest(budget=Fraction() as budget, burn_rate=Fraction() as burn):
            return budget, long_window(budget, burn, period), burn
        case TierRequest(long=Fraction() as long, burn_rate=Fraction() as burn):
            return budget_spent(burn, long, period), long, burn
        case _:
            raise ValueError(f"tier {request.name} needs two of budget, long and burn_rate")


def _start(request: TierRequest, setting: Setting, faster: Sequence[Draft]) -> Draft:
    budget, long, burn = complete(request, setting.period)
    grids = (
        *(draft.short for draft in faster[-1:]),
        setting.clock.base_window,
        setting.clock.evaluation_interval,
    )
    ahead = faster[-1].burn_rate if faster else None
    return Draft(request, budget, long, long / policy.WINDOW_RATIO, burn, grids, ahead)


def _shorten_for_short_period(draft: Draft, setting: Setting) -> Draft:
    """A window of a few hours would be a large part of a period of a day."""
    if setting.period >= policy.SHORT_PERIOD or draft.request.long is None:
        return draft
    long = draft.long * setting.period / policy.SHORT_PERIOD
    burn = burn_rate(draft.budget, long, setting.period)
    why = f"the period is only {approximate_duration(setting.period)}"
    repairs = draft.repaired(_window(draft.long), _window(long), why)
    return replace(draft, long=long, burn_rate=burn, repairs=repairs)


def _round_up(draft: Draft, setting: Setting) -> Draft:
    """Windows that are whole multiples of each other can be added up from one another without error."""
    unit = draft.unit(draft.long)
    long = math.ceil(draft.long / unit) * unit
    if long == draft.long:
        return replace(draft, short=long / policy.WINDOW_RATIO)
    why = f"windows have to be whole multiples of {approximate_duration(unit)} to be added up exactly"
    repairs = draft.repaired(_window(draft.long), _window(long), why)
    if draft.request.burn_rate is not None:
        burn = draft.burn_rate
        budget = budget_spent(burn, long, setting.period)
    else:
        budget = draft.budget
        burn = burn_rate(budget, long, setting.period)
    short = long / policy.WINDOW_RATIO
    return replace(draft, budget=budget, long=long, short=short, burn_rate=burn, repairs=repairs)


def _raise_burn_rate(draft: Draft, setting: Setting) -> Draft:
    """A burn that leaves the budget days to live is no reason for a tier this fast."""
    worthwhile = policy.lowest_burn_rate(draft.request.name)
    affordable = burn_rate(policy.HIGHEST_BUDGET, draft.long, setting.period)
    floor = max(min(worthwhile, affordable, _highest_burn_rate(setting)), policy.LOWEST_BURN_RATE)
    if draft.burn_rate >= floor or _would_overtake(draft, floor):
        return draft
    budget = budget_spent(floor, draft.long, setting.period)
    why = f"a burn of {_times(draft.burn_rate)} the allowed rate is too slow for a {draft.request.name} tier"
    repairs = draft.repaired(_spent(draft.budget), f"{_spent(budget)} at {_times(floor)}", why)
    return replace(draft, budget=budget, burn_rate=floor, repairs=repairs)


def _would_overtake(draft: Draft, floor: Ratio) -> bool:
    """Whether the draft burns slower than the next faster tier, and would not any more at the floor."""
    return draft.faster is not None and policy.LOWEST_BURN_RATE < draft.burn_rate < draft.faster <= floor


def _lower_threshold(draft: Draft, setting: Setting) -> Draft:
    """An error ratio cannot pass 1, and a tier that waits for nearly that sees only total outages."""
    highest = _highest_burn_rate(setting)
    if draft.burn_rate <= highest:
        return draft
    threshold = draft.burn_rate * setting.budget
    needed = long_window(draft.budget, highest, setting.period)
    unit = draft.unit(needed)
    why = f"an error ratio above {format_percent(threshold, digits=4)} " + (
        "cannot be" if threshold >= 1 else "is too much to wait for"
    )
    return _lengthened(draft, math.ceil(needed / unit) * unit, why, setting)


def _fall_behind(draft: Draft, setting: Setting) -> Draft:
    """A tier that is slower and yet needs a faster burn than the one before it never fires first."""
    if draft.faster is None or draft.burn_rate < draft.faster or draft.faster <= policy.LOWEST_BURN_RATE:
        return draft
    needed = long_window(draft.budget, draft.faster, setting.period)
    unit = draft.unit(needed)
    why = f"the next faster tier fires at {_times(draft.faster)} already"
    return _lengthened(draft, (needed // unit + 1) * unit, why, setting)


def _lengthened(draft: Draft, long: Seconds, why: str, setting: Setting) -> Draft:
    """The draft with a longer window for the same share of the budget, unless that would burn too slowly."""
    burn = max(burn_rate(draft.budget, long, setting.period), policy.LOWEST_BURN_RATE)
    budget = budget_spent(burn, long, setting.period)
    before = f"{_window(draft.long)} at {_times(draft.burn_rate)}"
    repairs = draft.repaired(before, f"{_window(long)} at {_times(burn)}", why)
    short = long / policy.WINDOW_RATIO
    return replace(draft, budget=budget, long=long, short=short, burn_rate=burn, repairs=repairs)


def _highest_burn_rate(setting: Setting) -> Ratio:
    """The burn rate whose threshold is as high as a derived one may be."""
    return max(policy.HIGHEST_THRESHOLD / setting.budget, policy.LOWEST_BURN_RATE)


def _fit_short(draft: Draft, setting: Setting) -> Draft:
    """A short window without enough samples is empty at the first missed scrape, and the tier is blind."""
    why = f"a window shorter than {approximate_duration(setting.shortest)} may hold too few samples"
    for parts in policy.SHORT_WINDOW_PARTS:
        short = draft.long / parts
        if short >= setting.shortest:
            if parts == policy.WINDOW_RATIO:
                return draft
            before = f"short window {approximate_duration(draft.short)}"
            repairs = draft.repaired(before, approximate_duration(short), why)
            return replace(draft, short=short, repairs=repairs)
    grid = policy.steady_base_window(setting.clock, setting.period) or setting.clock.evaluation_interval
    short = math.ceil(setting.shortest / grid) * grid
    long = 2 * short
    repairs = draft.repaired(_window(draft.long), _window(long), why)
    burn = burn_rate(draft.budget, long, setting.period)
    longer = replace(draft, long=long, short=short, burn_rate=burn, repairs=repairs)
    return _raise_burn_rate(longer, setting)


REPAIRS: Final = (
    _shorten_for_short_period,
    _round_up,
    _raise_burn_rate,
    _lower_threshold,
    _fall_behind,
    _fit_short,
)
"""In this order: each leaves alone what those before it have mended."""


def _rejection(draft: Draft, faster: Sequence[Draft], setting: Setting) -> Repair | None:
    """Why the draft is no tier of its own, if it is not."""
    name = draft.request.name
    if draft.long >= setting.period:
        period = approximate_duration(setting.period)
        return Repair(name, _window(draft.long), "no tier", f"that is no shorter than the period of {period}")
    if faster and (draft.long <= faster[-1].long or draft.burn_rate >= faster[-1].burn_rate):
        kept = faster[-1].request.name
        why = f"with {_window(draft.long)} at {_times(draft.burn_rate)} it would add nothing to {kept}"
        return Repair(name, "a tier of its own", f"part of {kept}", why)
    return None


def _finish(draft: Draft, setting: Setting) -> Tier:
    return Tier(
        name=draft.request.name,
        severity=draft.request.severity,
        long=draft.long,
        short=draft.short,
        burn_rate=draft.burn_rate,
        threshold=draft.burn_rate * setting.budget,
        budget=draft.budget,
    )


def _window(long: Seconds) -> str:
    return f"long window {format_duration(Fraction(round(long)))}"


def _spent(budget: Ratio) -> str:
    return f"{format_percent(budget, digits=3)} of the budget"


def _times(burn: Ratio) -> str:
    return f"{format_decimal(burn, digits=4)}x"
