"""PromQL as an author wrote it, which still knows where in the spec each of its characters stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from slo_compiler.diagnostics import Position

Locate: TypeAlias = Callable[[int], Position]
"""From an offset in the text, in characters, to the place in the file."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Authored PromQL. Two of them are equal when their texts are."""

    text: str
    locate: Locate = field(compare=False, repr=False)

    @property
    def position(self) -> Position:
        """Where the expression begins."""
        return self.locate(0)
