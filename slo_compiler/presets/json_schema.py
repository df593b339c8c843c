"""Presets in the JSON Schema of a spec: an editor proposes their names, and the parameters of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from slo_compiler.model.system import Preset, System
from slo_compiler.presets.library import system_named, system_names
from slo_compiler.presets.parameters import (
    BUCKETS,
    MATCHERS,
    TRAFFIC,
    TRANSLATION,
    bound_parameter,
    known_parameters,
)
from slo_compiler.presets.translation import Translation

Schema: TypeAlias = dict[str, Any]

DEFINITION: Final = "PresetModel"
"""Where the schema of a spec has the shape that all presets share."""

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_TEXTS: Final[Schema] = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}


def with_presets(schema: Schema) -> Schema:
    """The schema of a spec in which a preset is one that there is, with parameters that it has."""
    shared = schema["$defs"][DEFINITION]
    presets = list(_offered())
    known = {
        **shared,
        "properties": {
            **shared["properties"],
            "preset": {**shared["properties"]["preset"], "enum": [preset.id for preset, _ in presets]},
        },
        "allOf": [_when_it_is(preset, system) for preset, system in presets],
    }
    return {**schema, "$defs": {**schema["$defs"], DEFINITION: known}}


def _offered() -> Iterator[tuple[Preset, System]]:
    for system in map(system_named, system_names()):
        for preset in system.presets.values():
            if isinstance(preset, Preset):
                yield preset, system


def _when_it_is(preset: Preset, system: System) -> Schema:
    parameters = {name: _parameter(name, preset) for name in known_parameters(preset, system)}
    required = [name for name, label in preset.labels.items() if label.required]
    bound = bound_parameter(preset.indicator)
    if bound is not None and not preset.defaulted:
        required.append(bound)
    return {
        "if": {"properties": {"preset": {"const": preset.id}}},
        "then": {
            "description": preset.description,
            "properties": {"preset": True, "release": True, **parameters},
            "required": [*required, *preset.confirmations],
            "additionalProperties": False,
        },
    }


def _parameter(name: str, preset: Preset) -> Schema:
    if name in preset.labels:
        return {**_TEXTS, "description": preset.labels[name].description}
    if name in preset.confirmations:
        return {"const": True, "description": f"Confirms that {preset.confirmations[name]}."}
    match name:
        case "threshold" | "max_age":
            return {"type": "string"}
        case "at_most" | "at_least":
            return {"type": "number"}
        case _ if name == BUCKETS:
            return {"type": "array", "items": _TEXT, "minItems": 1}
        case _ if name == TRANSLATION:
            return {"enum": [each.value for each in Translation]}
        case _ if name in {MATCHERS, TRAFFIC}:
            return _TEXT
        case _:
            raise AssertionError(f"{preset.id} has a parameter {name} of no known type")
