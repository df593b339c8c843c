"""All that the rules of a program look for in the metrics."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.rules.program import Program
from slo_compiler.verify.looking import Looked
from slo_compiler.verify.of_services import looked_for_by
from slo_compiler.verify.of_slos import looked_for_by_slos


def looked_for(program: Program) -> Iterator[Looked]:
    """Every selector of SLOs and services, in the order of the program."""
    yield from looked_for_by_slos(program)
    for watched in program.watched:
        yield from looked_for_by(watched.service)
