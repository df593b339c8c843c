"""What pydantic tells an editor of a shape: the JSON Schema of what its engine checks."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from slo_compiler.schema.shape import Shape, schema_of


def schema_for_editors(shape: type[Shape]) -> dict[str, Any]:
    """The JSON Schema of a shape, as pydantic words it."""
    return GenerateJsonSchema().generate(schema_of(shape))
