"""What a compilation came to, as a cache keeps it: what there is to say, and the list of the files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic, Level, Position


class Outcome(Struct, frozen=True):
    """All that a run tells of its specs, without the files themselves."""

    diagnostics: tuple[Diagnostic, ...]
    manifest: bytes | None
    """The manifest of the files; None where errors let there be none."""


def encode(outcome: Outcome) -> bytes:
    """The outcome as bytes."""
    return json.dumps(
        {
            "diagnostics": [_row(found) for found in outcome.diagnostics],
            "manifest": None if outcome.manifest is None else outcome.manifest.decode(),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode(errors="surrogateescape")


def decode(data: bytes) -> Outcome:
    """The outcome of bytes that ``encode`` gave."""
    kept = json.loads(data.decode(errors="surrogateescape"))
    return Outcome(
        tuple(map(_diagnostic, kept["diagnostics"])),
        None if kept["manifest"] is None else kept["manifest"].encode(),
    )


def _row(found: Diagnostic) -> Sequence[Any]:
    place = found.position
    return place.path, place.line, place.column, found.level.value, found.message, found.check


def _diagnostic(row: Sequence[Any]) -> Diagnostic:
    path, line, column, level, message, check = row
    return Diagnostic(Position(path, line, column), Level(level), message, check)
