"""The one test of an SLO that looks back for days, as quality by cohort does when labels take as long.

promtool begins at time 0 and evaluates all rules at one interval until the last question, which is a lag
later. So the interval is a long one. Sums over samples of the base window are off then, by one factor for
errors as for events: the ratio is right of what lasts for as long as a window.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from slo_compiler.burnrate.tier import Tier
from slo_compiler.quantities import HOUR, Seconds
from slo_compiler.rules import names
from slo_compiler.scenarios import incidents
from slo_compiler.scenarios.incidents import Premises
from slo_compiler.scenarios.scene import Scene, Script
from slo_compiler.scenarios.timeline import Stretch

MOST_EVALUATIONS: Final = 400
"""Of all rules of a service: promtool takes ten milliseconds for each."""


class Late(Struct, frozen=True):
    """A tier that can be tested, and the interval at which rules have to be evaluated for it."""

    tier: Tier
    tick: Seconds


def late(premises: Premises) -> Late | None:
    """The fastest tier to which promtool gets in time; None if to none."""
    for tier in premises.shape.tiers:
        tick = min(HOUR, tier.short if tier.short > premises.windows.base else tier.long)
        if (premises.shift + 6 * tier.long) / tick <= MOST_EVALUATIONS:
            return Late(tier, tick)
    return None


def late_script(premises: Premises, tier: Tier, tick: Seconds) -> Script:
    """Incidents that last for the long window of a tier: one that must not alert, and one that has to.

    Args:
        premises: the numbers of the SLO.
        tier: the tier.
        tick: how often rules are evaluated; no longer than any window of the tier but the base window.
    """
    scene = Scene(premises, tick)
    events, few, many = incidents.lasting(tier)
    lasts = tier.long + 2 * tick
    begin = scene.evaluation_after(2 * tier.long + tick)
    silent = scene.evaluation_after(begin + lasts)
    fired = scene.evaluation_after(silent + lasts)
    ended = fired + 2 * tick
    resolved = scene.evaluation_after(ended + scene.reset_time(tier))
    stretches = [
        Stretch(scene.scrapes_in(begin), events),
        Stretch(scene.scrapes_in(silent - begin), events, few),
        Stretch(scene.scrapes_in(ended - silent), events, many),
        Stretch(scene.scrapes_in(resolved - ended + 2 * tick), events),
    ]
    alert = names.burn_alert(tier.name)
    return scene.script(
        f"{tier.name} stays silent below its threshold, fires above it, and resolves",
        stretches,
        [scene.never(alert, silent), scene.fires(alert, fired), scene.quiet(alert, resolved)],
        events,
    )
