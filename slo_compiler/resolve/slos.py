"""From specs and defaults to SLOs in which nothing is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate.policy import DEFAULT_TIERS
from slo_compiler.diagnostics import Diagnostic, Position, error, warning
from slo_compiler.model.alerting import Absent, Alerting, Severity, TierRequest
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.indicator import ErrorRatio, Guardrail
from slo_compiler.model.preset import PresetUse
from slo_compiler.model.role import Role
from slo_compiler.model.service import Owner
from slo_compiler.model.slo import Slo
from slo_compiler.model.slo_class import SloClass
from slo_compiler.model.spec import SloSpec, Spec
from slo_compiler.model.surface import Surface
from slo_compiler.resolve.classes import class_of
from slo_compiler.resolve.labels import Labels, labels_of, merged
from slo_compiler.resolve.owners import owners_of
from slo_compiler.resolve.tiers import unknown_tiers

Value = TypeVar("Value")

DEFAULT_MIN_ERRORS: Final = 3
"""One or two errors of a quiet hour are no incident."""

_NOTHING_SAID: Final = Alerting()


class _Said(Struct, frozen=True):
    """What layers say together of SLOs, the most specific layer having the last word."""

    labels: Labels
    annotations: Mapping[str, str]
    min_errors: int
    absent: Absent
    alerts: bool
    tiers: tuple[TierRequest, ...]
    tiers_are_authored: bool
    """Whether the SLO or its spec says which: then nothing is derived anew."""


class _Around(Struct, frozen=True):
    """What holds for the SLOs of a spec, of whichever class, worked out once for all of them."""

    spec: Spec
    defaults: Defaults
    owners: Mapping[Surface, Owner]
    systems: Mapping[str, str]
    is_of_a_model: bool
    said: dict[str | None, _Said]
    """What the layers around the SLOs of a class say, by the class."""


def resolve(specs: Sequence[Spec], defaults: Defaults) -> tuple[list[Slo], list[Diagnostic]]:
    """The SLOs of specs, by service and then as written, and what keeps the rest from being one."""
    slos: list[Slo] = []
    found = [problem for spec in specs for problem in _repeated_slos(spec)]
    for spec in sorted(specs, key=lambda spec: spec.service):
        around = _Around(
            spec,
            defaults,
            owners_of(spec, defaults),
            {**defaults.systems, **spec.systems},
            spec.is_of_a_model,
            {},
        )
        of_service: list[Slo] = []
        for slo in spec.slos:
            found += _without_effect(slo)
            resolved = _resolve_slo(slo, around)
            if isinstance(resolved, Slo):
                of_service.append(resolved)
                if slo.alerting.severities:
                    found += unknown_tiers(slo, _tiers_of([resolved]))
            else:
                found += resolved
        if spec.alerting.severities:
            found += unknown_tiers(spec, _tiers_of(of_service))
        slos += of_service
    return slos, found


def _tiers_of(slos: Iterable[Slo]) -> dict[str, None]:
    return dict.fromkeys(tier.name for slo in slos for tier in slo.tiers)


def _resolve_slo(slo: SloSpec, around: _Around) -> Slo | list[Diagnostic]:
    if isinstance(slo.indicator, PresetUse):
        return []  # what keeps it from being an indicator has been told
    spec, defaults = around.spec, around.defaults
    found = class_of(slo, defaults)
    if not isinstance(found, SloClass):
        return [found]
    objective = slo.objective if slo.objective is not None else found.objective
    if objective is None:
        return [_unpromised(slo)]
    surface = slo.surface or Surface.SERVING
    owner = _owner(slo, surface, around)
    if owner is None:
        return [_ownerless(slo, surface)]
    said = _said(slo, found, around)
    return Slo(
        service=spec.service,
        name=slo.name,
        description=slo.description or spec.description,
        surface=surface,
        owner=owner.name,
        objective=objective,
        period=slo.window or found.window or defaults.window,
        class_=slo.class_,
        indicator=slo.indicator,
        systems={**around.systems, **slo.systems} if slo.systems else around.systems,
        cadence=slo.cadence,
        group_by=slo.group_by,
        labels=said.labels.general,
        severity_labels=said.labels.of_severity,
        annotations=said.annotations,
        tiers=said.tiers,
        tiers_are_authored=said.tiers_are_authored,
        min_errors=said.min_errors,
        absent=said.absent,
        alerts=said.alerts,
        target=defaults.target,
        naming=defaults.naming,
        clock=defaults.clock,
        links=defaults.links,
        external_labels=defaults.external_labels,
        retention=defaults.retention,
        position=slo.position,
        role=_role(slo) if around.is_of_a_model else None,
        triage=around.is_of_a_model and spec.triage is not False,
        runbook=slo.runbook.within(spec.runbook),
        locate=slo.locate,
        owner_position=owner.position,
    )


def _said(slo: SloSpec, class_: SloClass, around: _Around) -> _Said:
    """What is said of an SLO: of most what is of all in their class, for they say nothing themselves."""
    if slo.alerting != _NOTHING_SAID:
        return _said_by(class_, around, slo.alerting)
    if slo.class_ not in around.said:
        around.said[slo.class_] = _said_by(class_, around)
    return around.said[slo.class_]


def _said_by(class_: SloClass, around: _Around, *own: Alerting) -> _Said:
    spec, defaults = around.spec, around.defaults
    # The most specific comes last: the SLO's word beats the service's, and that the organisation's.
    inherited, authored = (defaults.alerting, class_.alerting), (spec.alerting, *own)
    layers = (*inherited, *authored)
    tiers = _last((layer.tiers for layer in layers), DEFAULT_TIERS)
    return _Said(
        labels=labels_of((defaults.labels, *inherited, spec.labels, *authored)),
        annotations=merged(layer.annotations for layer in layers),
        min_errors=_last((layer.min_errors for layer in layers), DEFAULT_MIN_ERRORS),
        absent=_last((layer.absent for layer in layers), Absent()),
        alerts=_last((layer.enabled for layer in layers), default=True),
        tiers=_with_severities(tiers, merged(layer.severities for layer in layers)),
        tiers_are_authored=any(layer.tiers is not None for layer in authored),
    )


def _unpromised(slo: SloSpec) -> Diagnostic:
    return error(
        slo.locate("class"),
        "spec/missing-key",
        f"objective is missing: the class {slo.class_} has none, so that nothing is promised of {slo.name}",
    )


def _ownerless(slo: SloSpec, surface: Surface) -> Diagnostic:
    return error(
        slo.position,
        "owner/missing",
        f"{slo.name} watches the {surface.value} surface, which has no owner: its alerts would reach "
        f"nobody; add owners: {{{surface.value}: ...}} to the spec or to defaults.yaml",
    )


def _owner(slo: SloSpec, surface: Surface, around: _Around) -> Owner | None:
    """Who answers for an SLO: for a guardrail whoever does for security, if anybody is said to."""
    if isinstance(slo.indicator, Guardrail):
        for layer in (around.spec, around.defaults):
            if layer.security is not None:
                return Owner(layer.security, layer.locate("owners", "security"))
    return around.owners.get(surface)


def _role(slo: SloSpec) -> Role:
    return Role.SECURITY if isinstance(slo.indicator, Guardrail) else Role.SYMPTOM


def _with_severities(
    tiers: tuple[TierRequest, ...], severities: Mapping[str, Severity]
) -> tuple[TierRequest, ...]:
    if not severities:  # as mostly, and then thousands of SLOs have the same tiers
        return tiers
    return tuple(replace(tier, severity=severities.get(tier.name, tier.severity)) for tier in tiers)


def _last(layers: Iterable[Value | None], default: Value) -> Value:
    said = [value for value in layers if value is not None]
    return said[-1] if said else default


def _without_effect(slo: SloSpec) -> Iterator[Diagnostic]:
    if isinstance(slo.indicator, ErrorRatio) and (slo.alerting.min_errors or 1) > 1:
        yield warning(
            slo.locate("alerting", "min_errors"),
            "tier/min-errors",
            f"min_errors has no effect on {slo.name}: an error_ratio does not say how many errors there are, "
            "so that a single one may alert; use events to count them",
        )


def _repeated_slos(spec: Spec) -> Iterator[Diagnostic]:
    first: dict[str, Position] = {}
    for slo in spec.slos:
        earlier = first.setdefault(slo.name, slo.position)
        if earlier is not slo.position:
            yield error(
                slo.position,
                "spec/duplicate-slo",
                f"a second SLO is named {slo.name} (first at line {earlier.line}): their series would be one",
            )
