"""YAML written from values, so that every reader reads the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from slo_compiler.emitters.yaml_text import Written

Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value]"
"""What can be written: no floats, which are not exact, and no nulls, which say nothing."""


def document(value: Mapping[str, Value], *, comment: str) -> str:
    """One YAML document with a comment on top. Keys keep their order."""
    written = Written()
    _mapping(written, value, "\n", "")
    return written.document(comment)


def _mapping(written: Written, value: Mapping[str, Value], begin: str, head: str) -> None:
    """The entries of a mapping, of which the first stands behind ``head``."""
    for key, item in value.items():
        _entry(written, f"{head}{written.words[key]}:", item, begin)
        head = begin


def _sequence(written: Written, value: Sequence[Value], begin: str, head: str) -> None:
    """The items of a sequence, of which the first stands behind ``head``."""
    inner = f"{begin}  "
    for item in value:
        if isinstance(item, str | int) or not item:
            _entry(written, f"{head}-", item, begin)
        elif isinstance(item, Mapping):
            _mapping(written, item, inner, f"{head}- ")
        else:
            _sequence(written, item, inner, f"{head}- ")
        head = begin


def _entry(written: Written, head: str, item: Value, begin: str) -> None:
    """A key with its value, on the same line where it fits there."""
    if isinstance(item, str):
        written.text(head, item, f"{begin}  ")
    elif isinstance(item, int):
        written.pieces.append(f"{head} {_scalar(item)}")
    elif not item:
        written.pieces.append(f"{head} {'{}' if isinstance(item, Mapping) else '[]'}")
    elif isinstance(item, Mapping):
        written.pieces.append(head)
        _mapping(written, item, f"{begin}  ", f"{begin}  ")
    else:
        written.pieces.append(head)
        _sequence(written, item, begin, begin)


def _scalar(item: int) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item)
