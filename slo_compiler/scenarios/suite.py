"""The rule tests of all services: cases, and for SLOs without any the reason why."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.windows import Pace
from slo_compiler.model.indicator import Latency
from slo_compiler.model.slo import Slo
from slo_compiler.promql.release import PROMETHEUS_3_5, release_named
from slo_compiler.quantities import HOUR, Seconds, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.program import LoweredSlo, Program
from slo_compiler.scenarios.cases import Case, cases_of, late_case
from slo_compiler.scenarios.incidents import premises
from slo_compiler.scenarios.late import MOST_EVALUATIONS, late
from slo_compiler.scenarios.series import series_of, two_groups
from slo_compiler.scenarios.untestable import Untestable

LONGEST_SHIFT: Final = 6 * HOUR
"""How far an SLO may look back to be tested as all others: a test takes three times as long then."""


class Kind(enum.Enum):
    """What a suite is apart for."""

    USUAL = "usual"
    NATIVE = "native"
    """Its native histograms: the promtool of Prometheus 3 reads them."""
    LATE = "late"
    """Its SLOs look back for days, so that its rules are evaluated rarely."""


class Untested(Struct, frozen=True):
    """An SLO without a test, and why, as the rest of a sentence."""

    slo: Slo
    reason: str


class Suite(Struct, frozen=True):
    """The tests of one service's rule file, all of which one promtool can read."""

    service: str
    evaluation_interval: Seconds
    groups: tuple[str, ...]
    """The rule groups in the order of their evaluation: promtool has them all at the same moments."""
    cases: tuple[Case, ...]
    untested: tuple[Untested, ...]
    kind: Kind


def suites(program: Program) -> Iterator[Suite]:
    """The suites of each service: the usual one, and one for each reason there is to be apart."""
    for service, lowered in groupby(program.slos, key=lambda each: each.plan.slo.service):
        slos = list(lowered)
        for kind in Kind:
            own = [each for each in slos if _kind(each.plan) is kind]
            if own:
                yield _suite(service, own, kind)


def untested(plan: Plan) -> Untested | None:
    """Why an SLO has no test; None if it has one."""
    slo = plan.slo
    if not slo.alerts:
        return Untested(slo, "it does not alert")
    shift = premises(plan).shift
    if shift > LONGEST_SHIFT and late(premises(plan)) is None:
        back = format_duration(shift)
        why = f"it looks {back} back, more than {MOST_EVALUATIONS} evaluations of all rules in promtool"
        return Untested(slo, why)
    try:
        for group in two_groups(slo):
            series_of(slo, (), group)
    except Untestable as reason:
        return Untested(slo, str(reason))
    return None


def _suite(service: str, slos: Sequence[LoweredSlo], kind: Kind) -> Suite:
    why_not = {lowered.plan.slo.id: untested(lowered.plan) for lowered in slos}
    tested = [lowered for lowered in slos if why_not[lowered.plan.slo.id] is None]
    interval = slos[0].plan.windows.coarse_interval
    if kind is Kind.LATE:
        chosen = [(lowered, found) for lowered in tested if (found := late(premises(lowered.plan)))]
        interval = min((found.tick for _, found in chosen), default=interval)
        cases = [late_case(lowered, found.tier, interval) for lowered, found in chosen]
    else:
        cases = [case for lowered in tested for case in cases_of(lowered)]
    return Suite(
        service=service,
        evaluation_interval=interval,
        groups=tuple(names.group_name(lowered.plan.slo, pace) for pace in Pace for lowered in slos),
        cases=tuple(_together(cases)),
        untested=tuple(found for found in why_not.values() if found is not None),
        kind=kind,
    )


def _together(cases: Iterable[Case]) -> Iterator[Case]:
    """Cases about the same, of SLOs that read different metrics, as one.

    promtool evaluates all rules of a file in each of its tests: one of several SLOs takes no longer than one
    of a single SLO.
    """
    rounds: dict[str, list[list[Case]]] = {}
    for case in cases:
        of_its_kind = rounds.setdefault(case.about, [])
        free = next((each for each in of_its_kind if not _metrics(each) & _metrics([case])), None)
        if free is None:
            of_its_kind.append([case])
        else:
            free.append(case)
    yield from (_merged(each) for of_one_kind in rounds.values() for each in of_one_kind)


def _metrics(cases: Sequence[Case]) -> set[str]:
    return {series.metric for case in cases for series in case.series}


def _merged(cases: Sequence[Case]) -> Case:
    return replace(
        cases[0],
        slos=tuple(slo for case in cases for slo in case.slos),
        series=tuple(series for case in cases for series in case.series),
        expectations=tuple(expected for case in cases for expected in case.expectations),
    )


def _kind(plan: Plan) -> Kind:
    slo = plan.slo
    if slo.alerts and premises(plan).shift > LONGEST_SHIFT and late(premises(plan)) is not None:
        return Kind.LATE
    native = isinstance(slo.indicator, Latency) and slo.indicator.native
    return Kind.NATIVE if native and release_named(slo.target) < PROMETHEUS_3_5 else Kind.USUAL
