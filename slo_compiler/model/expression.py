"""PromQL as an author wrote it, which still knows where in the spec each of its characters stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from slo_compiler.diagnostics import Position
from slo_compiler.model.placed import Placed

Locate: TypeAlias = Callable[[int], Position]
"""From an offset in the text, in characters, to the place in the file."""


class Expression(Placed, frozen=True):
    """Authored PromQL. Two of them are equal when their texts are."""

    text: str
    locate: Locate

    @property
    def position(self) -> Position:
        """Where the expression begins."""
        return self.locate(0)
