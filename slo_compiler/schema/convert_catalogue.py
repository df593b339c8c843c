"""From a checked file of the preset library to the system that it describes."""

from __future__ import annotations

from slo_compiler.model.surface import Surface
from slo_compiler.model.system import (
    LabelParameter,
    Metric,
    MetricType,
    Misnomer,
    Preset,
    Refusal,
    Releases,
    System,
    Unit,
    Variant,
    parse_release,
)
from slo_compiler.schema import catalogue_model
from slo_compiler.schema.convert import indicator_of
from slo_compiler.schema.yaml.nodes import Node, find


def system(model: catalogue_model.SystemModel, root: Node) -> System:
    """The system of a checked file."""
    return System(
        name=model.system,
        title=model.title,
        description=model.description,
        read_from=model.read_from,
        sources=tuple(model.sources),
        prerequisites=tuple(model.prerequisites),
        caveats=tuple(model.caveats),
        attributes=model.attributes,
        metrics={name: _metric(name, metric) for name, metric in model.metrics.items()},
        misnomers={
            name: Misnomer(name, misnomer.use, misnomer.reason) for name, misnomer in model.misnomers.items()
        },
        presets={
            name: _entry(name, preset, model, find(root, ("presets", name)))
            for name, preset in model.presets.items()
        },
    )


def _metric(name: str, model: catalogue_model.MetricModel) -> Metric:
    return Metric(
        name=name,
        type=MetricType(model.type),
        description=model.description,
        labels=tuple(model.labels),
        unit=None if model.unit is None else Unit(model.unit),
        bounds=tuple(model.buckets),
        configurable_bounds=model.configurable_buckets,
        otel=model.otel,
        zero_initialised=model.zero_initialised,
        success_only=model.success_only,
        shared=model.shared,
        releases=_releases(model),
        gone=model.gone,
        use=model.use,
    )


def _entry(
    name: str, model: catalogue_model.PresetEntryModel, of: catalogue_model.SystemModel, node: Node
) -> Preset | Refusal:
    id_ = f"{of.system}/{name}"
    if model.indicator is None:
        return Refusal(id_, model.description, model.refused or "")
    return Preset(
        id=id_,
        description=model.description,
        surface=Surface(model.surface),
        indicator=indicator_of(model.indicator, find(node, ("indicator",)), ""),
        earlier=tuple(
            Variant(
                parse_release(variant.before),
                indicator_of(variant.indicator, find(node, ("earlier", index, "indicator")), ""),
            )
            for index, variant in enumerate(model.earlier)
        ),
        releases=_releases(model),
        labels={
            name: label
            for name, label in _labels({**of.parameters, **model.parameters}).items()
            if name not in model.without
        },
        defaulted=model.defaulted,
        confirmations=model.confirm,
        prerequisites=tuple(model.prerequisites),
        caveats=tuple(model.caveats),
    )


def _releases(model: catalogue_model.MetricModel | catalogue_model.PresetEntryModel) -> Releases:
    return Releases(
        since=None if model.since is None else parse_release(model.since),
        before=None if model.before is None else parse_release(model.before),
    )


def _labels(models: dict[str, catalogue_model.LabelParameterModel]) -> dict[str, LabelParameter]:
    return {
        name: LabelParameter(model.label or name, model.description, model.required, model.example)
        for name, model in models.items()
    }
