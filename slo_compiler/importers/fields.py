"""The keys of a foreign mapping, each read by its type; what nobody asked for is told at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Self

from slo_compiler.diagnostics import Diagnostic, Position, nearest
from slo_compiler.importers import telling
from slo_compiler.schema.refusal import described
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


class Fields:
    """A mapping on its way to be read.

    Within its ``with`` it is read, and what is left of it at the end is told. A getter returns None where
    the key is missing or has nothing behind it, and where something of another type stands there, which it
    adds to what was found.
    """

    def __init__(self, node: MappingNode, what: str, found: list[Diagnostic]) -> None:
        """Begin to read ``node``, which messages call ``what``."""
        self.node = node
        self.what = what
        self.found = found
        self._asked: dict[str, None] = {}

    @property
    def position(self) -> Position:
        """Where the mapping begins."""
        return self.node.position

    def place(self, key: str) -> Position:
        """Where a key stands, or else the mapping."""
        return self.node.entries[key].key.position if key in self.node.entries else self.position

    def has(self, key: str) -> bool:
        """Whether there is anything behind the key."""
        return self.take(key) is not None

    def take(self, key: str, *, required: bool = False) -> Node | None:
        """What stands behind a key, whatever it is."""
        self._asked[key] = None
        value = self.node.entries[key].value if key in self.node.entries else None
        if value is None or (isinstance(value, ScalarNode) and value.value is None):
            if required:
                self._missing(key)
            return None
        return value

    def scalar(self, key: str, *, required: bool = False) -> ScalarNode | None:
        """Text, a number or a flag; not an empty text."""
        value = self.take(key, required=required)
        if value is None:
            return None
        if not isinstance(value, ScalarNode):
            self._mistyped(value, key, "text or a number")
            return None
        if not value.text.strip():
            if required:
                self._missing(key)
            return None
        return value

    def number(self, key: str, *, required: bool = False) -> Fraction | None:
        """A number, written as one or as text."""
        value = self.scalar(key, required=required)
        if value is None:
            return None
        number = number_in(value)
        if number is None:
            self._mistyped(value, key, "a number")
        return number

    def flag(self, key: str) -> bool | None:
        """True or false."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, ScalarNode) and isinstance(value.value, bool):
            return value.value
        self._mistyped(value, key, "true or false")
        return None

    def fields(self, key: str, *, required: bool = False) -> Fields | None:
        """A mapping, to be read in its turn."""
        value = self.take(key, required=required)
        if value is None:
            return None
        if not isinstance(value, MappingNode):
            self._mistyped(value, key, "a mapping")
            return None
        return Fields(value, key, self.found)

    def items(self, key: str, *, required: bool = False) -> tuple[Node, ...]:
        """The items of a list; none where there is none."""
        value = self.take(key, required=required)
        if isinstance(value, SequenceNode):
            if required and not value.items:
                self._missing(key)
            return value.items
        if value is not None:
            self._mistyped(value, key, "a list")
        return ()

    def mappings(self, key: str, *, required: bool = False) -> Iterator[Fields]:
        """The items of a list of mappings."""
        for item in self.items(key, required=required):
            if isinstance(item, MappingNode):
                yield Fields(item, key, self.found)
            else:
                self._mistyped(item, key, "mappings")

    def __enter__(self) -> Self:
        """Begin to read."""
        return self

    def __exit__(self, *_: object) -> None:
        """Tell of every key that nobody asked for."""
        for key, entry in self.node.entries.items():
            if key in self._asked:
                continue
            near = nearest(key, self._asked)
            advice = f"; did you mean {near}?" if near else ""
            message = f"{self.what} has no key {described(key)}: it had no effect and has none here{advice}"
            self.found.append(telling.unknown_key(entry.key.position, message))

    def _missing(self, key: str) -> None:
        message = f"{key} is missing: without it {self.what} says nothing"
        self.found.append(telling.invalid(self.position, message))

    def _mistyped(self, value: Node, key: str, wanted: str) -> None:
        stands = described(value.value) if isinstance(value, ScalarNode) else _kind(value)
        message = f"{stands} stands where {key} wants {wanted}"
        self.found.append(telling.invalid(value.position, message))


def is_of_kind(document: MappingNode, kinds: Sequence[str], tool: str, found: list[Diagnostic]) -> bool:
    """Whether an object is of a kind that a tool has; told where it is not."""
    kind = named(document, "kind")
    if kind in kinds:
        return True
    near = nearest(kind, kinds)
    advice = f"; did you mean {near}?" if near else f"; known: {', '.join(kinds)}"
    message = f"{kind or 'an object without a kind'} is no kind of {tool}{advice}"
    place = document.entries["kind"].value.position if kind else document.position
    found.append(telling.invalid(place, message))
    return False


def number_in(scalar: ScalarNode) -> Fraction | None:
    """The number that a scalar is, or that its text reads as."""
    if isinstance(scalar.value, int | Fraction) and not isinstance(scalar.value, bool):
        return Fraction(scalar.value)
    try:
        return Fraction(scalar.text.strip()) if len(scalar.text) <= 40 and "/" not in scalar.text else None
    except (ValueError, ZeroDivisionError):
        return None


def named(node: MappingNode, key: str) -> str:
    """The text behind a key, or nothing."""
    value = node.entries[key].value if key in node.entries else None
    return value.text if isinstance(value, ScalarNode) else ""


def _kind(value: Node) -> str:
    return "a list" if isinstance(value, SequenceNode) else "a mapping"
