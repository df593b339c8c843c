"""The scene of a test: when an SLO is scraped and its rules evaluated, and what is asked of its alerts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.burnrate.tier import Tier
from slo_compiler.burnrate.windows import MOST_TILES
from slo_compiler.quantities import Seconds
from slo_compiler.rules import names
from slo_compiler.scenarios.incidents import Premises
from slo_compiler.scenarios.timeline import Course, Stretch

HISTORY: Final = MOST_TILES + 1
"""Base windows of healthy traffic before anything happens: windows of up to a dozen have their tiles then.

promtool evaluates every group at one interval, whatever the rule file says. Here it is that of the coarse
group: sums over its copies are right at no other. Those over the base window are not right at it, and
are what is looked at where tiles are missing.
"""

HISTORY_IN_CADENCES: Final = 6
"""The same where events are rare."""


class Fires(Struct, frozen=True):
    """The alert fires then."""

    alert: str
    at: Seconds


class Quiet(Struct, frozen=True):
    """The alert does not fire then."""

    alert: str
    at: Seconds


class Never(Struct, frozen=True):
    """The alert, or where none is named any of the SLO, has not fired at any time until then."""

    alert: str | None
    at: Seconds


Question: TypeAlias = Fires | Quiet | Never


class Script(Struct, frozen=True):
    """What happens to an SLO, and what its alerts have to say of that."""

    about: str
    """What is tested, in words that hold for any SLO."""
    sick: Course
    """What the SLO lives through, or the first of its groups."""
    healthy: Course
    """What a second group does meanwhile."""
    questions: tuple[Question, ...]


class Scene:
    """The clock of an SLO, and questions about its alerts.

    Args:
        premises: the numbers of the SLO.
        tick: how often promtool evaluates its rules.
    """

    def __init__(self, premises: Premises, tick: Seconds) -> None:
        self.premises = premises
        self.windows = premises.windows
        self.tick = tick
        self.interval = premises.interval
        self.shift = premises.shift
        # A lag that is no whole number of evaluations has everything seen between two of them.
        self.slack = self.evaluation_after(self.shift) - self.evaluation_before(self.shift)

    def scrapes(self, base_windows: int) -> int:
        """How many scrapes so many base windows take."""
        return self.scrapes_in(base_windows * self.windows.base)

    def scrapes_in(self, time: Seconds) -> int:
        """How many scrapes that takes at least."""
        return math.ceil(time / self.interval)

    def history(self, events: int) -> list[Stretch]:
        """Healthy traffic with a restart in its midst."""
        lasts = max(HISTORY * self.windows.base, HISTORY_IN_CADENCES * (self.premises.cadence or 0))
        half = math.ceil(lasts / self.interval / 2)
        return [Stretch(half, events), Stretch(half, events, restarted=True)]

    def length(self, stretches: Sequence[Stretch]) -> Seconds:
        """The time of the last scrape."""
        return (sum(stretch.scrapes for stretch in stretches) - 1) * self.interval

    def reset_time(self, tier: Tier) -> Seconds:
        """After an incident: until its last event left the short window, and the alert was kept firing."""
        grain = self.premises.cadence or Fraction(0)
        slack = self.windows.base + 2 * (self.interval + self.tick)
        return tier.short + tier.keep_firing + grain + slack

    def lag(self, tier: Tier) -> Seconds:
        """How much later an event counts in full in a window that is longer than the history."""
        return self.windows.base if tier.long > MOST_TILES * self.windows.base else Fraction(0)

    def evaluation_after(self, time: Seconds) -> Seconds:
        """The first evaluation that is not before."""
        return math.ceil(time / self.tick) * self.tick

    def evaluation_before(self, time: Seconds) -> Seconds:
        """The last evaluation that is not after."""
        return math.floor(time / self.tick) * self.tick

    @property
    def begins_in_time(self) -> bool:
        """Whether the first data are seen before the alert about absent data has waited for its time.

        They are, unless an SLO looks back for longer than that.
        """
        hold = self.premises.absent_hold
        return not self.shift or hold is None or hold >= self.shift + 2 * (self.interval + self.tick)

    def never_any(self, until: Seconds) -> list[Never]:
        """No alert of the SLO has fired at any time until then."""
        if not self.begins_in_time:
            return [self.never(names.burn_alert(tier.name), until) for tier in self.premises.shape.tiers]
        return [self.never(None, until)]

    def never_absent(self, until: Seconds) -> list[Never]:
        """Nor has that about absent data, where it cannot."""
        return [self.never(names.ABSENT_ALERT, until)] if self.begins_in_time else []

    def never(self, alert: str | None, until: Seconds) -> Never:
        """The alert has not fired at any time until what happens then is seen."""
        return Never(alert, until + self.evaluation_before(self.shift))

    def quiet(self, alert: str, at: Seconds) -> Quiet:
        """The alert does not fire when what happens then is seen."""
        return Quiet(alert, at + self.evaluation_after(self.shift))

    def fires(self, alert: str, at: Seconds) -> Fires:
        """The alert fires when what happens then is seen."""
        return Fires(alert, at + self.evaluation_after(self.shift))

    def script(
        self,
        about: str,
        stretches: Sequence[Stretch],
        questions: Sequence[Question],
        events: int,
        kept: int | None = None,
    ) -> Script:
        """What happens to the first group, while a second one stays healthy, and what is asked.

        Args:
            about: what is tested.
            stretches: what happens.
            questions: what is asked.
            events: those at each scrape of the healthy group.
            kept: for how many scrapes after the last error its series goes on; if not given a base window.
        """
        healthy = [Stretch(stretch.scrapes, events) for stretch in stretches]
        return Script(about, self._course(stretches, kept), self._course(healthy, kept), tuple(questions))

    def _course(self, stretches: Sequence[Stretch], kept: int | None) -> Course:
        return Course(
            tuple(stretches),
            self.interval,
            every=max(1, math.ceil((self.premises.cadence or 0) / self.interval)),
            born=self.scrapes(1) if self.shift else 1,
            kept=self.scrapes(1) if kept is None else kept,
        )
