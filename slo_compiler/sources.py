"""What a compilation reads: files as bytes, each under the name by which diagnostics call it."""

from __future__ import annotations

from msgspec import Struct


class Source(Struct, frozen=True):
    """A file: how diagnostics call it, and its bytes."""

    path: str
    content: bytes


class Sources(Struct, frozen=True):
    """All that a compilation reads."""

    specs: tuple[Source, ...]
    defaults: Source | None = None
    receivers: Source | None = None
    templates: tuple[Source, ...] = ()
    """The user's own templates of runbooks."""
    targets: tuple[str, ...] | None = None
    """The names of the targets that are wanted, in the place of those that the defaults name."""
