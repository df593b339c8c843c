"""Which of the three surfaces explains what is seen: exactly one cause, whatever evidence there is.

The causes are looked for in the order of triage: what is loudest and cheapest to confirm comes first.
Evidence that is missing is none, which is why the alert that telemetry is missing stands beside this.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model import labels
from slo_compiler.model.indicator import Guardrail, Quality
from slo_compiler.model.service import Service
from slo_compiler.model.subject import Subject
from slo_compiler.model.surface import Surface
from slo_compiler.promql.quote import matcher
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import HOUR, Seconds, format_decimal
from slo_compiler.rules import names
from slo_compiler.rules.ir import Group, RecordingRule
from slo_compiler.rules.layout import block, chain
from slo_compiler.rules.patterns import Patterns
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.signals.burning import pages, surely_burning
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.watched import Watched

RECENT: Final = 6 * HOUR
"""For so long after a deploy, and as much longer as labels take, bad quality is put down to it."""

NONE: Final = "none"
"""The surface and the cause while nothing is wrong."""


class Evidence(enum.Enum):
    """What speaks for a cause; the value is a label of the series that records it."""

    SERVING = "serving"
    """An SLO of the serving surface pages."""
    PIPELINE = "pipeline"
    """An SLO of the data surface pages."""
    QUALITY = "quality"
    """An SLO of the model surface burns faster than it may, more than chance explains."""
    JUDGED = "judged"
    """There is quality to be judged at all."""
    DEPLOY = "deploy"
    """The model was deployed lately."""
    DRIFT = "drift"
    """Something drifts."""


_SOUND: Final = {Evidence.SERVING: False, Evidence.PIPELINE: False}
_BAD: Final = {**_SOUND, Evidence.QUALITY: True}
_GOOD: Final = {**_SOUND, Evidence.QUALITY: False}


class Cause(Struct, frozen=True):
    """An explanation, and the evidence that has to be there or must not."""

    surface: str
    name: str
    needs: Mapping[Evidence, bool]


CAUSES: Final = (
    Cause(Surface.SERVING.value, "serving", {Evidence.SERVING: True}),
    Cause(Surface.DATA.value, "pipeline", {Evidence.SERVING: False, Evidence.PIPELINE: True}),
    Cause(Surface.MODEL.value, "deploy", {**_BAD, Evidence.DEPLOY: True}),
    Cause(Surface.MODEL.value, "concept_drift", {**_BAD, Evidence.DEPLOY: False, Evidence.DRIFT: True}),
    Cause(Surface.DATA.value, "virtual_drift", {**_GOOD, Evidence.DRIFT: True, Evidence.JUDGED: True}),
    Cause(Surface.DATA.value, "unclassified_drift", {**_GOOD, Evidence.DRIFT: True, Evidence.JUDGED: False}),
    Cause(Surface.MODEL.value, "unexplained", {**_BAD, Evidence.DEPLOY: False, Evidence.DRIFT: False}),
    Cause(NONE, NONE, {**_GOOD, Evidence.DRIFT: False}),
)
"""Of these exactly one is true of any evidence."""


def surface_of(service: Service) -> Subject:
    """The attribution of a service, as a signal."""
    return service.signal("surface", (), service.position)


def lower_surface(watched: Watched) -> Iterator[LoweredSignal]:
    """The attribution of a service: its evidence, and then its causes."""
    service = watched.service
    subject = surface_of(service)
    rules = (*(_evidence(each, subject, watched) for each in Evidence), *_causes(subject))
    group = Group(names.signal_group(subject), service.clock.evaluation_interval, rules)
    yield LoweredSignal(subject, (group,))


def _evidence(evidence: Evidence, subject: Subject, watched: Watched) -> RecordingRule:
    signs = tuple(_signs(evidence, watched))
    seen = chain("or", f"group{block(chain('or', *signs))}", "vector(0)") if signs else "vector(0)"
    return RecordingRule(names.EVIDENCE, seen, {**subject.identity, labels.EVIDENCE: evidence.value})


def _signs(evidence: Evidence, watched: Watched) -> Iterator[str]:
    """PromQL that answers with something, each, while the evidence is there."""
    service = watched.service
    match evidence:
        case Evidence.SERVING:
            yield from (pages(plan) for plan in plans_of(Surface.SERVING, watched.plans))
        case Evidence.PIPELINE:
            yield from (pages(plan) for plan in plans_of(Surface.DATA, watched.plans))
        case Evidence.QUALITY:
            yield from (
                f"{block(surely_burning(plan))} >= 1" for plan in plans_of(Surface.MODEL, watched.plans)
            )
        case Evidence.JUDGED:
            yield from (
                f"{block(surely_burning(plan))} >= 0" for plan in plans_of(Surface.MODEL, watched.plans)
            )
        case Evidence.DEPLOY if service.deployed is not None:
            newest = f"max({authored(service.deployed, service.target)})"
            yield f"time() - {newest} < {format_decimal(recently(watched.plans))}"
        case Evidence.DRIFT:
            for drift in service.drifts:
                subject = service.signal(drift.name, (), drift.position)
                yield f"{names.of(names.DRIFT, subject)} > 1"
        case _:
            return


def plans_of(surface: Surface, plans: Iterable[Plan]) -> Iterator[Plan]:
    """The plans of the SLOs of a surface: quality is always the model's, and a guardrail is nobody's."""
    for plan in plans:
        match plan.slo.indicator:
            case Guardrail():
                continue
            case Quality():
                of = Surface.MODEL
            case _:
                of = plan.slo.surface
        if of is surface:
            yield plan


def recently(plans: Iterable[Plan]) -> Seconds:
    """For how long after a deploy bad quality is put down to it."""
    lags = (
        plan.slo.indicator.labelling.lag or Seconds(0)
        for plan in plans
        if isinstance(plan.slo.indicator, Quality)
    )
    return RECENT + max(lags, default=Seconds(0))


def _causes(subject: Subject) -> Iterator[RecordingRule]:
    exprs = _conditions().filled(names.own(subject))
    for cause in CAUSES:
        described = {labels.SURFACE: cause.surface, labels.CAUSE: cause.name}
        yield RecordingRule(names.SURFACE, exprs[cause.name], {**subject.identity, **described})


@cache  # they are the same for all services
def _conditions() -> Patterns:
    """PromQL for each cause by its name."""
    return Patterns({cause.name: _condition(cause) for cause in CAUSES})


def _condition(cause: Cause) -> str:
    conditions = (f"({_series(evidence)} == {int(there)})" for evidence, there in cause.needs.items())
    return f"group{block(chain('and on ()', *conditions))}"


def _series(evidence: Evidence) -> str:
    which = matcher(labels.EVIDENCE, MatchOperator.EQUAL, evidence.value)
    return names.anybodys(names.EVIDENCE, f",{which}")
