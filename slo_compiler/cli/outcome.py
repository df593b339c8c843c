"""What a compilation came to, as a cache keeps it: what there is to say, and the list of the files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from slo_compiler.diagnostics import Diagnostic, Level, Position

_CHECKSUM: Final = 32  # bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a run tells of its specs, without the files themselves."""

    diagnostics: tuple[Diagnostic, ...]
    manifest: bytes | None
    """The manifest of the files; None where errors let there be none."""


def encode(outcome: Outcome, key: str) -> bytes:
    """The outcome as bytes, of which the first tell whether the others are whole, and those of the key."""
    body = json.dumps(
        {
            "diagnostics": [_row(found) for found in outcome.diagnostics],
            "manifest": None if outcome.manifest is None else outcome.manifest.decode(),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode(errors="surrogateescape")
    return _checksum(body, key) + body


def decode(data: bytes, key: str) -> Outcome | None:
    """The outcome of the bytes; None where they are not what ``encode`` gives for this key."""
    checksum, body = data[:_CHECKSUM], data[_CHECKSUM:]
    if checksum != _checksum(body, key):
        return None
    try:
        kept = json.loads(body.decode(errors="surrogateescape"))
        return Outcome(
            tuple(map(_diagnostic, kept["diagnostics"])),
            None if kept["manifest"] is None else kept["manifest"].encode(),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _checksum(body: bytes, key: str) -> bytes:
    return hashlib.blake2b(body, digest_size=_CHECKSUM, key=bytes.fromhex(key)).digest()


def _row(found: Diagnostic) -> Sequence[Any]:
    place = found.position
    return place.path, place.line, place.column, found.level.value, found.message, found.check


def _diagnostic(row: Sequence[Any]) -> Diagnostic:
    path, line, column, level, message, check = row
    return Diagnostic(Position(path, line, column), Level(level), message, check)
