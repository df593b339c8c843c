"""From the keys of a value to its place in the file, for a diagnostic about a part of something larger."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from slo_compiler.diagnostics import Position

Locate: TypeAlias = Callable[..., Position]
"""From keys and indexes such as ``"group_by", 1`` to where that stands, or the nearest that does."""


def nowhere(*_keys: str | int) -> Position:
    """The place of what is in no file."""
    return Position("")
