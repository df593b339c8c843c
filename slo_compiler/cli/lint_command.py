"""``slo-compiler lint``: every problem of the specs, at its place."""

from __future__ import annotations

from pathlib import Path

import click

from slo_compiler.cli.diagnostic_formats import STYLES, formatted
from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.progress import progress
from slo_compiler.cli.report import report, visible
from slo_compiler.cli.style import format_option
from slo_compiler.compiler import compile_sources
from slo_compiler.diagnostics import has_errors


@click.command("lint")
@click.argument("specs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--quiet", "-q", is_flag=True, help="Do not show notes.")
@format_option(*STYLES, told="For humans on standard error; the others for programs on standard output.")
@click.pass_context
def command(ctx: click.Context, specs: tuple[Path, ...], style: str, *, quiet: bool) -> None:
    """Report every problem of SPECS, files or folders, as path:line:column.

    Exits 1 when there is an error.
    """
    sources = read_sources(specs)
    with progress() as step:
        diagnostics = compile_sources(sources, progress=step).diagnostics
    if style != "text":
        click.echo(formatted(visible(diagnostics, quiet_notes=quiet), style), nl=False)
    elif not report(diagnostics, quiet_notes=quiet):
        click.echo("no problems", err=True)
    ctx.exit(1 if has_errors(diagnostics) else 0)
