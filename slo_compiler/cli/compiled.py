"""The specs that a command is about, compiled, or the end of the command with what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.report import report
from slo_compiler.compiler import compile_sources
from slo_compiler.sources import Sources

if TYPE_CHECKING:
    from slo_compiler.emitters.runbooks.templates import Override
    from slo_compiler.rules.program import Program

SPECS: Final = Path("specs")
"""Where specs are looked for when an incident leaves no time to say so."""


def compiled(sources: Sources) -> Program:
    """The program of the specs, after a report of all there is to say of them but notes.

    Raises:
        click.exceptions.Exit: there are errors among it.
    """
    compilation = compile_sources(sources)
    report(compilation.diagnostics, quiet_notes=True)
    if compilation.program is None:
        raise click.exceptions.Exit(1)
    return compilation.program


def compiled_for(service: str, specs: Sequence[Path]) -> tuple[Program, tuple[Override, ...]]:
    """What the rules of a service were compiled from, and the user's templates; of sound specs not a word.

    At an incident nobody wants to hear what a reviewer should.

    Raises:
        click.exceptions.Exit: there are errors, which were reported.
        click.UsageError: the service is not among the specs.
    """
    from slo_compiler.incident.triage import services_of  # noqa: PLC0415  few commands are about incidents

    compilation = compile_sources(read_sources(specs or (SPECS,)))
    if compilation.program is None:
        report(compilation.diagnostics)
        raise click.exceptions.Exit(1)
    known = services_of(compilation.program)
    if service not in known:
        raise click.UsageError(f"there is no service {service} in these specs; there are {', '.join(known)}")
    return compilation.program, compilation.templates
