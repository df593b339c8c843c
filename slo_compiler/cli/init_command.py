"""``slo-compiler init``: a starter spec, with defaults and receivers beside it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from slo_compiler.cli.inputs import SHARED, SUFFIXES
from slo_compiler.cli.new_files import write_new
from slo_compiler.cli.starter import DEFAULTS, RECEIVERS, SPEC
from slo_compiler.schema.read import read_spec


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="specs")
@click.option("--service", default="my-service", show_default=True, help="The name of your service.")
@click.pass_context
def command(ctx: click.Context, folder: Path, service: str) -> None:
    """Write a starter spec to FOLDER, with defaults.yaml and receivers.yaml where there are none.

    No file is overwritten.
    """
    spec = f"{service}.yaml"
    _check(service, spec)
    texts = {spec: _spec_of(service), "defaults.yaml": DEFAULTS, "receivers.yaml": RECEIVERS}
    present = {name: found for name in texts if (found := _present(folder / name)) is not None}
    if spec in present:
        click.echo(f"already there: {present[spec]}; nothing was written", err=True)
        ctx.exit(1)
    write_new(folder, {name: text for name, text in texts.items() if name not in present})
    for name in texts:
        click.echo(f"kept {present[name]}" if name in present else f"wrote {folder / name}")
    click.echo(f"next: slo-compiler compile {folder} --out generated")


def _present(path: Path) -> Path | None:
    """What stands at a path already, with either ending of YAML."""
    return next((each for each in map(path.with_suffix, SUFFIXES) if os.path.lexists(each)), None)


def _check(service: str, spec: str) -> None:
    if spec in SHARED:
        raise click.BadParameter(f"{spec} is not read as a spec; choose another name", param_hint="--service")
    read = read_spec(spec, _spec_of(service).encode(errors="replace"))
    if isinstance(read, list):
        raise click.BadParameter(read[0].message, param_hint="--service")
    if read.service != service:
        raise click.BadParameter(f"{service!r} is no name for a service", param_hint="--service")


def _spec_of(service: str) -> str:
    return SPEC.replace("my-service", service)
