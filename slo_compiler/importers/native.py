"""Builds the tree of a spec of ours, each part at the place in the foreign file that it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from slo_compiler.quantities import format_decimal
from slo_compiler.schema.yaml.nodes import Entry, MappingNode, Node, Origin, ScalarNode, SequenceNode, Style


class Piece(NamedTuple):
    """A part of a new text: the characters of the old one from an offset, or others in their place."""

    text: str
    start: int
    is_old: bool = True


def text(value: str, at: Node) -> ScalarNode:
    """A text that belongs to a place."""
    return ScalarNode(at.position, value, value, Style.PLAIN, value)


def number(value: Fraction, at: Node) -> ScalarNode:
    """A number that belongs to a place."""
    exact = int(value) if value.denominator == 1 else value
    return ScalarNode(at.position, exact, format_decimal(value, digits=20), Style.PLAIN, "")


def flag(value: bool, at: Node) -> ScalarNode:  # noqa: FBT001  the value is what is told
    """True or false, at a place."""
    return ScalarNode(at.position, value, "true" if value else "false", Style.PLAIN, "")


def made_of(scalar: ScalarNode, pieces: Iterable[Piece]) -> ScalarNode:
    """A new text of pieces of another one: an error in it is shown where the piece stands in the file."""
    listed = list(pieces)
    offsets = [piece.start + index * piece.is_old for piece in listed for index in range(len(piece.text))]
    end = listed[-1].start + len(listed[-1].text) * listed[-1].is_old if listed else 0
    new = "".join(piece.text for piece in listed)
    origin = Origin(scalar, (*offsets, end))
    return ScalarNode(scalar.position, new, new, scalar.style, scalar.source, origin)


def part_of(scalar: ScalarNode, start: int, end: int) -> ScalarNode:
    """A part of a text."""
    return made_of(scalar, [Piece(scalar.text[start:end], start)])


def mapping(at: Node, entries: Mapping[str, Node | None]) -> MappingNode:
    """A mapping of what is not None."""
    said = {key: value for key, value in entries.items() if value is not None}
    return MappingNode(at.position, {key: Entry(text(key, value), value) for key, value in said.items()})


def sequence(at: Node, items: Iterable[Node]) -> SequenceNode:
    """A list."""
    return SequenceNode(at.position, tuple(items))
