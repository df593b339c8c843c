"""Which windows are recorded, and from what each is added up.

The base window reads raw series. A window under a day is a whole number of earlier ones, its tiles, so that
it is exact and as fast as one over raw series; a longer one is a sum over a coarse copy of the base window,
where a few minutes at its ends do not matter. The few that are neither read raw series too.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import DAY, MINUTE, Seconds

MOST_TILES: Final = 12
"""More look-ups than this in a rule are no longer read by a reviewer."""

LONGEST_SLOW_INTERVAL: Final = 4 * MINUTE
"""Below the look-back of 5 minutes, so that an instant query never falls between two samples."""


class Pace(enum.Enum):
    """How often a rule is evaluated."""

    FAST = "fast"
    """Every evaluation interval: what pages."""
    SLOW = "slow"
    """Every slow interval: long windows and the period."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Read from the indicator's own series."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """``count`` windows of length ``of``, one after the other."""

    of: Seconds
    count: int


@dataclass(frozen=True, slots=True)
class RunningSum:
    """The sum of a coarse copy of the base window, each event counted the same number of times."""


Source: TypeAlias = Raw | Tiles | RunningSum


@dataclass(frozen=True, slots=True)
class Window:
    """A recorded window."""

    length: Seconds
    source: Source
    pace: Pace


@dataclass(frozen=True, slots=True)
class Windows:
    """All windows of a plan, shortest first, each after those that it is added up from."""

    base: Seconds
    evaluation_interval: Seconds
    slow_interval: Seconds
    scrape_interval: Seconds
    recorded: tuple[Window, ...]

    def interval(self, pace: Pace) -> Seconds:
        """How often rules of a pace are evaluated."""
        return self.evaluation_interval if pace is Pace.FAST else self.slow_interval

    def overlap(self, pace: Pace) -> int:
        """How many samples of the base window, at a pace, count the same event."""
        return int(self.base / self.interval(pace))


def pace_of(tier: Tier) -> Pace:
    """How often a tier's alert is evaluated."""
    return Pace.SLOW if tier.long >= policy.SLOW_TIER else Pace.FAST


def lay_out(tiers: Sequence[Tier], clock: Clock) -> Windows:
    """The windows that the tiers need, and how each is added up."""
    base = _base_window(tiers, clock)
    needed = {length: pace for pace in (Pace.SLOW, Pace.FAST) for length in _lengths(tiers, pace)}
    needed[base] = Pace.FAST
    windows = Windows(
        base=base,
        evaluation_interval=clock.evaluation_interval,
        slow_interval=_slow_interval(base, clock.evaluation_interval),
        scrape_interval=clock.scrape_interval,
        recorded=(),
    )
    for length, pace in sorted(needed.items()):
        window = Window(length, _source(length, pace, windows), pace)
        windows = replace(windows, recorded=(*windows.recorded, window))
    return windows


def _lengths(tiers: Iterable[Tier], pace: Pace) -> set[Seconds]:
    return {length for tier in tiers if pace_of(tier) is pace for length in (tier.short, tier.long)}


def _base_window(tiers: Sequence[Tier], clock: Clock) -> Seconds:
    """The longest one, up to the declared one, that every short window is a whole multiple of.

    Where none long enough for a rate is, the declared one or a short window that is shorter.
    """
    tick = clock.evaluation_interval
    shorts = [tier.short for tier in tiers]
    shortest = policy.shortest_short_window(clock.scrape_interval, tick, None)
    for ticks in range(int(clock.base_window / tick), 0, -1):
        base = ticks * tick
        if base >= shortest and all(_divides(base, short) for short in shorts):
            return base
    return min([clock.base_window, *(short for short in shorts if _divides(tick, short))])


def _source(length: Seconds, pace: Pace, windows: Windows) -> Source:
    if length >= DAY:
        return RunningSum()
    for tile in reversed(windows.recorded):
        count = length / tile.length
        if count.denominator == 1 and count <= MOST_TILES and _can_tile(tile, pace, windows):
            return Tiles(tile.length, int(count))
    if pace is Pace.SLOW and length > MOST_TILES * windows.base:
        return RunningSum()
    return Raw()


def _can_tile(tile: Window, pace: Pace, windows: Windows) -> bool:
    """Whether a window of a pace finds a fresh sample of the tile at every multiple of the tile's length."""
    return tile.pace in (pace, Pace.FAST) and _divides(windows.interval(tile.pace), tile.length)


def _divides(part: Seconds, whole: Seconds) -> bool:
    return (whole / part).denominator == 1


def _slow_interval(base: Seconds, evaluation: Seconds) -> Seconds:
    """The longest interval that divides the base window into whole evaluations, within the look-back."""
    ticks = int(base / evaluation)
    return max(
        (
            base / parts
            for parts in range(1, ticks + 1)
            if ticks % parts == 0 and base / parts <= LONGEST_SLOW_INTERVAL
        ),
        default=evaluation,
    )
