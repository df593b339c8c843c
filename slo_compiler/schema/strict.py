"""What mappings of a file that is read have in common: the choice between keys."""

from __future__ import annotations

from slo_compiler.schema.refusal import RefusedError
from slo_compiler.schema.shape import Config, Shape, told


class Strict(Shape):
    """A mapping in which every unknown key is an error and nothing is converted silently."""

    def exactly_one(self, *keys: str, consequence: str) -> None:
        """Refuse a mapping with none of the keys, or with more than one."""
        given = [key for key in keys if key in self.__pydantic_fields_set__]
        if not given:
            raise RefusedError(f"one of {', '.join(keys)} is missing: {consequence}")
        if len(given) > 1:
            raise RefusedError(
                f"{' and '.join(given)} exclude each other: {consequence}; keep one of them",
                given[-1],
                "[key]",
            )


def one_required(*keys: str) -> Config:
    """That exactly one of the keys has to be given, told to an editor."""
    return told({"oneOf": [{"required": [key]} for key in keys]})
