"""What every mapping of a file that is read has in common: no key is ignored, and no value converted."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from slo_compiler.schema.refusal import RefusedError


class Strict(BaseModel):
    """A mapping in which every unknown key is an error and nothing is converted silently."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, populate_by_name=False, defer_build=True
    )

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Itself, for it cannot change: pydantic would copy a default for each mapping that leaves it out."""
        return self

    def exactly_one(self, *keys: str, consequence: str) -> None:
        """Refuse a mapping with none of the keys, or with more than one."""
        given = [key for key in keys if getattr(self, key) is not None]
        if not given:
            raise RefusedError(f"one of {', '.join(keys)} is missing: {consequence}")
        if len(given) > 1:
            raise RefusedError(
                f"{' and '.join(given)} exclude each other: {consequence}; keep one of them",
                given[-1],
                "[key]",
            )


def one_required(*keys: str) -> ConfigDict:
    """That exactly one of the keys has to be given, told to an editor."""
    return ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in keys]})
