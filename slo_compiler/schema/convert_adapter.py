"""From checked adapter files, and what ``defaults.yaml`` asks for, to the domain's values."""

from __future__ import annotations

from slo_compiler.model.adapter import Adapter, AdapterRequest, AdapterRule, Parameter, ParameterType
from slo_compiler.schema.adapter_model import USE, AdapterModel, AdapterUse
from slo_compiler.schema.yaml.nodes import Node, find, locate


def adapter(model: AdapterModel, _root: Node) -> Adapter:
    """The adapter of a checked file."""
    return Adapter(
        id=model.id,
        system=model.system,
        releases=model.releases,
        source=model.source,
        summary=model.summary,
        prerequisites=tuple(model.prerequisites),
        caveats=tuple(model.caveats),
        parameters={
            name: Parameter(ParameterType(each.type), each.default, each.description, tuple(each.choices))
            for name, each in model.parameters.items()
        },
        rules=tuple(AdapterRule(rule.record, rule.expr.rstrip("\n"), rule.labels) for rule in model.rules),
    )


def requests(uses: list[AdapterUse], root: Node) -> tuple[AdapterRequest, ...]:
    """The adapters that a checked ``defaults.yaml`` asks for."""
    return tuple(_request(use, find(root, ("adapters", index))) for index, use in enumerate(uses))


def _request(use: AdapterUse, node: Node) -> AdapterRequest:
    given = {name: value for name, value in use.items() if name != USE}
    return AdapterRequest(use[USE], given, find(node, (USE,)).position, lambda *keys: locate(node, keys))
