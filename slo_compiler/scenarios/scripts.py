"""What happens to an SLO in each of its tests and what is then asked of its alerts, in numbers alone.

Each tier fires in one and must not in another, and so does absent data. Series are as short as they can be:
where one is younger than a window, its rules fill up the time before with the traffic seen since, so that a
history of some base windows does for any tier.

Times are those of the series. An SLO that looks back, as quality by cohort does, is asked as much later.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from slo_compiler.burnrate.tier import Tier
from slo_compiler.promql.release import LOOK_BACK
from slo_compiler.quantities import Seconds
from slo_compiler.rules import names
from slo_compiler.scenarios import incidents
from slo_compiler.scenarios.incidents import Premises
from slo_compiler.scenarios.scene import HISTORY, Scene, Script
from slo_compiler.scenarios.timeline import Stretch


@lru_cache(
    maxsize=1024
)  # it is arithmetic in fractions, and the same for all SLOs of an objective and a kind
def scripts(premises: Premises) -> tuple[Script, ...]:
    """All scripts for SLOs of these numbers."""
    return tuple(_scripts(Scene(premises, premises.windows.coarse_interval)))


def _scripts(scene: Scene) -> Iterator[Script]:
    premises = scene.premises
    for tier in premises.shape.tiers:
        yield _silent(scene, tier)
        yield _firing(scene, tier)
    if premises.grain is None and premises.has_counts:
        yield _idle(scene)
    if premises.absent_hold is not None:
        yield _absent(scene, premises.absent_hold)


def _silent(scene: Scene, tier: Tier) -> Script:
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


def _firing(scene: Scene, tier: Tier) -> Script:
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


def _idle(scene: Scene) -> Script:
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


def _absent(scene: Scene, hold: Seconds) -> Script:
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
