"""What the rules of SLOs look for: the selectors of their indicators, with the labels of groups."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.checks.reading import Reading, readings
from slo_compiler.model import contract
from slo_compiler.model.indicator import (
    Bad,
    Counted,
    ErrorRatio,
    Events,
    Freshness,
    Guardrail,
    Latency,
    Probe,
    Quality,
    Ratio,
)
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.release import release_named
from slo_compiler.rules import names
from slo_compiler.rules.ir import Group, RecordingRule
from slo_compiler.rules.program import LoweredSlo, Program
from slo_compiler.verify.looking import Grouping, Looked, Role, Value


def looked_for_by_slos(program: Program) -> Iterator[Looked]:
    """Every selector of every indicator."""
    services = {watched.service.name: watched.service for watched in program.watched}
    for lowered in program.slos:
        slo = lowered.plan.slo
        groupings = tuple(_groupings(lowered, services.get(slo.service), program))
        for reading in readings(slo):
            role = _role(reading, slo)
            yield Looked(
                slo.id,
                reading,
                role,
                release_named(slo.target),
                role.value,
                slo,
                _value(slo),
                groupings if role is Role.EVENTS else (),
            )


def _groupings(lowered: LoweredSlo, service: Service | None, program: Program) -> Iterator[Grouping]:
    slo = lowered.plan.slo
    if slo.group_by:
        recorded = _recorded(*lowered.groups)
        yield Grouping(
            "group_by",
            slo.group_by,
            lambda index: slo.locate("group_by", index),
            "all groups would be one",
            recorded,
        )
    match slo.indicator:
        case Quality(slices=slices) if slices:
            yield Grouping(
                "slices",
                slices,
                lambda index: slo.locate("indicator", "quality", "slices", index),
                "all slices would be one",
                _recorded(*_groups_of_slices(slo, program)),
            )
        case Guardrail(blocked=blocked, origin=origin) if blocked is not None and _tells_origins(slo):
            yield Grouping(
                "origin",
                (origin,),
                lambda _: slo.locate("indicator", "guardrail", "origin"),
                "far more blocks of one origin would be few among all",
            )
        case Latency() if service is not None:
            yield from replicas(service)
        case _:
            return


def _tells_origins(slo: Slo) -> bool:
    """Whether checks are to say where what was checked came from; of other systems many do not."""
    guardrail = slo.indicator
    if not isinstance(guardrail, Guardrail):
        return False
    (total,) = (each.selector for each in readings(slo) if each.expression is guardrail.checks.total)
    return guardrail.origin != contract.ORIGIN or metric_of(total) == contract.GUARDRAIL_CHECKS


def replicas(service: Service) -> Iterator[Grouping]:
    """The labels by which the guard against cold starts tells replicas apart, where it can see any."""
    guard = service.guards.cold_start
    if guard is not None and guard.ready is not None:
        yield Grouping(
            "by",
            guard.by,
            lambda index: service.locate("guards", "cold_start", "by", index),
            "replicas that warm up would not be told from the others",
        )


def _groups_of_slices(slo: Slo, program: Program) -> Iterator[Group]:
    wanted = names.signal_group(slo.subject, "slices")
    return (group for signal in program.signals for group in signal.groups if group.name == wanted)


def _recorded(*groups: Group) -> int:
    return sum(isinstance(rule, RecordingRule) for group in groups for rule in group.rules)


def _value(slo: Slo) -> Value | None:
    match slo.indicator:
        case Freshness():
            return Value.TIME
        case Probe():
            return Value.FLAG
        case _:
            return None


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
