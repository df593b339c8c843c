"""Imported SLOs to specs of ours: one a service, with what its SLOs have in common said once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from slo_compiler.importers import native
from slo_compiler.importers.imported import Imported, Told
from slo_compiler.schema.spec_model import API_VERSION
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode, to_data


class NativeSpec(Struct, frozen=True):
    """The tree of a spec, and the files that it was made of."""

    service: str
    root: MappingNode
    origins: tuple[str, ...]


class _Usual(Struct, frozen=True):
    """What is said of alerting once for all SLOs of a service."""

    tiers: Node | None
    severity_labels: Node | None

    def node(self, at: Node) -> Node | None:
        """Both, as ``alerting`` of the spec."""
        said = native.mapping(
            self.tiers or self.severity_labels or at,
            {"tiers": self.tiers, "severity_labels": self.severity_labels},
        )
        return said if said.entries else None


def assemble(imported: Iterable[Imported], owner: str | None = None) -> list[NativeSpec]:
    """The specs of SLOs, by service; the SLOs of each in the order in which they come.

    Args:
        imported: the SLOs.
        owner: who answers for services of which nothing else says it.
    """
    by_service = sorted(imported, key=_service)
    return [_spec(list(slos), owner) for _, slos in groupby(by_service, key=_service)]


def _service(slo: Imported) -> str:
    return slo.service.text


def _spec(slos: Sequence[Imported], usual_owner: str | None) -> NativeSpec:
    first = slos[0]
    labels = _common([slo.told.labels for slo in slos])
    owner = _owner(slos) or (native.text(usual_owner, first.service) if usual_owner else None)
    usual = _Usual(_usual_tiers(slos), _agreed(slos, lambda slo: _of_severities(slo.told)))
    described = next((slo.service_description for slo in slos if slo.service_description), None)
    root = native.mapping(
        first.at,
        {
            "apiVersion": native.text(API_VERSION, first.service),
            "service": first.service,
            "description": described,
            "labels": native.mapping(first.service, labels) if labels else None,
            "owners": None if owner is None else native.mapping(owner, {"serving": owner}),
            "alerting": usual.node(first.at),
            "slos": native.sequence(first.at, [_slo(slo, labels, usual) for slo in slos]),
        },
    )
    return NativeSpec(first.service.text, root, tuple(dict.fromkeys(slo.at.position.path for slo in slos)))


def _slo(slo: Imported, common: Mapping[str, ScalarNode], usual: _Usual) -> MappingNode:
    tiers, of_severities = _tiers(slo.told), _of_severities(slo.told)
    labels = {name: value for name, value in slo.told.labels.items() if name not in common}
    annotations = slo.told.annotations
    alerting = native.mapping(
        slo.at,
        {
            "enabled": None if slo.told.enabled else native.flag(value=False, at=slo.at),
            "tiers": None if _are_alike(tiers, usual.tiers) else tiers,
            "absent": slo.told.absent,
            "labels": native.mapping(slo.at, labels) if labels else None,
            "severity_labels": None if _are_alike(of_severities, usual.severity_labels) else of_severities,
            "annotations": native.mapping(slo.at, annotations) if annotations else None,
        },
    )
    grouped = [native.text(label, slo.indicator.node) for label in slo.indicator.group_by]
    return native.mapping(
        slo.at,
        {
            "name": slo.name,
            "description": slo.description,
            "objective": slo.objective,
            "window": slo.window,
            "indicator": slo.indicator.node,
            "group_by": native.sequence(slo.indicator.node, grouped) if grouped else None,
            "alerting": alerting if alerting.entries else None,
        },
    )


def _owner(slos: Sequence[Imported]) -> Node | None:
    """Who answers for all SLOs of which it is said."""
    said = [slo for slo in slos if slo.owner is not None]
    return _agreed(said, lambda slo: slo.owner) if said else None


def _tiers(told: Told) -> Node | None:
    return None if told.tiers is None else native.sequence(told.tiers[0], told.tiers)


def _of_severities(told: Told) -> Node | None:
    at = next((node for labels in told.severity_labels.values() for node in labels.values()), None)
    if at is None:
        return None
    said = {
        severity.value: native.mapping(at, labels)
        for severity, labels in told.severity_labels.items()
        if labels
    }
    return native.mapping(at, said)


def _usual_tiers(slos: Sequence[Imported]) -> Node | None:
    """The tiers of most SLOs, unless there is one that has those of the defaults."""
    said = [_tiers(slo.told) for slo in slos]
    if None in said:
        return None
    return max(said, key=lambda each: sum(_are_alike(each, other) for other in said))


def _are_alike(one: Node | None, other: Node | None) -> bool:
    return one is not None and other is not None and to_data(one) == to_data(other)


def _common(of_slos: Sequence[Mapping[str, ScalarNode]]) -> dict[str, ScalarNode]:
    """What all SLOs say alike, as the first says it."""
    return {
        name: value
        for name, value in of_slos[0].items()
        if all(name in other and other[name].text == value.text for other in of_slos)
    }


def _agreed(slos: Sequence[Imported], said: Callable[[Imported], Node | None]) -> Node | None:
    """What all SLOs say alike, if they do."""
    first, *others = [said(slo) for slo in slos]
    return first if all(_are_alike(first, other) for other in others) else None
