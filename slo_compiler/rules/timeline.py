"""What happens around a service: the lanes of every timeline, in dashboards, pictures and post-mortems.

Most incidents of models are diagnosed by reading what changed when the symptom began.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model import contract, labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.guard import GuardKind
from slo_compiler.model.indicator import Freshness
from slo_compiler.model.role import Role
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import MINUTE, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.layout import block, chain
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.signals.serving import serving_of
from slo_compiler.rules.signals.surface import NONE, surface_of
from slo_compiler.rules.signals.watched import Watched

NEW: Final = 10 * MINUTE
"""For so long something is new: more than the slow groups' interval, and less than anybody deploys in."""


class Marks(enum.Enum):
    """How the answers to a lane's query are read."""

    SPANS = "spans"
    """It is there while the query answers."""
    MOMENTS = "moments"
    """The values are the times at which it was, in seconds since 1970."""


class Kind(enum.Enum):
    """What a lane shows; the value is its title."""

    PAGES = "pages"
    TICKETS = "tickets"
    GUARDS = "guards"
    SURFACE = "surface"
    DEPLOYS = "deploys"
    VERSIONS = "new model versions"
    PIPELINES = "pipeline runs"
    DETECTOR = "detector changes"
    SPECS = "spec changes"
    SCALING = "scaling"


class Lane(Struct, frozen=True):
    """One lane: a query, how its answers are read, and the labels that tell one of them from another."""

    kind: Kind
    promql: str
    marks: Marks
    told_by: tuple[str, ...]


def lanes_of(service: str, plans: Iterable[Plan], watched: Watched | None) -> tuple[Lane, ...]:
    """The lanes of a service: those for which its specs have the series.

    Args:
        service: its name.
        plans: those of its SLOs.
        watched: what is known of its model; None where it has none.
    """
    about = (labels.SLO,) if watched is None else (labels.SLO, labels.SIGNAL)
    return (
        *_of_alerts(service, about),
        *_of_pipelines(plans),
        *_of_model(watched),
        _specs(service, about),
    )


def _of_alerts(service: str, about: tuple[str, ...]) -> Iterator[Lane]:
    mine = matcher(labels.SERVICE, MatchOperator.EQUAL, service)
    firing = matcher("alertstate", MatchOperator.EQUAL, "firing")
    told_by = ("alertname", *about)
    for kind, severity in ((Kind.PAGES, Severity.PAGE), (Kind.TICKETS, Severity.TICKET)):
        of_severity = matcher(labels.SEVERITY, MatchOperator.EQUAL, severity.value)
        yield Lane(
            kind, _grouped(told_by, selector("ALERTS", (firing, mine, of_severity))), Marks.SPANS, told_by
        )


def _of_pipelines(plans: Iterable[Plan]) -> Iterator[Lane]:
    """When the pipelines succeeded whose freshness is promised."""
    for plan in plans:
        if isinstance(plan.slo.indicator, Freshness):
            timestamp = authored(plan.slo.indicator.timestamp, plan.slo.target)
            by = (*plan.slo.group_by, contract.PIPELINE)
            newest = f"max by ({', '.join(by)}) ({timestamp})"
            yield Lane(Kind.PIPELINES, newest, Marks.MOMENTS, by)


def _of_model(watched: Watched | None) -> Iterator[Lane]:
    if watched is None:
        return
    service = watched.service
    mine = matcher(labels.SERVICE, MatchOperator.EQUAL, service.name)
    firing = matcher("alertstate", MatchOperator.EQUAL, "firing")
    guards = matcher(labels.ROLE, MatchOperator.EQUAL, Role.GUARD.value)
    told_by = (labels.GUARD, labels.SLO, labels.SIGNAL)
    yield Lane(
        Kind.GUARDS, _grouped(told_by, selector("ALERTS", (firing, guards, mine))), Marks.SPANS, told_by
    )
    failing = matcher(labels.SURFACE, MatchOperator.NOT_EQUAL, NONE)
    by = (labels.SURFACE, labels.CAUSE)
    blamed = names.of(names.SURFACE, surface_of(service), failing)
    yield Lane(Kind.SURFACE, _grouped(by, blamed), Marks.SPANS, by)
    of_model = matcher(contract.MODEL, MatchOperator.EQUAL, service.model)
    version = (contract.MODEL_VERSION,)
    if service.deployed is not None:
        deployed = f"max by ({contract.MODEL_VERSION}) ({authored(service.deployed, service.target)})"
        yield Lane(Kind.DEPLOYS, deployed, Marks.MOMENTS, version)
    yield Lane(Kind.VERSIONS, _new(version, selector(contract.MODEL_INFO, (of_model,))), Marks.SPANS, version)
    if any(drift.detector is not None for drift in service.drifts):
        moved = matcher(labels.GUARD, MatchOperator.EQUAL, GuardKind.DETECTOR_MOVED.value)
        signal = (labels.SIGNAL,)
        condition = _grouped(signal, selector(names.GUARD_CONDITION, (mine, moved)))
        yield Lane(Kind.DETECTOR, condition, Marks.SPANS, signal)
    if service.serving is not None and service.serving.replicas is not None:
        yield Lane(Kind.SCALING, names.of(names.SCALING_DIRECTION, serving_of(service)), Marks.SPANS, ())


def _specs(service: str, about: tuple[str, ...]) -> Lane:
    by = (*about, labels.SPEC_HASH)
    info = selector(names.SPEC_INFO, (matcher(labels.SERVICE, MatchOperator.EQUAL, service),))
    return Lane(Kind.SPECS, _new(by, info), Marks.SPANS, by)


def _grouped(by: tuple[str, ...], series: str) -> str:
    return f"group by ({', '.join(by)}) ({series})"


def _new(by: tuple[str, ...], info: str) -> str:
    """What was not there a while ago, though another was: a first installation is no change."""
    before = f"{info} offset {format_duration(NEW)}"
    appeared = chain("unless", _grouped(by, info), _grouped(by, before))
    return chain("and on ()", block(appeared), f"group({before})")
