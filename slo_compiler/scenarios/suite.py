"""The rule tests of all services: cases, and for SLOs without any the reason why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from slo_compiler.burnrate.windows import Pace
from slo_compiler.model.indicator import Latency, Quality
from slo_compiler.model.slo import Slo
from slo_compiler.promql.release import PROMETHEUS_3_5, release_named
from slo_compiler.quantities import HOUR, Seconds, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.program import LoweredSlo, Program
from slo_compiler.scenarios.cases import Case, cases_of
from slo_compiler.scenarios.series import series_of, two_groups
from slo_compiler.scenarios.untestable import Untestable

LONGEST_SHIFT: Final = 6 * HOUR
"""How far an SLO may look back to be tested: a test takes three times as long then, and longer beyond."""


@dataclass(frozen=True, slots=True)
class Untested:
    """An SLO without a test, and why, as the rest of a sentence."""

    slo: Slo
    reason: str


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of one service's rule file, all of which one promtool can read."""

    service: str
    evaluation_interval: Seconds
    groups: tuple[str, ...]
    """The rule groups in the order of their evaluation: promtool has them all at the same moments."""
    cases: tuple[Case, ...]
    untested: tuple[Untested, ...]
    native: bool
    """Whether it has native histograms, which the promtool of Prometheus 3 reads."""


def suites(program: Program) -> Iterator[Suite]:
    """The suites of each service: one, and one for native histograms where its target has none in tests."""
    for service, lowered in groupby(program.slos, key=lambda each: each.plan.slo.service):
        slos = list(lowered)
        for native in (False, True):
            own = [each for each in slos if _apart(each.plan.slo) is native]
            if own:
                yield _suite(service, own, native=native)


def untested(slo: Slo) -> Untested | None:
    """Why an SLO has no test; None if it has one."""
    if not slo.alerts:
        return Untested(slo, "it does not alert")
    if isinstance(slo.indicator, Quality) and slo.indicator.labelling.shift > LONGEST_SHIFT:
        shift, longest = (format_duration(each) for each in (slo.indicator.labelling.shift, LONGEST_SHIFT))
        why = f"it looks {shift} back, and beyond {longest} promtool would take too long to get there"
        return Untested(slo, why)
    try:
        for group in two_groups(slo):
            series_of(slo, (), group)
    except Untestable as reason:
        return Untested(slo, str(reason))
    return None


def _suite(service: str, slos: Sequence[LoweredSlo], *, native: bool) -> Suite:
    why_not = {lowered.plan.slo.id: untested(lowered.plan.slo) for lowered in slos}
    tested = (lowered for lowered in slos if why_not[lowered.plan.slo.id] is None)
    return Suite(
        service=service,
        evaluation_interval=slos[0].plan.windows.coarse_interval,
        groups=tuple(names.group_name(lowered.plan.slo, pace) for pace in Pace for lowered in slos),
        cases=tuple(_together(case for lowered in tested for case in cases_of(lowered))),
        untested=tuple(found for found in why_not.values() if found is not None),
        native=native,
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


def _apart(slo: Slo) -> bool:
    """Whether the oldest promtool that the SLO's target allows cannot read its series."""
    native = isinstance(slo.indicator, Latency) and slo.indicator.native
    return native and release_named(slo.target) < PROMETHEUS_3_5
