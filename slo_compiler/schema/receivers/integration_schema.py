"""The keys of Alertmanager's integrations as JSON Schema, for editors: those on top, without the secrets."""

from __future__ import annotations

from typing import Any, assert_never

from slo_compiler.schema.receivers.integration_keys import (
    Choice,
    Items,
    Scalar,
    Secret,
    Section,
    Shape,
    Table,
)


def json_schema(section: Section, *, levels: int) -> dict[str, Any]:
    """A section's keys, and those of the sections in it down to a number of levels."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: _shape(key.shape, levels - 1)
            for name, key in section.keys.items()
            if not isinstance(key.shape, Secret)
        },
    }


def _shape(shape: Shape, levels: int) -> dict[str, Any]:
    match shape:
        case Scalar.FLAG:
            return {"type": "boolean"}
        case Scalar.WHOLE:
            return {"type": "integer"}
        case Scalar.TEXT | Scalar.ANYTHING:
            return {}  # a number or a flag is text to Alertmanager
        case Scalar():
            return {"description": shape.value}
        case Choice(words=words, template=template):
            return {"examples": list(words)} if template else {"enum": list(words)}
        case Items(of=of, least=least):
            return {"type": "array", "items": _shape(of, levels), **({"minItems": least} if least else {})}
        case Section(short=None):
            return json_schema(shape, levels=levels) if levels > 0 else {"type": "object"}
        case Section() | Secret():
            return {}
        case Table():
            return {"type": "object"}
        case _:
            assert_never(shape)
