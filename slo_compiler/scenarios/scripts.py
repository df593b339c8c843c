"""What happens to an SLO in each of its tests and what is then asked of its alerts, in numbers alone.

Each tier fires in one and must not in another, and so does absent data. Series are as short as they can be:
where one is younger than a window, its rules fill up the time before with the traffic seen since, so that a
history of some base windows does for any tier.

Times are those of the series. An SLO that looks back, as quality by cohort does, is asked as much later.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, TypeAlias

from slo_compiler.burnrate.tier import Tier
from slo_compiler.burnrate.windows import MOST_TILES
from slo_compiler.promql.release import LOOK_BACK
from slo_compiler.quantities import Seconds
from slo_compiler.rules import names
from slo_compiler.scenarios import incidents
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


@dataclass(frozen=True, slots=True)
class Fires:
    """The alert fires then."""

    alert: str
    at: Seconds


@dataclass(frozen=True, slots=True)
class Quiet:
    """The alert does not fire then."""

    alert: str
    at: Seconds


@dataclass(frozen=True, slots=True)
class Never:
    """The alert, or where none is named any of the SLO, has not fired at any time until then."""

    alert: str | None
    at: Seconds


Question: TypeAlias = Fires | Quiet | Never


@dataclass(frozen=True, slots=True)
class Script:
    """What happens to an SLO, and what its alerts have to say of that."""

    about: str
    """What is tested, in words that hold for any SLO."""
    sick: Course
    """What the SLO lives through, or the first of its groups."""
    healthy: Course
    """What a second group does meanwhile."""
    questions: tuple[Question, ...]


@lru_cache(
    maxsize=1024
)  # it is arithmetic in fractions, and the same for all SLOs of an objective and a kind
def scripts(premises: Premises) -> tuple[Script, ...]:
    """All scripts for SLOs of these numbers."""
    return tuple(_scripts(_Scene(premises)))


def _scripts(scene: _Scene) -> Iterator[Script]:
    premises = scene.premises
    for tier in premises.shape.tiers:
        yield _silent(scene, tier)
        yield _firing(scene, tier)
    if premises.grain is None and premises.has_counts:
        yield _idle(scene)
    if premises.absent_hold is not None:
        yield _absent(scene, premises.absent_hold)


def _silent(scene: _Scene, tier: Tier) -> Script:
    """An incident of half to three quarters of what the tier waits for, and then the service recovers."""
    premises = scene.premises
    events, errors = incidents.load(premises, tier)
    bad = incidents.scrapes_that_do_not(premises, tier)
    stretches = [
        *scene.history(events),
        Stretch(bad, events, errors),
        Stretch(scene.scrapes(2), events),
    ]
    end = scene.evaluation_after(scene.length(stretches))
    return scene.script(
        f"{tier.name} stays silent while less than its share of the budget is spent",
        stretches,
        [scene.never(names.burn_alert(tier.name), end), *scene.never_absent(end)],
        events,
    )


def _firing(scene: _Scene, tier: Tier) -> Script:
    """An incident that spends the budget of the tier, and then the service recovers."""
    premises = scene.premises
    events, errors = incidents.load(premises, tier)
    bad = incidents.scrapes_that_alert(premises, tier)
    history = scene.history(events)
    onset = scene.length(history)
    early = scene.evaluation_before(onset + incidents.scrapes_that_do_not(premises, tier) * scene.interval)
    spent = onset + bad * scene.interval
    fired = scene.evaluation_after(spent + scene.lag(tier))
    outage = max(bad, math.ceil((scene.evaluation_after(spent) + scene.slack - onset) / scene.interval))
    ended = onset + outage * scene.interval
    resolved = scene.evaluation_after(ended + scene.reset_time(tier))
    recovery = math.ceil((resolved - ended) / scene.interval)
    stretches = [*history, Stretch(outage, events, errors), Stretch(recovery, events)]
    alert = names.burn_alert(tier.name)
    return scene.script(
        f"{tier.name} fires when its share of the budget is spent, not before, and resolves",
        stretches,
        [
            scene.never(alert, early),
            scene.fires(alert, fired),
            scene.quiet(alert, resolved),
        ],
        events,
    )


def _idle(scene: _Scene) -> Script:
    """Fewer errors than ``min_errors``, all of the events of an idle service."""
    errors = max(0, (scene.premises.min_errors or 1) - 1)
    before, after = Stretch(scene.scrapes(HISTORY), 0), Stretch(scene.scrapes(HISTORY // 2), 0)
    stretches = [before, Stretch(1, errors, errors), after]
    end = scene.evaluation_after(scene.length(stretches))
    return scene.script(
        "an idle service stays silent on fewer errors than min_errors",
        stretches,
        scene.never_any(end),
        0,
        kept=after.scrapes,
    )


def _absent(scene: _Scene, hold: Seconds) -> Script:
    """The data are gone for as long as the alert waits, and come back."""
    events = 1 if scene.premises.grain else 100
    history = scene.history(events)
    gone = scene.length(history)
    waits = LOOK_BACK + scene.interval + hold + scene.slack
    alerted = scene.evaluation_after(gone + scene.windows.base + waits)
    back = math.ceil((alerted + scene.slack - gone) / scene.interval) + 1
    again = Stretch(scene.scrapes(2), events)
    stretches = [*history, Stretch(back, 0, scraped=False), again]
    end = scene.evaluation_after(scene.length(stretches))
    alert = names.ABSENT_ALERT
    return scene.script(
        f"{alert} fires when the data are gone and resolves when they are back",
        stretches,
        [
            *scene.never_absent(scene.evaluation_before(gone)),
            scene.fires(alert, alerted),
            scene.quiet(alert, end),
        ],
        events,
    )


class _Scene:
    """The clock of an SLO, and questions about its alerts."""

    def __init__(self, premises: Premises) -> None:
        self.premises = premises
        self.windows = premises.windows
        self.tick = self.windows.coarse_interval
        self.interval = premises.interval
        self.shift = premises.shift
        # A lag that is no whole number of evaluations has everything seen between two of them.
        self.slack = self.evaluation_after(self.shift) - self.evaluation_before(self.shift)

    def scrapes(self, base_windows: int) -> int:
        return math.ceil(base_windows * self.windows.base / self.interval)

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
        return math.ceil(time / self.tick) * self.tick

    def evaluation_before(self, time: Seconds) -> Seconds:
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
        return Never(alert, until + self.evaluation_before(self.shift))

    def quiet(self, alert: str, at: Seconds) -> Quiet:
        return Quiet(alert, at + self.evaluation_after(self.shift))

    def fires(self, alert: str, at: Seconds) -> Fires:
        return Fires(alert, at + self.evaluation_after(self.shift))

    def script(
        self,
        about: str,
        stretches: Sequence[Stretch],
        questions: Sequence[Question],
        events: int,
        kept: int | None = None,
    ) -> Script:
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
