"""From specs and defaults to SLOs in which nothing is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from msgspec.structs import replace

from slo_compiler.burnrate.policy import DEFAULT_TIERS
from slo_compiler.diagnostics import Diagnostic, Position, error, warning
from slo_compiler.model.alerting import Absent, Severity, TierRequest
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
from slo_compiler.resolve.labels import labels_of, merged
from slo_compiler.resolve.tiers import unknown_tiers

Value = TypeVar("Value")

DEFAULT_MIN_ERRORS: Final = 3
"""One or two errors of a quiet hour are no incident."""


def resolve(specs: Sequence[Spec], defaults: Defaults) -> tuple[list[Slo], list[Diagnostic]]:
    """The SLOs of specs, by service and then as written, and what keeps the rest from being one."""
    slos: list[Slo] = []
    found = [problem for spec in specs for problem in _repeated_slos(spec)]
    for spec in sorted(specs, key=lambda spec: spec.service):
        of_service: list[Slo] = []
        for slo in spec.slos:
            found += _without_effect(slo)
            resolved = _resolve_slo(slo, spec, defaults)
            if isinstance(resolved, Slo):
                of_service.append(resolved)
                found += unknown_tiers(slo, _tiers_of([resolved]))
            else:
                found += resolved
        found += unknown_tiers(spec, _tiers_of(of_service))
        slos += of_service
    return slos, found


def _tiers_of(slos: Iterable[Slo]) -> dict[str, None]:
    return dict.fromkeys(tier.name for slo in slos for tier in slo.tiers)


def _resolve_slo(slo: SloSpec, spec: Spec, defaults: Defaults) -> Slo | list[Diagnostic]:
    if isinstance(slo.indicator, PresetUse):
        return []  # what keeps it from being an indicator has been told
    found = class_of(slo, defaults)
    if not isinstance(found, SloClass):
        return [found]
    objective = slo.objective if slo.objective is not None else found.objective
    if objective is None:
        return [_unpromised(slo)]
    surface = slo.surface or Surface.SERVING
    owner = _owner(slo, surface, (spec, defaults))
    if owner is None:
        return [_ownerless(slo, surface)]
    # The most specific comes last: the SLO's word beats the service's, and that the organisation's.
    layers = (defaults.alerting, found.alerting, spec.alerting, slo.alerting)
    labels = labels_of((defaults.labels, *layers[:2], spec.labels, *layers[2:]))
    authored = slo.alerting.tiers or spec.alerting.tiers
    tiers = authored or found.alerting.tiers or defaults.alerting.tiers or DEFAULT_TIERS
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
        systems={**defaults.systems, **spec.systems, **slo.systems},
        cadence=slo.cadence,
        group_by=slo.group_by,
        labels=labels.general,
        severity_labels=labels.of_severity,
        annotations=merged(layer.annotations for layer in layers),
        tiers=_with_severities(tiers, merged(layer.severities for layer in layers)),
        tiers_are_authored=authored is not None,
        min_errors=_last((layer.min_errors for layer in layers), DEFAULT_MIN_ERRORS),
        absent=_last((layer.absent for layer in layers), Absent()),
        alerts=_last((layer.enabled for layer in layers), default=True),
        target=defaults.target,
        naming=defaults.naming,
        clock=defaults.clock,
        links=defaults.links,
        external_labels=defaults.external_labels,
        retention=defaults.retention,
        position=slo.position,
        role=_role(slo, spec),
        triage=spec.is_of_a_model and spec.triage is not False,
        runbook=slo.runbook.within(spec.runbook),
        locate=slo.locate,
        owner_position=owner.position,
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


def _owner(slo: SloSpec, surface: Surface, layers: Sequence[Spec | Defaults]) -> Owner | None:
    """Who answers for an SLO: for a guardrail whoever does for security, if anybody is said to."""
    if isinstance(slo.indicator, Guardrail):
        for layer in layers:
            if layer.security is not None:
                return Owner(layer.security, layer.locate("owners", "security"))
    for layer in layers:
        if surface in layer.owners:
            return Owner(layer.owners[surface], layer.locate("owners", surface.value))
    return None


def _role(slo: SloSpec, spec: Spec) -> Role | None:
    if not spec.is_of_a_model:
        return None
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
