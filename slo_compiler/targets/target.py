"""What a target is: files from a program, and what of the program it cannot take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.rules.program import Program

LIMIT: Final = "target/limit"
UNSUPPORTED: Final = "target/unsupported"
"""The checks that several targets have."""

Emitter: TypeAlias = Callable[[Program], Iterator[Artifact]]
Check: TypeAlias = Callable[[Program], Iterator[Diagnostic]]


class Target(Struct, frozen=True):
    """A ruler or packaging. Both functions give nothing where the program does not ask for it."""

    emit: Emitter
    check: Check
