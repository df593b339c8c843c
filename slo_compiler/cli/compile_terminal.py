"""What ``slo-compiler compile`` tells of the output folder: what was written, or how it is stale."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from slo_compiler.cli.generated import Generated
from slo_compiler.cli.output import Changes

MOST_DIFF_LINES: Final = 200
"""Of each stale file: enough to see what kind of change it is."""


def tell_errors(out: Path, *, check: bool) -> int:
    """Say that errors kept the folder from being written, or compared; return the exit code."""
    click.echo(f"{out} was not {'compared' if check else 'written'}", err=True)
    return 1


def tell_written(out: Path, changes: Changes) -> int:
    """Say what writing changed, above all whose edits are lost; return the exit code."""
    for path in changes.edited:
        click.echo(f"{out / path}: note: edits by hand were overwritten; edit the specs instead", err=True)
    for path in changes.removed:
        click.echo(f"{out / path}: note: removed, for nothing in these specs compiles to it", err=True)
    click.echo(f"{out}: {_summary(changes)}", err=True)
    return 0


def tell_fresh(out: Path) -> int:
    """Say that the folder is as it should be; return the exit code."""
    click.echo(f"{out} is what the specs compile to", err=True)
    return 0


def tell_stale(out: Path, changes: Changes, generated: Generated) -> int:
    """Show how the folder differs from what is generated; return the exit code."""
    for line in _differences(changes, generated, out):
        click.echo(line)
    click.echo(f"{out} is stale: {_summary(changes)}; run slo-compiler compile and commit", err=True)
    return 1


def _differences(changes: Changes, generated: Generated, out: Path) -> Iterator[str]:
    yield from (f"to be created: {out / path}" for path in changes.created)
    yield from (f"to be removed: {out / path}" for path in changes.removed)
    yield from (f"in the way: {conflict}" for conflict in changes.conflicts)
    for path in changes.changed:
        yield f"to be changed: {out / path}"
        if path in generated.digests:  # of the manifest, no human wants to see the difference
            yield from _difference(out / path, generated.read(path).decode())


def _difference(path: Path, text: str) -> Iterator[str]:
    import difflib  # noqa: PLC0415  only for what is stale

    old = path.read_text(encoding="utf-8", errors="replace").splitlines()
    lines = difflib.unified_diff(old, text.splitlines(), str(path), f"{path} (compiled)", lineterm="")
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
