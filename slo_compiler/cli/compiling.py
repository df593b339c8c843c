"""Specs to generated files: at once where they are few, and else service by service, in some processes.

Files that are generated service by service wait in a folder until it is known that all can be written.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from slo_compiler.cli import manifest
from slo_compiler.cli.generated import Generated, in_memory
from slo_compiler.cli.processes import MOST_NUMBERS, in_processes
from slo_compiler.compiler import Compilation, Planned, lower_planned, plan_sources
from slo_compiler.diagnostics import Diagnostic, has_errors
from slo_compiler.shares import Share, Shares, divided
from slo_compiler.sources import Sources

FEW: Final = 50
"""SLOs that one process compiles before another is of use."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """All there is to say of specs, and the files they compile to; none where there are errors."""

    diagnostics: tuple[Diagnostic, ...]
    generated: Generated | None


@contextlib.contextmanager
def compiled(sources: Sources, jobs: int | None, progress: Callable[[str], None]) -> Iterator[Compiled]:
    """What sources compile to, for as long as the block takes.

    Args:
        sources: the files.
        jobs: how many processes; None for as many as are of use.
        progress: told the name of each file and SLO as it is taken up.

    Raises:
        ProcessFailedError: a process did not finish.
    """
    planned = plan_sources(sources, progress=progress)
    shares = divided(planned) if isinstance(planned, Planned) and _is_much(planned, jobs) else None
    if isinstance(planned, Compilation):
        yield Compiled(planned.diagnostics, None)
    elif shares is None:
        compilation = lower_planned(planned)
        yield Compiled(
            compilation.diagnostics,
            None if compilation.program is None else in_memory(compilation.artifacts()),
        )
    else:
        with tempfile.TemporaryDirectory(prefix="slo-compiler-") as folder:
            yield _divided(planned, shares, jobs or processors(), Path(folder))


def processors() -> int:
    """How many processes can run at the same time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_much(planned: Planned, jobs: int | None) -> bool:
    return len(planned.plans) > FEW or (jobs is not None and jobs > 1)


def _divided(planned: Planned, shares: Shares, jobs: int, folder: Path) -> Compiled:
    """The shares compiled in some processes, and their files in the folder."""
    services = list(shares.services)
    pieces = [services[start::MOST_NUMBERS] for start in range(min(len(services), MOST_NUMBERS))]

    def work(numbers: Iterator[int]) -> bytes:
        compiled_here = (shares.of_service(name) for number in numbers for name in pieces[number])
        return json.dumps(_spooled(compiled_here, folder)).encode()

    told = in_processes(min(jobs, len(pieces)), len(pieces), work)
    spooled = [_spooled([shares.of_all()], folder), *map(json.loads, told)]
    files = [(path, digest) for of_process, _ in spooled for path, digest in of_process]
    digests = dict(files)
    generated = Generated(
        tuple(path for path, _ in files), digests, lambda path: (folder / digests[path]).read_bytes()
    )
    if not any(has_problems for _, has_problems in spooled):
        return Compiled(shares.diagnostics, generated)
    compilation = lower_planned(planned)
    return Compiled(compilation.diagnostics, None if compilation.program is None else generated)


def _spooled(shares: Iterable[Share], folder: Path) -> tuple[list[tuple[str, str]], bool]:
    """The path and digest of each file, by which it is in the folder; and whether there are problems."""
    files = []
    has_problems = False
    for share in shares:
        has_problems |= bool(share.problems)
        for artifact in () if has_errors(share.problems) else share.artifacts:
            data = artifact.text.encode()
            digest = manifest.digest(data)
            (folder / digest).write_bytes(data)
            files.append((artifact.path, digest))
    return files, has_problems
