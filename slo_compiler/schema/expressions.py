"""Where authored PromQL stands: its text, and the place of each of its characters."""

from __future__ import annotations

from functools import partial

from slo_compiler.diagnostics import Position
from slo_compiler.model.expression import Expression
from slo_compiler.schema.yaml.nodes import Node, ScalarNode, find
from slo_compiler.schema.yaml.scalar_positions import position_at


def expression(node: Node, *location: str) -> Expression:
    """The expression that stands at a location that the schema has found to be text."""
    scalar = find(node, location)
    if not isinstance(scalar, ScalarNode):
        raise TypeError(f"no text at {location}, though the schema wants one")
    return Expression(scalar.text, partial(position_at, scalar))


def place(position: Position, _offset: int) -> Position:
    """The place of every character of an expression that follows from something else."""
    return position
