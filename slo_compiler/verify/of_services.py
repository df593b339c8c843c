"""What the rules of a service look for beside its SLOs: scores, the evidence of guards, how it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from slo_compiler.checks.reading import As, Reading, readings_of_signals
from slo_compiler.model.drift import BY, Drift
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import Guardrail, Quality
from slo_compiler.model.service import Service
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import vector_selectors
from slo_compiler.promql.release import release_named
from slo_compiler.rules.signals.declared import declared
from slo_compiler.rules.signals.evidence import label_counters
from slo_compiler.verify.looking import Grouping, Looked, Role, Value
from slo_compiler.verify.of_slos import replicas

_LATE: Final = "quality is never put down to labels that are late"


class _Evidence(Struct, frozen=True):
    """An expression that rules read, and what follows where it finds nothing."""

    expression: Expression
    consequence: str
    role: Role = Role.EVIDENCE
    groupings: tuple[Grouping, ...] = ()


def looked_for_by(service: Service) -> Iterator[Looked]:
    """Every selector that the signals of a service read."""
    release = release_named(service.target)
    times = _times(service)
    of_labels = _of_labels(service)
    evidence = (*_evidence(service), *(_Evidence(each.expression, _LATE) for each in of_labels))
    wanted = {id(each.expression): each for each in evidence}
    for reading in (*readings_of_signals(service), *of_labels):
        found = wanted.get(id(reading.expression))
        if found is not None:  # a guard that is off reads nothing
            value = Value.TIME if id(reading.expression) in times else None
            yield Looked(
                service.name,
                reading,
                found.role,
                release,
                found.consequence,
                value=value,
                groupings=found.groupings,
            )


def _evidence(service: Service) -> Iterator[_Evidence]:
    groupings = _groupings(service)
    for each in declared(service):
        yield _Evidence(each.selector, each.blind, groupings=groupings.get(id(each.selector), ()))
    for drift in service.drifts:
        yield _Evidence(drift.score, "this drift is never found", groupings=_told_apart(drift))
        if isinstance(drift.threshold, Expression):
            yield _Evidence(drift.threshold, "no score is ever above it, and this drift is never found")
    for slo in service.slos:
        match slo.indicator:
            case Guardrail(fail_open=fail_open, blocked=blocked):
                if fail_open is not None:
                    yield _Evidence(fail_open, "nobody is told that the guardrail fails open", Role.RARE)
                if blocked is not None:
                    yield _Evidence(blocked, "nobody is told when far more is blocked than usual", Role.RARE)
            case _:
                continue


def _of_labels(service: Service) -> tuple[Reading, ...]:
    """The counters of the contract by which labels are known to be late, where the spec names none."""
    guard = service.guards.label_lag
    if guard is None or guard.joined is not None:
        return ()
    late = (slo for slo in service.slos if isinstance(slo.indicator, Quality) and slo.indicator.labelling.lag)
    counters = next((found for slo in late if (found := label_counters(guard, slo, service))), ())
    return tuple(_reading(each, service.target) for each in counters)


def _reading(counter: Expression, target: str) -> Reading:
    parsed = parse(counter.text, release_named(target))
    if isinstance(parsed, list):
        raise TypeError(f"{counter.text} is no selector")
    (selector,) = vector_selectors(parsed.tree)
    return Reading(counter, selector, As.COUNTER, alone=True)


def _times(service: Service) -> set[int]:
    cold_start = service.guards.cold_start
    times = [
        service.deployed,
        cold_start and cold_start.ready,
        *(drift.last_run for drift in service.drifts),
    ]
    return {id(each) for each in times if each is not None}


def _groupings(service: Service) -> Mapping[int, tuple[Grouping, ...]]:
    """The labels that series of evidence are told apart by, by the expression that reads them."""
    found: dict[int, tuple[Grouping, ...]] = {}
    cold_start = service.guards.cold_start
    if cold_start is not None and cold_start.ready is not None:
        found[id(cold_start.ready)] = tuple(replicas(service))
    engines = service.serving and service.serving.engines
    if engines:
        by = Grouping(
            "by",
            engines.by,
            lambda index: service.locate("serving", "by", index),
            "one engine that hangs would not be told from those that work",
        )
        found |= {id(engines.running): (by,), id(engines.progress): (by,)}
    return found


def _told_apart(drift: Drift) -> tuple[Grouping, ...]:
    """Labels of the author's own: those of the contract are rightly missing where nothing is to be told."""
    own = [(index, label) for index, label in enumerate(drift.by) if label not in BY]
    if not own:
        return ()
    indexes, labels = zip(*own, strict=True)
    return (
        Grouping(
            "by",
            labels,
            lambda index: drift.locate("by", indexes[index]),
            "all that can drift would be one",
        ),
    )
