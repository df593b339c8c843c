"""``slo-compiler import``: the specs of Sloth, Pyrra and OpenSLO to specs of ours."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import click

from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.new_files import write_new
from slo_compiler.cli.report import report
from slo_compiler.compiler import import_sources
from slo_compiler.diagnostics import has_errors
from slo_compiler.emitters import spec_yaml
from slo_compiler.importers.assemble import NativeSpec
from slo_compiler.importers.telling import as_errors
from slo_compiler.schema.text_fields import OWNER_NAME


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the specs."
)
@click.option("--owner", help="Who answers for services of which no label says it.")
@click.option("--strict", is_flag=True, help="What cannot be carried over as it is, is an error.")
@click.option("--quiet", "-q", is_flag=True, help="Do not show notes.")
@click.pass_context
def command(  # noqa: PLR0913  an argument an option
    ctx: click.Context, paths: tuple[Path, ...], out: Path, owner: str | None, *, strict: bool, quiet: bool
) -> None:
    """Write the specs that PATHS, files or folders of Sloth, Pyrra or OpenSLO, stand for: one a service.

    What has no counterpart, or means something else here, is reported at its place. Nothing is written when
    there is an error, and no file is overwritten.
    """
    if owner is not None and not re.fullmatch(OWNER_NAME, owner):
        raise click.BadParameter(f"{owner!r} is no name for an owner", param_hint="--owner")
    sources = read_sources(paths)
    specs, found = import_sources(sources.specs, owner=owner)
    found = as_errors(found) if strict else found
    report(found, quiet_notes=quiet)
    if has_errors(found) or not specs:
        told = f"{out} was not written" if has_errors(found) else "there is no SLO in these files"
        click.echo(told, err=True)
        ctx.exit(1)
    ctx.exit(_write(specs, out))


def _write(specs: Iterable[NativeSpec], out: Path) -> int:
    """Write all specs or none: what stands in the way may have been edited since it was imported."""
    texts = {f"{spec.service}.yaml": _text(spec) for spec in specs}
    present = [out / name for name in texts if os.path.lexists(out / name)]
    if present:
        listed = ", ".join(map(str, present))
        click.echo(f"already there: {listed}; nothing was written", err=True)
        return 1
    write_new(out, texts)
    for name in texts:
        click.echo(f"wrote {out / name}")
    click.echo(f"next: slo-compiler lint {out}")
    return 0


def _text(spec: NativeSpec) -> str:
    return spec_yaml.document(spec.root, comment=f"Imported from {', '.join(spec.origins)}.")
