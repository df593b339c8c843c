"""The shape of an adapter's data file, and of the ``adapters`` that ``defaults.yaml`` asks for."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Final, Literal, TypeAlias

from slo_compiler.quantities import format_decimal
from slo_compiler.schema.refusal import MistypedError, RefusedError, described
from slo_compiler.schema.shape import default_of, length, reads
from slo_compiler.schema.strict import Strict

USE: Final = "use"


class ParameterModel(Strict):
    """What an adapter can be told."""

    type: Literal["label", "text", "choice", "share", "number", "duration"]
    default: str
    description: str
    choices: list[str] = default_of(list)


class AdapterRuleModel(Strict):
    """A recording rule."""

    record: str
    labels: dict[str, str] = default_of(dict)
    expr: str


class AdapterModel(Strict):
    """An adapter."""

    id: str
    system: str
    releases: str
    source: str
    summary: str
    prerequisites: list[str] = default_of(list)
    caveats: list[str] = default_of(list)
    parameters: dict[str, ParameterModel] = default_of(dict)
    rules: Annotated[list[AdapterRuleModel], length(1)]


def _request(value: Any) -> dict[str, str]:
    """The id of an adapter, or a mapping with it and the adapter's parameters, as texts."""
    if isinstance(value, str):
        return {USE: value}
    if not isinstance(value, Mapping):
        raise MistypedError(
            f"{described(value)} stands where an adapter is wanted; write for example trustyai"
        )
    if not isinstance(value.get(USE), str):
        raise RefusedError(
            "the adapter has no name, so that nothing would be mapped; write for example {use: trustyai}"
        )
    return {key: _setting(item, key) for key, item in value.items()}


def _setting(value: Any, key: str) -> str:
    match value:
        case str():
            return value
        case int() | Fraction() if not isinstance(value, bool):
            return format_decimal(Fraction(value))
        case _:
            raise RefusedError(f"{described(value)} stands where {key} wants text or a number", key)


AdapterUse: TypeAlias = Annotated[
    dict[str, str],
    reads(
        _request,
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {USE: {"type": "string"}},
                    "required": [USE],
                    "additionalProperties": {"type": ["string", "number"]},
                },
            ],
            "examples": ["trustyai", {USE: "trustyai", "p_value": 0.01}],
        },
    ),
]
"""An adapter's id and parameters; which there are is known to the catalogue alone."""
