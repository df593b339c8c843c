"""Adapters: recording rules that map what another system exposes onto the metric contract."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from slo_compiler.diagnostics import Position
from slo_compiler.model.place import Locate, nowhere
from slo_compiler.model.placed import Placed

ADAPTER: Final = "adapter"
"""The label that every recorded series has, with the adapter's id: it never is taken for a scraped one."""


class ParameterType(enum.Enum):
    """What a parameter of an adapter takes, and how it is written into an expression."""

    LABEL = "label"
    """The name of a label of the system's metrics."""
    TEXT = "text"
    """The value of a label; it is quoted."""
    CHOICE = "choice"
    """One of a few values of a label; it is quoted."""
    SHARE = "share"
    """A number between 0 and 1, such as a significance level."""
    NUMBER = "number"
    """A number above 0."""
    DURATION = "duration"
    """A duration; ``$name_seconds`` stands for it as a number."""


class Parameter(Struct, frozen=True):
    """What an adapter can be told, and what holds when it is not."""

    type: ParameterType
    default: str
    description: str
    choices: tuple[str, ...] = ()


class AdapterRule(Struct, frozen=True):
    """A recording rule with ``$name`` for parameters, in its expression and in the values of its labels."""

    record: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)


class Adapter(Struct, frozen=True):
    """What is known of a system, and the rules that map it."""

    id: str
    system: str
    releases: str
    """Those that its metrics were read from."""
    source: str
    """Where its metrics are described."""
    summary: str
    prerequisites: tuple[str, ...]
    caveats: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    rules: tuple[AdapterRule, ...]


class AdapterRequest(Placed, frozen=True):
    """An adapter that ``defaults.yaml`` asks for, with the parameters that it gives."""

    use: str
    given: Mapping[str, str] = field(default_factory=dict)
    position: Position = Position("defaults.yaml")
    locate: Locate = nowhere


class ChosenAdapter(Placed, frozen=True):
    """An adapter and the value of each of its parameters."""

    adapter: Adapter
    settings: Mapping[str, str]
    position: Position = Position("defaults.yaml")
