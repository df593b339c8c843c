"""Specs to generated files: at once where they are few, and else part by part, in some processes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from slo_compiler.cli.generated import Compiled, in_memory
from slo_compiler.compiler import Planned, lower_planned
from slo_compiler.diagnostics import in_reading_order
from slo_compiler.planning import Shared, plan_part, read_shared
from slo_compiler.sources import Sources

if TYPE_CHECKING:
    from slo_compiler.cli.last_time import LastTime

LITTLE: Final = 16 * 1024
"""Bytes of specs, about fifty SLOs, that one process compiles before another is of use."""


@contextlib.contextmanager
def compiled(
    sources: Sources,
    jobs: int | None,
    out: Path | None,
    last: LastTime | None,
    progress: Callable[[str], None],
) -> Iterator[Compiled]:
    """What sources compile to, for as long as the block takes.

    Args:
        sources: the files.
        jobs: how many processes; None for as many as are of use.
        out: the folder that it is to be written to, which this run has to itself where there is much; None if
            it is to be written nowhere.
        last: what services compiled to the last time; None to compile all of them.
        progress: told the name of each file and SLO as it is taken up.

    Raises:
        click.ClickException: a process did not finish, or there is no room for what waits.
    """
    shared = read_shared(sources)
    if isinstance(shared, list):
        yield Compiled(tuple(in_reading_order(shared)), None)
        return
    is_much = sum(len(source.content) for source in sources.specs) > LITTLE
    if (not is_much and jobs in {None, 1}) or not _is_divisible(shared):
        yield _at_once(sources, shared, progress)
        return
    # What is little waits for nothing of this.
    from slo_compiler.cli.division import Division, processors  # noqa: PLC0415
    from slo_compiler.cli.processes import ProcessFailedError  # noqa: PLC0415
    from slo_compiler.cli.waiting import waiting  # noqa: PLC0415

    processes = jobs or (processors() if is_much else 1)
    with waiting(out) as place:
        progress(f"{len(sources.specs)} files in {processes} processes")
        try:
            divided = Division(sources, shared, last, place).compiled(processes)
        except ProcessFailedError as failure:
            raise click.ClickException(f"{failure}; nothing was written; --jobs 1 needs none") from failure
        if divided is not None:
            yield divided
            return
    yield _at_once(sources, shared, progress)


def _is_divisible(shared: Shared) -> bool:
    """Whether each service can be compiled by itself; some targets share groups out among all."""
    return not shared.targets.names and not shared.of_templates


def _at_once(sources: Sources, shared: Shared, progress: Callable[[str], None]) -> Compiled:
    compilation = lower_planned(Planned(shared, plan_part(sources.specs, shared, progress)))
    sound = compilation.program is not None
    return Compiled(compilation.diagnostics, in_memory(compilation.artifacts()) if sound else None)
