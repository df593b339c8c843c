"""A preset as a spec asks for it: a name and parameters, until it is expanded to an indicator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slo_compiler.diagnostics import Position
from slo_compiler.model.place import Locate, nowhere


@dataclass(frozen=True, slots=True)
class PresetUse:
    """A preset that stands in an indicator's place.

    ``parameters`` are the values as YAML has them: which there may be, and of what type, the preset says.
    """

    preset: str
    release: str | None
    parameters: Mapping[str, Any]
    position: Position = field(compare=False)
    locate: Locate = field(default=nowhere, compare=False, repr=False)
