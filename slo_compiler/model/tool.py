"""The tools that an LLM service may call: what a prompt injection could reach."""

from __future__ import annotations

from msgspec import Struct


class Tool(Struct, frozen=True):
    """One tool: whether it changes anything, and the data it can read."""

    name: str
    side_effects: bool
    data_scopes: tuple[str, ...]
