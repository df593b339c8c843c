"""From a resolved SLO to its plan: tiers, windows and times, all of them numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from msgspec import Struct

from slo_compiler.burnrate import policy
from slo_compiler.burnrate.authored import Authored, check_names, check_request, check_tiers, make_tier
from slo_compiler.burnrate.derive import Repair, Setting, derive
from slo_compiler.burnrate.tier import Tier
from slo_compiler.burnrate.windows import Windows, lay_out
from slo_compiler.diagnostics import Diagnostic, error, has_errors, note
from slo_compiler.model.alerting import TierRequest
from slo_compiler.model.defaults import Clock
from slo_compiler.model.indicator import ErrorRatio, Quality
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import Ratio, Seconds


class Shape(Struct, frozen=True, eq=False):
    """The tiers and windows of all SLOs of an objective, a period and a clock, whatever they measure.

    Thousands of SLOs have few shapes between them: what follows from one is worked out once. There is one of
    the same numbers, so that it is compared as itself: to hash its dozens of fractions takes longer than most
    of what is remembered by it.
    """

    budget: Ratio
    period: Seconds
    tiers: tuple[Tier, ...]
    windows: Windows
    repairs: tuple[Repair, ...]
    usual_hold: Seconds
    """How long data may be missing until that alerts, where the SLO does not say."""


class Plan(Struct, frozen=True):
    """Everything about an SLO's alerting that is a number.

    ``min_errors`` is None where nothing counts errors; ``absent_hold`` where absent data does not alert.
    """

    slo: Slo
    shape: Shape
    min_errors: int | None
    absent_hold: Seconds | None

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers, fastest first."""
        return self.shape.tiers

    @property
    def windows(self) -> Windows:
        """The windows that the tiers look at, and those that these are added up from."""
        return self.shape.windows

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """What was changed about the tiers that were asked for."""
        return self.shape.repairs

    @property
    def alerting(self) -> tuple[Tier, ...]:
        """The tiers that alert: all of them, or none of an SLO that is only recorded."""
        return self.tiers if self.slo.alerts else ()


def plan(slo: Slo) -> tuple[Plan | None, list[Diagnostic]]:
    """The plan of an SLO and what there is to say about it; no plan comes with an error."""
    shape, found = _authored_tiers(slo) if slo.tiers_are_authored else _derived_tiers(slo)
    if shape is None:
        return None, found
    counts_errors = not isinstance(slo.indicator, ErrorRatio) and slo.min_errors > 1
    made = Plan(
        slo=slo,
        shape=shape,
        min_errors=slo.min_errors if counts_errors else None,
        absent_hold=_absent_hold(slo, shape),
    )
    return made, found


def _derived_tiers(slo: Slo) -> tuple[Shape | None, list[Diagnostic]]:
    shape = _derived(slo.tiers, slo.objective, slo.period, slo.clock, slo.cadence)
    if shape is None:
        return None, _undetermined(slo.tiers, slo.period) or [*check_names(slo.tiers)] or [_none_fits(slo)]
    by_tier = groupby(shape.repairs, lambda each: each.tier)
    return shape, [_told(slo, list(changes)) for _, changes in by_tier if slo.alerts]


@cache  # many SLOs have few objectives and periods between them
def _derived(
    requests: tuple[TierRequest, ...],
    objective: Ratio,
    period: Seconds,
    clock: Clock,
    cadence: Seconds | None,
) -> Shape | None:
    """The shape that follows from requests; None where they are none to derive tiers from, or none fits."""
    if _undetermined(requests, period) or any(check_names(requests)):
        return None
    setting = Setting(1 - objective, period, clock, cadence)
    tiers, repairs = derive(requests, setting)
    steady = policy.steady_base_window(clock, period)
    return _shape(tiers, setting, repairs, steady) if tiers else None


def _undetermined(requests: Sequence[TierRequest], period: Seconds) -> list[Diagnostic]:
    return [problem for request in requests for problem in check_request(request, period)]


def _none_fits(slo: Slo) -> Diagnostic:
    message = "no burn-rate tier fits into the window of this SLO: nothing could ever alert on it"
    return error(slo.position, "tier/none", message)


@cache  # there is one shape of the same numbers
def _shape(
    tiers: tuple[Tier, ...], setting: Setting, repairs: tuple[Repair, ...] = (), steady: Seconds | None = None
) -> Shape:
    return Shape(
        setting.budget,
        setting.period,
        tiers,
        lay_out(tiers, setting.clock, steady),
        repairs,
        _usual_hold(setting),
    )


def _usual_hold(setting: Setting) -> Seconds:
    """Until an outage would have spent a tier's worth of budget."""
    spent = policy.HOLD_BUDGET * setting.period * setting.budget
    tick = setting.clock.evaluation_interval
    rounded = math.ceil(spent / tick) * tick
    return min(max(rounded, policy.SHORTEST_HOLD), policy.LONGEST_HOLD)


def _told(slo: Slo, repairs: Sequence[Repair]) -> Diagnostic:
    """One note for all that was changed about a tier."""
    changes = "; ".join(f"{repair.before} became {repair.after}: {repair.why}" for repair in repairs)
    return note(slo.position, "tier/derived", f"{slo.id}: tier {repairs[0].tier} was derived anew: {changes}")


def _authored_tiers(slo: Slo) -> tuple[Shape | None, list[Diagnostic]]:
    undetermined = _undetermined(slo.tiers, slo.period)
    if undetermined:
        return None, undetermined
    setting = Setting(slo.budget, slo.period, slo.clock, slo.cadence)
    authored = [Authored(make_tier(request, setting), request) for request in slo.tiers]
    derived = _derived(policy.DEFAULT_TIERS, slo.objective, slo.period, slo.clock, slo.cadence)
    found = list(check_tiers(authored, setting, derived.tiers if derived else ()))
    return None if has_errors(found) else _shape(tuple(each.tier for each in authored), setting), found


def _absent_hold(slo: Slo, shape: Shape) -> Seconds | None:
    """How long data may be missing until that alerts."""
    if not (slo.alerts and slo.absent.enabled):
        return None
    if slo.absent.hold is not None:
        return slo.absent.hold
    if isinstance(slo.indicator, Quality):
        return shape.usual_hold + slo.indicator.labelling.shift
    return shape.usual_hold
