"""What a push to a ruler changes: the groups that are to be there against those that it has."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.quantities import format_duration, parse_duration
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import Data, to_data

Groups: TypeAlias = Mapping[tuple[str, str], Data]
"""Rule groups as values, by namespace and name."""

_DURATIONS: Final = ("interval", "for", "keep_firing_for", "query_offset")


class Kind(enum.Enum):
    """What happens to a group; the value is how it is told."""

    CREATED = "to be created"
    CHANGED = "to be changed"
    REMOVED = "to be removed"
    UNCHANGED = "unchanged"


class Payload(Struct, frozen=True):
    """A group as it is posted."""

    namespace: str
    name: str
    text: str


class Change(Struct, frozen=True):
    """What a push does to a group; ``text`` is what is posted, None where it is removed."""

    kind: Kind
    namespace: str
    name: str
    text: str | None = None

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.namespace}/{self.name}"


def read_namespace(namespace: str, content: bytes) -> Groups | Diagnostic:
    """The groups that a ruler says it has in a namespace, or why they cannot be read."""
    if not content.strip():
        return {}
    root = read_document(namespace, content)
    if isinstance(root, list):
        return root[0]
    document = to_data(root)
    groups = document.get(namespace) if isinstance(document, dict) else None
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        return error(Position(namespace), "spec/type", "the ruler answers with no list of rule groups")
    return {(namespace, str(_of(group, "name"))): _canonical(group) for group in groups}


def changes(wanted: Sequence[Payload], present: Groups) -> list[Change]:
    """What is to be done so that the ruler has just the wanted groups, those to be removed last.

    Args:
        wanted: all groups.
        present: the groups of all namespaces that are ours.
    """
    found = [_change(payload, present) for payload in wanted]
    kept = {(payload.namespace, payload.name) for payload in wanted}
    removed = [Change(Kind.REMOVED, *key) for key in sorted(present.keys() - kept)]
    return [*found, *removed]


def _change(payload: Payload, present: Groups) -> Change:
    here = present.get((payload.namespace, payload.name))
    kind = Kind.CREATED
    if here is not None:
        root = read_document(payload.name, payload.text.encode())
        if isinstance(root, list):
            raise ValueError(f"what is to be posted cannot be read: {root[0]}")
        kind = Kind.UNCHANGED if here == _canonical(to_data(root)) else Kind.CHANGED
    return Change(kind, payload.namespace, payload.name, payload.text)


def _canonical(value: Data, key: str = "") -> Data:
    """The value without what a ruler may write otherwise: durations, and what is empty."""
    match value:
        case dict():
            return {
                name: _canonical(each, name) for name, each in value.items() if each not in ({}, [], "", None)
            }
        case list():
            return [_canonical(each) for each in value]
        case str() if key in _DURATIONS:
            return _duration(value)
        case _:
            return value


def _duration(text: str) -> str:
    try:
        return format_duration(parse_duration(text))
    except ValueError:
        return text


def _of(group: Data, key: str) -> Data:
    return group.get(key) if isinstance(group, dict) else None
