"""A preset as a spec asks for it: a name and parameters, until it is expanded to an indicator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slo_compiler.diagnostics import Position
from slo_compiler.model.place import Locate, nowhere
from slo_compiler.model.placed import Placed


class PresetUse(Placed, frozen=True):
    """A preset that stands in an indicator's place.

    ``parameters`` are the values as YAML has them: which there may be, and of what type, the preset says.
    """

    preset: str
    release: str | None
    parameters: Mapping[str, Any]
    position: Position
    locate: Locate = nowhere
