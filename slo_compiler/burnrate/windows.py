"""Which windows are recorded, and from what each is added up.

The base window reads raw series. Every other one is a whole number of earlier ones, its tiles, so that it is
exact and as fast as one over raw series, however long. The few that no tiles fill read raw series too.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from typing import Final, TypeAlias, assert_never

from msgspec import Struct

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import MINUTE, Seconds

MOST_TILES: Final = 12
"""More look-ups of one window than this in a rule are no longer read by a reviewer."""

LONGEST_SLOW_INTERVAL: Final = 4 * MINUTE
"""Below the look-back of 5 minutes, so that an instant query never falls between two samples."""

LONGEST_COARSE_INTERVAL: Final = 5 * MINUTE
"""Copies are read over ranges alone, which have no look-back; with rarer ones the budget would be late."""


class Pace(enum.Enum):
    """How often a rule is evaluated."""

    FAST = "fast"
    """Every evaluation interval: all that alerts."""
    SLOW = "slow"
    """Every slow interval: what reads the period, and what describes."""
    COARSE = "coarse"
    """Every coarse interval: the copies that days are read from."""


class Raw(Struct, frozen=True):
    """Read from the indicator's own series."""


class Tiles(Struct, frozen=True):
    """Shorter windows, one after the other: their lengths, from now into the past."""

    lengths: tuple[Seconds, ...]


class RunningSum(Struct, frozen=True):
    """The sum of all samples of the base window, each event counted the same number of times."""


Source: TypeAlias = Raw | Tiles | RunningSum


class Window(Struct, frozen=True):
    """A recorded window."""

    length: Seconds
    source: Source


class Windows(Struct, frozen=True):
    """All windows of a plan, shortest first, each after those that it is added up from."""

    base: Seconds
    evaluation_interval: Seconds
    slow_interval: Seconds
    coarse_interval: Seconds
    scrape_interval: Seconds
    recorded: tuple[Window, ...]

    def interval(self, pace: Pace) -> Seconds:
        """How often rules of a pace are evaluated."""
        match pace:
            case Pace.FAST:
                return self.evaluation_interval
            case Pace.SLOW:
                return self.slow_interval
            case Pace.COARSE:
                return self.coarse_interval
            case _:
                assert_never(pace)

    def overlap(self, pace: Pace) -> int:
        """How many samples of the base window, at a pace, count the same event."""
        return int(self.base / self.interval(pace))

    def history(self, length: Seconds) -> Pace:
        """Which samples of the base window are read where tiles are missing: of a long one only a few."""
        return Pace.FAST if length <= MOST_TILES * self.base else Pace.COARSE


def lay_out(tiers: Sequence[Tier], clock: Clock, steady_base: Seconds | None = None) -> Windows:
    """The windows that the tiers need, and how each is added up.

    Args:
        tiers: the tiers.
        clock: what is declared about scrapes and evaluations.
        steady_base: the base window to take if it suits. What windows stand on must not hang on the
            objective: another base window begins without history, and with it all that is added up from it.
    """
    base = _base_window(tiers, clock, steady_base)
    recorded = [Window(base, Raw())]
    for length in sorted({*_lengths(tiers)} - {base}):
        recorded += _stepping_stones(length, base, recorded)
        recorded.append(Window(length, _source(length, base, recorded, clock)))
    return Windows(
        base=base,
        evaluation_interval=clock.evaluation_interval,
        slow_interval=_slow_interval(base, clock.evaluation_interval),
        coarse_interval=_coarse_interval(base, clock.evaluation_interval),
        scrape_interval=clock.scrape_interval,
        recorded=tuple(sorted(recorded, key=lambda window: window.length)),
    )


def _lengths(tiers: Sequence[Tier]) -> list[Seconds]:
    return [length for tier in tiers for length in (tier.short, tier.long)]


def _base_window(tiers: Sequence[Tier], clock: Clock, steady: Seconds | None) -> Seconds:
    """The steady one where it adds up to every window but short ones; else what all short windows consist of.

    Where nothing long enough for a rate is that, the declared one or a short window that is shorter.
    """
    if steady is not None and all(
        _divides(steady, length) or length <= MOST_TILES * steady for length in _lengths(tiers)
    ):
        return steady
    tick = clock.evaluation_interval
    shorts = [tier.short for tier in tiers]
    shortest = policy.shortest_short_window(clock.scrape_interval, tick, None)
    for ticks in range(int(clock.base_window / tick), 0, -1):
        base = ticks * tick
        if base >= shortest and all(_divides(base, short) for short in shorts):
            return base
    return min([clock.base_window, *(short for short in shorts if _divides(tick, short))])


def _stepping_stones(length: Seconds, base: Seconds, recorded: Sequence[Window]) -> list[Window]:
    """Windows that no tier looks at, without which this one would need too many tiles; all are shorter."""
    stones: list[Window] = []
    tile = max(each.length for each in recorded if _divides(base, each.length))
    while _divides(base, length) and length / tile > MOST_TILES:
        stones.append(Window(tile * MOST_TILES, Tiles((tile,) * MOST_TILES)))
        tile *= MOST_TILES
    return stones


def _source(length: Seconds, base: Seconds, recorded: Sequence[Window], clock: Clock) -> Source:
    grid = clock.evaluation_interval
    on_grid = sorted(each.length for each in recorded if each.length < length and _divides(grid, each.length))
    for longest in range(len(on_grid), 0, -1):
        tiles = _fill(length, on_grid[:longest])
        if tiles is not None:
            return Tiles(tiles)
    return Raw() if length <= MOST_TILES * base else RunningSum()


def _fill(length: Seconds, tiles: Sequence[Seconds]) -> tuple[Seconds, ...] | None:
    """The window as tiles, as many of the longest as fit, then of the next; None where a part stays empty."""
    filled: tuple[Seconds, ...] = ()
    for tile in reversed(tiles):
        count = math.floor(length / tile)
        if count > MOST_TILES:
            return None
        filled += (tile,) * count
        length -= count * tile
    return filled if length == 0 else None


def _divides(part: Seconds, whole: Seconds) -> bool:
    return (whole / part).denominator == 1


def _slow_interval(base: Seconds, evaluation: Seconds) -> Seconds:
    """The longest interval of whole evaluations within the look-back, and no longer than the base window."""
    return max(min(LONGEST_SLOW_INTERVAL, base) // evaluation, 1) * evaluation


def _coarse_interval(base: Seconds, evaluation: Seconds) -> Seconds:
    """The longest interval that divides the base window into whole evaluations, if possible all of it."""
    ticks = int(base / evaluation)
    return max(
        (
            base / parts
            for parts in range(1, ticks + 1)
            if ticks % parts == 0 and base / parts <= LONGEST_COARSE_INTERVAL
        ),
        default=evaluation,
    )
