"""Examples as the compiler has them: what rules they become, and what is said of their keys."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from slo_compiler.compiler import compile_sources
from slo_compiler.rules.ir import AlertingRule, RecordingRule
from slo_compiler.rules.program import Program
from slo_compiler.schema.json_schema import json_schema
from slo_compiler.sources import Source, Sources

EXAMPLES: Final = Path(__file__).parent / "examples"


def example(path: str) -> str:
    """The text of an example spec."""
    return (EXAMPLES / path).read_text(encoding="utf-8")


def program_of(spec: str) -> Program:
    """What an example compiles to.

    Raises:
        ValueError: it has errors.
    """
    compilation = compile_sources(Sources((Source("example.yaml", spec.encode()),)))
    if compilation.program is None:
        raise ValueError("\n".join(map(str, compilation.diagnostics)))
    return compilation.program


def rules_of(program: Program) -> Iterator[RecordingRule | AlertingRule]:
    """All rules of a program."""
    for lowered in program.lowered:
        for group in lowered.groups:
            yield from group.rules


def keys_of(model: str) -> list[tuple[str, str, bool]]:
    """Each key of a part of a spec, as its schema has it: name, description, whether it is required."""
    part = _parts_of_a_spec()[model]
    required = part.get("required", [])
    return [(key, told.get("description", ""), key in required) for key, told in part["properties"].items()]


@functools.cache
def _parts_of_a_spec() -> dict[str, Any]:
    parts: dict[str, Any] = json_schema("spec")["$defs"]
    return parts
