"""The test cases of an SLO: each tier fires in one and must not in another, and so does absent data.

Series are as short as they can be: where one is younger than a window, its rules fill up the time before with
the traffic seen since, so that a history of some base windows does for any tier.

Times are those of the series. An SLO that looks back, as quality by cohort does, is asked as much later.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.burnrate.windows import MOST_TILES
from slo_compiler.model import labels
from slo_compiler.model.indicator import ErrorRatio
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.release import LOOK_BACK
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import Seconds, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios import incidents
from slo_compiler.scenarios.series import Series, series_of, two_groups
from slo_compiler.scenarios.timeline import Stretch, moments

HISTORY: Final = MOST_TILES + 1
"""Base windows of healthy traffic before anything happens: windows of up to a dozen have their tiles then.

promtool evaluates every group at one interval, whatever the rule file says. Here it is that of the coarse
group: sums over its copies are right at no other. Those over the base window are not right at it, and
are what is looked at where tiles are missing.
"""

HISTORY_IN_CADENCES: Final = 6
"""The same where events are rare."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A query at a time, and the series that it answers, each with the value 1."""

    query: str
    at: Seconds
    series: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What happens to the series of SLOs, and what their alerts have to say of that."""

    about: str
    """What is tested, in words that hold for any SLO."""
    slos: tuple[str, ...]
    """The names of the SLOs, all of one service."""
    interval: Seconds
    """Between two samples of each series."""
    series: tuple[Series, ...]
    expectations: tuple[Expectation, ...]


def cases_of(lowered: LoweredSlo) -> Iterator[Case]:
    """All cases of an SLO.

    Raises:
        Untestable: there is no telling which series the SLO reads.
    """
    scene = _Scene(lowered)
    for tier in lowered.plan.tiers:
        yield _silent(scene, tier)
        yield _firing(scene, tier)
    if incidents.grain(lowered.plan) is None and not isinstance(lowered.plan.slo.indicator, ErrorRatio):
        yield _idle(scene)
    if lowered.plan.absent_hold is not None:
        yield _absent(scene, lowered.plan.absent_hold)


def _silent(scene: _Scene, tier: Tier) -> Case:
    """An incident of half to three quarters of what the tier waits for, and then the service recovers."""
    plan = scene.plan
    events, errors = incidents.load(plan, tier)
    bad = incidents.scrapes_that_do_not(plan, tier)
    stretches = [
        *scene.history(events),
        Stretch(bad, events, errors),
        Stretch(scene.scrapes(2), events),
    ]
    end = scene.evaluation_after(scene.length(stretches))
    return scene.case(
        f"{tier.name} stays silent while less than its share of the budget is spent",
        stretches,
        [scene.never(names.burn_alert(tier.name), end), *scene.never_absent(end)],
        events,
    )


def _firing(scene: _Scene, tier: Tier) -> Case:
    """An incident that spends the budget of the tier, and then the service recovers."""
    plan = scene.plan
    events, errors = incidents.load(plan, tier)
    bad = incidents.scrapes_that_alert(plan, tier)
    history = scene.history(events)
    onset = scene.length(history)
    early = scene.evaluation_before(onset + incidents.scrapes_that_do_not(plan, tier) * scene.interval)
    spent = onset + bad * scene.interval
    fired = scene.evaluation_after(spent + scene.lag(tier))
    outage = max(bad, math.ceil((scene.evaluation_after(spent) + scene.slack - onset) / scene.interval))
    ended = onset + outage * scene.interval
    resolved = scene.evaluation_after(ended + scene.reset_time(tier))
    recovery = math.ceil((resolved - ended) / scene.interval)
    stretches = [*history, Stretch(outage, events, errors), Stretch(recovery, events)]
    alert = names.burn_alert(tier.name)
    return scene.case(
        f"{tier.name} fires when its share of the budget is spent, not before, and resolves",
        stretches,
        [
            scene.never(alert, early),
            scene.fires(alert, fired),
            scene.quiet(alert, resolved),
        ],
        events,
    )


def _idle(scene: _Scene) -> Case:
    """Fewer errors than ``min_errors``, all of the events of an idle service."""
    errors = max(0, (scene.plan.min_errors or 1) - 1)
    before, after = Stretch(scene.scrapes(HISTORY), 0), Stretch(scene.scrapes(HISTORY // 2), 0)
    stretches = [before, Stretch(1, errors, errors), after]
    end = scene.evaluation_after(scene.length(stretches))
    return scene.case(
        "an idle service stays silent on fewer errors than min_errors",
        stretches,
        scene.never_any(end),
        0,
        kept=after.scrapes,
    )


def _absent(scene: _Scene, hold: Seconds) -> Case:
    """The data are gone for as long as the alert waits, and come back."""
    events = 1 if incidents.grain(scene.plan) else 100
    history = scene.history(events)
    gone = scene.length(history)
    waits = LOOK_BACK + scene.interval + hold + scene.slack
    alerted = scene.evaluation_after(gone + scene.windows.base + waits)
    back = math.ceil((alerted + scene.slack - gone) / scene.interval) + 1
    again = Stretch(scene.scrapes(2), events)
    stretches = [*history, Stretch(back, 0, scraped=False), again]
    end = scene.evaluation_after(scene.length(stretches))
    alert = names.ABSENT_ALERT
    return scene.case(
        f"{alert} fires when the data are gone and resolves when they are back",
        stretches,
        [
            *scene.never_absent(scene.evaluation_before(gone)),
            scene.fires(alert, alerted),
            scene.quiet(alert, end),
        ],
        events,
    )


_FIRING: Final = {"alertstate": "firing"}


class _Scene:
    """The clock of an SLO, its groups, and questions about its alerts."""

    def __init__(self, lowered: LoweredSlo) -> None:
        self.plan: Plan = lowered.plan
        self.windows = lowered.plan.windows
        self.tick = self.windows.coarse_interval
        self.interval = incidents.interval(lowered.plan)
        self.shift = incidents.shift(lowered.plan)
        # A lag that is no whole number of evaluations has everything seen between two of them.
        self.slack = self.evaluation_after(self.shift) - self.evaluation_before(self.shift)
        self._alerts = {alert.alert: alert for alert in lowered.alerts()}
        self._groups = two_groups(lowered.plan.slo)

    def scrapes(self, base_windows: int) -> int:
        return math.ceil(base_windows * self.windows.base / self.interval)

    def history(self, events: int) -> list[Stretch]:
        """Healthy traffic with a restart in its midst."""
        lasts = max(HISTORY * self.windows.base, HISTORY_IN_CADENCES * (self.plan.slo.cadence or 0))
        half = math.ceil(lasts / self.interval / 2)
        return [Stretch(half, events), Stretch(half, events, restarted=True)]

    def length(self, stretches: Sequence[Stretch]) -> Seconds:
        """The time of the last scrape."""
        return (sum(stretch.scrapes for stretch in stretches) - 1) * self.interval

    def reset_time(self, tier: Tier) -> Seconds:
        """After an incident: until its last event left the short window, and the alert was kept firing."""
        grain = self.plan.slo.cadence or Fraction(0)
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
        hold = self.plan.absent_hold
        return not self.shift or hold is None or hold >= self.shift + 2 * (self.interval + self.tick)

    def never_any(self, until: Seconds) -> list[Expectation]:
        """No alert of the SLO has fired at any time until then."""
        if not self.begins_in_time:
            return [self.never(names.burn_alert(tier.name), until) for tier in self.plan.tiers]
        return [self._never(_alerts({labels.SLO_ID: self.plan.slo.id, **_FIRING}), until)]

    def never_absent(self, until: Seconds) -> list[Expectation]:
        """Nor has that about absent data, where it cannot."""
        return [self.never(names.ABSENT_ALERT, until)] if self.begins_in_time else []

    def never(self, alert: str, until: Seconds) -> Expectation:
        """The alert has not fired at any time until then."""
        return self._never(self._firing(alert), until)

    def quiet(self, alert: str, at: Seconds) -> Expectation:
        """The alert does not fire then."""
        return Expectation(self._firing(alert), at + self.evaluation_after(self.shift))

    def fires(self, alert: str, at: Seconds) -> Expectation:
        """The alert fires then, for the first group alone, with just the labels that its route is by."""
        seen = at + self.evaluation_after(self.shift)
        return Expectation(self._firing(alert), seen, (self._series(self._alerts[alert]),))

    def case(
        self,
        about: str,
        stretches: Sequence[Stretch],
        expectations: Sequence[Expectation],
        events: int,
        kept: int | None = None,
    ) -> Case:
        healthy = [Stretch(stretch.scrapes, events) for stretch in stretches]
        happens = zip(self._groups, (stretches, healthy), strict=False)
        return Case(
            about,
            (self.plan.slo.name,),
            self.interval,
            tuple(each for group, lived in happens for each in self._lived(lived, group, kept)),
            tuple(expectations),
        )

    def _lived(
        self, stretches: Sequence[Stretch], group: Mapping[str, str], kept: int | None
    ) -> list[Series]:
        every = max(1, math.ceil((self.plan.slo.cadence or 0) / self.interval))
        kept = self.scrapes(1) if kept is None else kept
        born = self.scrapes(1) if self.shift else 1
        return series_of(
            self.plan.slo, moments(stretches, self.interval, every=every, born=born, kept=kept), group
        )

    def _never(self, query: str, until: Seconds) -> Expectation:
        seen = until + self.evaluation_before(self.shift)
        return Expectation(_ever(query, seen), seen)

    def _firing(self, alert: str) -> str:
        return _alerts({"alertname": alert, labels.SLO_ID: self.plan.slo.id, **_FIRING})

    def _series(self, alert: AlertingRule) -> str:
        return _alerts({"alertname": alert.alert, **_FIRING, **self._groups[0], **alert.labels})


def _alerts(having: Mapping[str, str]) -> str:
    return selector(
        "ALERTS", [matcher(label, MatchOperator.EQUAL, having[label]) for label in sorted(having)]
    )


def _ever(query: str, until: Seconds) -> str:
    return f"count_over_time({query}[{format_duration(until)}])"
