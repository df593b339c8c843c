"""Specs to generated files: at once where they are few, and else service by service, in some processes."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from slo_compiler.cli.division import FEW, Compiled, Division
from slo_compiler.cli.generated import in_memory
from slo_compiler.cli.last_time import LastTime, keys_of
from slo_compiler.compiler import Compilation, Planned, lower_planned, plan_sources
from slo_compiler.shares import divided
from slo_compiler.sources import Sources


@contextlib.contextmanager
def compiled(
    sources: Sources, jobs: int | None, last: LastTime | None, progress: Callable[[str], None]
) -> Iterator[Compiled]:
    """What sources compile to, for as long as the block takes.

    Args:
        sources: the files.
        jobs: how many processes; None for as many as are of use.
        last: what services compiled to the last time; None to compile all of them.
        progress: told the name of each file and SLO as it is taken up.

    Raises:
        ProcessFailedError: a process did not finish.
    """
    planned = plan_sources(sources, progress=progress)
    if isinstance(planned, Compilation):
        yield Compiled(planned.diagnostics, None)
        return
    is_much = len(planned.plans) > FEW or (jobs is not None and jobs > 1)
    shares = divided(planned) if is_much else None
    if shares is None:
        yield _at_once(planned)
        return
    keys = {} if last is None else keys_of(sources, shares)
    with tempfile.TemporaryDirectory(prefix="slo-compiler-") as folder:
        yield Division(planned, shares, keys, last, Path(folder)).compiled(jobs)


def _at_once(planned: Planned) -> Compiled:
    compilation = lower_planned(planned)
    sound = compilation.program is not None
    return Compiled(compilation.diagnostics, in_memory(compilation.artifacts()) if sound else None)
