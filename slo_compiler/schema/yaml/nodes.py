"""The tree that a YAML document is read into: its values, exactly as written, and where each one stands."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, TypeAlias, assert_never

from msgspec import Struct

from slo_compiler.diagnostics import Position

ScalarValue: TypeAlias = "str | int | Fraction | bool | None"
"""What a scalar stands for. A number with a point or an exponent is an exact fraction, never a float."""

Data: TypeAlias = "ScalarValue | list[Data] | dict[str, Data]"
"""The same values without their places."""

Node: TypeAlias = "ScalarNode | SequenceNode | MappingNode"

# Where pydantic finds fault with a key of a dict, it says so by one more step in the location.
# https://docs.pydantic.dev/latest/errors/errors/
_KEY_STEP: Final = "[key]"


class Style(enum.Enum):
    """How a scalar is written, by the character that YAML announces it with."""

    PLAIN = ""
    SINGLE_QUOTED = "'"
    DOUBLE_QUOTED = '"'
    LITERAL = "|"
    FOLDED = ">"


class ScalarNode(Struct, frozen=True):
    """One value, or one key."""

    position: Position
    value: ScalarValue
    text: str
    """What YAML says the characters are, before they are taken for a number: ``0.250`` stays ``0.250``."""
    style: Style
    source: str
    """What stands in the file, quotes, escapes, indentation and all, with lines ended by a line feed."""
    origin: Origin | None = None
    """What the text was made of, where it stands in no file."""


class Origin(Struct, frozen=True):
    """The scalar of a file that another text was made of."""

    scalar: ScalarNode
    offsets: tuple[int, ...]
    """For each character of the new text, and last for its end, the offset in the scalar's own text."""


class SequenceNode(Struct, frozen=True):
    """A list."""

    position: Position
    items: tuple[Node, ...]


class Entry(Struct, frozen=True):
    """A key and its value."""

    key: ScalarNode
    value: Node


class MappingNode(Struct, frozen=True):
    """Keys and their values, in the order of the file."""

    position: Position
    entries: dict[str, Entry]


def to_data(node: Node) -> Data:
    """The values alone: what pydantic validates."""
    match node:
        case ScalarNode():
            return node.value
        case SequenceNode():
            return [to_data(item) for item in node.items]
        case MappingNode():
            return {key: to_data(entry.value) for key, entry in node.entries.items()}
        case _:
            assert_never(node)


def find(root: Node, location: Sequence[str | int]) -> Node:
    """The node at a pydantic ``loc`` such as ``("slos", 0, "objective")``, or its nearest ancestor.

    Steps that are in no file, such as the names of the members of a union, are passed over.
    """
    node = root
    for step in location:
        node = _below(node, step) or node
    return node


def locate(root: Node, location: Sequence[str | int]) -> Position:
    """Where the value at ``location`` begins, or its nearest ancestor; for pydantic's ``[key]``, the key."""
    if location and location[-1] == _KEY_STEP:
        return locate_key(root, location[:-1])
    return find(root, location).position


def locate_key(root: Node, location: Sequence[str | int]) -> Position:
    """Where the key that ``location`` ends with begins: the place to show for a key that nobody knows.

    An item of a list has no key, so its value is shown.
    """
    node, key = _trail(root, location)[-1]
    return node.position if key is None else key.position


def name_at(root: Node, location: Sequence[str | int]) -> str:
    """What a message calls the value at ``location``: its key, or for an item of a list that and a number."""
    steps = [step for step in location if step != _KEY_STEP]
    node, key = _trail(root, steps)[-1]
    if key is not None:
        return key.text
    indexes = [step for step in steps if isinstance(step, int)]
    return "the file" if node is root or not indexes else f"item {indexes[-1] + 1}"


def _trail(root: Node, location: Sequence[str | int]) -> list[tuple[Node, ScalarNode | None]]:
    """The root and each node below it that the location leads through, with its key if it has one."""
    node = root
    trail: list[tuple[Node, ScalarNode | None]] = [(root, None)]
    for step in location:
        below = _below(node, step)
        if below is not None:
            key = node.entries[step].key if isinstance(node, MappingNode) and isinstance(step, str) else None
            node = below
            trail.append((node, key))
    return trail


def _below(node: Node, step: str | int) -> Node | None:
    """What a step leads to from a node."""
    if isinstance(node, MappingNode):
        entry = node.entries.get(step) if isinstance(step, str) else None
        return None if entry is None else entry.value
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None
