"""From a resolved SLO to its plan: tiers, windows and times, all of them numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.authored import Authored, check_names, check_request, check_tiers, make_tier
from slo_compiler.burnrate.derive import Repair, Setting, derive
from slo_compiler.burnrate.tier import Tier
from slo_compiler.burnrate.windows import Windows, lay_out
from slo_compiler.diagnostics import Diagnostic, error, has_errors, note
from slo_compiler.model.indicator import ErrorRatio, Quality
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import Seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about an SLO's alerting that is a number.

    ``min_errors`` is None where nothing counts errors; ``absent_hold`` where absent data does not alert.
    """

    slo: Slo
    tiers: tuple[Tier, ...]
    windows: Windows
    min_errors: int | None
    absent_hold: Seconds | None
    repairs: tuple[Repair, ...]

    @property
    def alerting(self) -> tuple[Tier, ...]:
        """The tiers that alert: all of them, or none of an SLO that is only recorded."""
        return self.tiers if self.slo.alerts else ()


# Thousands of SLOs have few objectives and periods between them.
_derive = cache(derive)
_lay_out = cache(lay_out)


def plan(slo: Slo) -> tuple[Plan | None, list[Diagnostic]]:
    """The plan of an SLO and what there is to say about it; no plan comes with an error."""
    setting = Setting(slo.budget, slo.period, slo.clock, slo.cadence)
    unusable = [problem for request in slo.tiers for problem in check_request(request, slo.period)]
    if unusable:
        return None, unusable
    if slo.tiers_are_authored:
        tiers, repairs, found = _authored_tiers(slo, setting)
    else:
        tiers, repairs, found = _derived_tiers(slo, setting)
    if has_errors(found):
        return None, found
    steady = None if slo.tiers_are_authored else policy.steady_base_window(slo.clock, slo.period)
    counts_errors = not isinstance(slo.indicator, ErrorRatio) and slo.min_errors > 1
    made = Plan(
        slo=slo,
        tiers=tiers,
        windows=_lay_out(tiers, slo.clock, steady),
        min_errors=slo.min_errors if counts_errors else None,
        absent_hold=_absent_hold(slo),
        repairs=repairs,
    )
    return made, found


def _derived_tiers(
    slo: Slo, setting: Setting
) -> tuple[tuple[Tier, ...], tuple[Repair, ...], list[Diagnostic]]:
    repeated = list(check_names(slo.tiers))
    if repeated:
        return (), (), repeated
    tiers, repairs = _derive(slo.tiers, setting)
    if not tiers:
        message = "no burn-rate tier fits into the window of this SLO: nothing could ever alert on it"
        return (), repairs, [error(slo.position, "tier/none", message)]
    return (
        tiers,
        repairs,
        [_told(slo, list(changes)) for _, changes in groupby(repairs, lambda each: each.tier) if slo.alerts],
    )


def _told(slo: Slo, repairs: Sequence[Repair]) -> Diagnostic:
    """One note for all that was changed about a tier."""
    changes = "; ".join(f"{repair.before} became {repair.after}: {repair.why}" for repair in repairs)
    return note(slo.position, "tier/derived", f"{slo.id}: tier {repairs[0].tier} was derived anew: {changes}")


def _authored_tiers(
    slo: Slo, setting: Setting
) -> tuple[tuple[Tier, ...], tuple[Repair, ...], list[Diagnostic]]:
    authored = [Authored(make_tier(request, setting), request) for request in slo.tiers]
    proposed, _ = _derive(policy.DEFAULT_TIERS, setting)
    found = list(check_tiers(authored, setting, proposed))
    return tuple(each.tier for each in authored), (), found


def _absent_hold(slo: Slo) -> Seconds | None:
    """How long data may be missing: until an outage would have spent a tier's worth of budget."""
    if not (slo.alerts and slo.absent.enabled):
        return None
    if slo.absent.hold is not None:
        return slo.absent.hold
    spent = policy.HOLD_BUDGET * slo.period * slo.budget
    tick = slo.clock.evaluation_interval
    rounded = math.ceil(spent / tick) * tick
    hold = min(max(rounded, policy.SHORTEST_HOLD), policy.LONGEST_HOLD)
    return hold + slo.indicator.labelling.shift if isinstance(slo.indicator, Quality) else hold
