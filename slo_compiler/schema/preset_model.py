"""The shape of a preset in an indicator's place: its name, and parameters that only the preset knows."""

from typing import Any, ClassVar

from slo_compiler.schema.fields import Given
from slo_compiler.schema.shape import Config, Shape
from slo_compiler.schema.text_fields import PresetId, ReleaseText


class PresetModel(Shape):
    """An SLI out of the library, with its parameters beside the name; slo-compiler presets lists them."""

    model_config: ClassVar[Config] = {"extra": "allow"}

    preset: PresetId
    """The preset, such as vllm/time-to-first-token."""
    release: Given[ReleaseText] = None
    """The release of the system that runs, in quotes; the newest one where neither this nor systems says."""

    @property
    def parameters(self) -> dict[str, Any]:
        """What is given beside them."""
        return {**(self.__pydantic_extra__ or {})}


def is_preset(value: Any) -> str:
    """The tag of a union's member, which is no key of one: whether an indicator's value is a preset."""
    named = "preset" in value if isinstance(value, dict) else isinstance(value, PresetModel)
    return "library" if named else "own"
