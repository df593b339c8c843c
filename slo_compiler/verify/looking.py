"""A selector of a spec as it is looked for: whose it is, and what follows where it finds nothing."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from slo_compiler.checks.reading import As, Reading, readings
from slo_compiler.diagnostics import Position
from slo_compiler.model.drift import Drift
from slo_compiler.model.indicator import (
    Bad,
    Counted,
    ErrorRatio,
    Events,
    Guardrail,
    Latency,
    Quality,
    Ratio,
)
from slo_compiler.model.slo import Slo
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import vector_selectors
from slo_compiler.promql.release import Release, release_named
from slo_compiler.promql.syntax import Matcher, VectorSelector
from slo_compiler.rules.ir import RecordingRule
from slo_compiler.rules.program import Program


class Role(enum.Enum):
    """What the series of a selector stand for; the value says what follows where there are none."""

    EVENTS = "there would be no events, and no burn-rate alert could ever fire"
    ERRORS = "no error would ever be counted, and no burn-rate alert could fire"
    GOOD = "every event would count as an error, and page"
    EVIDENCE = "what is to be told of it never is"


@dataclass(frozen=True, slots=True)
class Looked:
    """A selector that has to find series."""

    id: str
    """Of the SLO or signal."""
    reading: Reading
    role: Role
    release: Release
    slo: Slo | None
    """None where it is of a signal."""
    recorded: int = 0
    """How many series the rules of the SLO record for each of its groups."""

    @property
    def selector(self) -> VectorSelector:
        """The selector itself."""
        return self.reading.selector

    @property
    def position(self) -> Position:
        """Where the selector begins."""
        return self.reading.expression.locate(self.selector.start)

    def position_of(self, matcher: Matcher) -> Position:
        """Where one of its matchers begins."""
        return self.reading.expression.locate(matcher.start)


def looked_for(program: Program) -> Iterator[Looked]:
    """Every selector that the indicators and drifts of a program read."""
    for lowered in program.slos:
        slo = lowered.plan.slo
        release = release_named(slo.target)
        rules = [rule for group in lowered.groups for rule in group.rules]
        recorded = sum(isinstance(rule, RecordingRule) for rule in rules)
        for reading in readings(slo):
            yield Looked(slo.id, reading, _role(reading, slo), release, slo, recorded)
    for watched in program.watched:
        for drift in watched.service.drifts:
            yield from _of_drift(drift, watched.service.name, release_named(watched.service.target))


def _of_drift(drift: Drift, service: str, release: Release) -> Iterator[Looked]:
    parsed = parse(drift.score.text, release)
    if not isinstance(parsed, list):
        for selector in vector_selectors(parsed.tree):
            reading = Reading(drift.score, selector, As.VALUE, alone=False)
            yield Looked(f"{service}:{drift.name}", reading, Role.EVIDENCE, release, None)


def _role(reading: Reading, slo: Slo) -> Role:
    counted = _counted(slo)
    if counted is None or reading.expression is not counted.expression:
        return Role.EVENTS
    return Role.ERRORS if isinstance(counted, Bad) else Role.GOOD


def _counted(slo: Slo) -> Counted | None:
    match slo.indicator:
        case Ratio(counted=counted) | Events(counted=counted):
            return counted
        case Quality(judged=ratio) | Guardrail(checks=ratio):
            return ratio.counted
        case ErrorRatio() | Latency() | _:
            return None
