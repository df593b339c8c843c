"""``slo-compiler compile``: specs to files, or a look whether the files are what the specs compile to."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from slo_compiler.cli.generated import in_memory
from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.output import Changes, OutputError, compare, write
from slo_compiler.cli.progress import progress
from slo_compiler.cli.report import report
from slo_compiler.compiler import Compilation, compile_sources
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.model.targets import KINDS

MOST_DIFF_LINES: Final = 200
"""Of each stale file: enough to see what kind of change it is."""


@click.command("compile")
@click.argument("specs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the generated files. It may hold other files, which are left alone.",
)
@click.option(
    "--check", is_flag=True, help="Write nothing; show what differs, and exit 1 where anything does."
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(list(KINDS)),
    help="Write files for this target too, in the place of those that defaults.yaml names.",
)
@click.option("--quiet", "-q", is_flag=True, help="Do not show notes.")
@click.pass_context
def command(  # noqa: PLR0913 click gives each option on its own
    ctx: click.Context,
    specs: tuple[Path, ...],
    out: Path,
    targets: tuple[str, ...],
    *,
    check: bool,
    quiet: bool,
) -> None:
    """Compile SPECS, files or folders, to Prometheus rules and Alertmanager routes.

    defaults.yaml and receivers.yaml beside the specs are read with them. Nothing is written when there is an
    error, and otherwise everything at once.
    """
    _check_apart(specs, out)
    sources = replace(read_sources(specs), targets=targets or None)
    with progress() as step:
        compilation = compile_sources(sources, progress=step)
    report(compilation.diagnostics, quiet_notes=quiet)
    if compilation.program is None:
        click.echo(f"{out} was not {'compared' if check else 'written'}", err=True)
        ctx.exit(1)
    try:
        ctx.exit(_check(compilation, out) if check else _write(compilation, out))
    except OutputError as failure:
        click.echo(str(failure), err=True)
        ctx.exit(1)


def _check_apart(specs: Sequence[Path], out: Path) -> None:
    """Refuse to write among the specs: what is generated would be read as specs the next time."""
    if out.resolve() in {path.resolve() for path in specs}:
        raise click.UsageError(
            f"--out {out} is where the specs are: what is generated would be read as specs the next time; "
            f"choose a folder for it alone, such as {out / 'generated'}"
        )


def _write(compilation: Compilation, out: Path) -> int:
    changes = write(out, in_memory(compilation.artifacts()))
    for path in changes.edited:
        click.echo(f"{out / path}: note: edits by hand were overwritten; edit the specs instead", err=True)
    for path in changes.removed:
        click.echo(f"{out / path}: note: removed, for nothing in these specs compiles to it", err=True)
    click.echo(f"{out}: {_summary(changes)}", err=True)
    return 0


def _check(compilation: Compilation, out: Path) -> int:
    artifacts = {artifact.path: artifact for artifact in compilation.artifacts()}
    changes = compare(out, in_memory(artifacts.values()))
    if not changes:
        click.echo(f"{out} is what the specs compile to", err=True)
        return 0
    for line in _differences(changes, artifacts, out):
        click.echo(line)
    click.echo(f"{out} is stale: {_summary(changes)}; run slo-compiler compile and commit", err=True)
    return 1


def _differences(changes: Changes, artifacts: Mapping[str, Artifact], out: Path) -> Iterator[str]:
    yield from (f"to be created: {out / path}" for path in changes.created)
    yield from (f"to be removed: {out / path}" for path in changes.removed)
    yield from (f"in the way: {conflict}" for conflict in changes.conflicts)
    for path in changes.changed:
        yield f"to be changed: {out / path}"
        if path in artifacts:  # of the manifest, no human wants to see the difference
            yield from _difference(out / path, artifacts[path])


def _difference(path: Path, artifact: Artifact) -> Iterator[str]:
    old = path.read_text(encoding="utf-8", errors="replace").splitlines()
    lines = difflib.unified_diff(
        old, artifact.text.splitlines(), str(path), f"{path} (compiled)", lineterm=""
    )
    yield from itertools.islice(lines, MOST_DIFF_LINES)
    more = sum(1 for _ in lines)
    if more:
        yield f"... and {more} more lines"


def _summary(changes: Changes) -> str:
    counted = {
        "created": changes.created,
        "changed": changes.changed,
        "removed": changes.removed,
        "unchanged": changes.unchanged,
        "in the way": changes.conflicts,
    }
    return ", ".join(f"{len(paths)} {what}" for what, paths in counted.items() if paths) or "no files"
