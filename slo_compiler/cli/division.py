"""Services compiled by themselves, in some processes, but for those whose files are there from the last time.

What is generated waits in a folder until it is known that all can be written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from slo_compiler.cli import manifest
from slo_compiler.cli.generated import Generated
from slo_compiler.cli.last_time import Files, LastTime
from slo_compiler.cli.processes import MOST_NUMBERS, in_processes
from slo_compiler.compiler import Planned, lower_planned
from slo_compiler.diagnostics import Diagnostic, has_errors
from slo_compiler.shares import Share, Shares

FEW: Final = 50
"""SLOs that one process compiles before another is of use."""


class Compiled(Struct, frozen=True):
    """All there is to say of specs, and the files they compile to; none where there are errors."""

    diagnostics: tuple[Diagnostic, ...]
    generated: Generated | None
    services: Mapping[str, Files] = field(default_factory=dict)
    """The files of each service by its key, where each was compiled by itself: to know it again."""


class Division(Struct, frozen=True):
    """A compilation of some sources service by service, of which those that are known are not compiled."""

    planned: Planned
    shares: Shares
    keys: Mapping[str, str]
    """Of the services that may be known; empty where none is."""
    last: LastTime | None
    folder: Path
    """Of files that wait, each by its digest."""

    def compiled(self, jobs: int | None) -> Compiled:
        """All services compiled that are not known, and what there is to say of all of them."""
        known = self._known()
        anew = [name for name in self.shares.services if name not in known]
        slos = sum(len(self.shares.services[name].slos) for name in anew)
        of_services, have_problems = self._compile(anew, jobs or (processors() if slos > FEW else 1))
        of_all, has_problems = self._spool(self.shares.of_all())
        services = {**known, **of_services}
        there = {path for files in known.values() for path in files}
        generated = self._generated([of_all, *services.values()], there)
        if have_problems or has_problems:
            compilation = lower_planned(self.planned)
            sound = compilation.program is not None
            return Compiled(compilation.diagnostics, generated if sound else None)
        remembered = {key: services[name] for name, key in self.keys.items()}
        return Compiled(self.shares.diagnostics, generated, remembered)

    def _known(self) -> dict[str, Files]:
        if self.last is None:
            return {}
        found = {name: self.last.files(key) for name, key in self.keys.items()}
        return {name: files for name, files in found.items() if files is not None}

    def _compile(self, services: Sequence[str], processes: int) -> tuple[dict[str, Files], bool]:
        """The files of each service, and whether any of them has problems."""
        pieces = [services[start::MOST_NUMBERS] for start in range(min(len(services), MOST_NUMBERS))]

        def work(numbers: Iterator[int]) -> bytes:
            names = (name for number in numbers for name in pieces[number])
            return json.dumps({name: self._spool(self.shares.of_service(name)) for name in names}).encode()

        told = in_processes(min(processes, len(pieces)), len(pieces), work)
        found = {name: share for each in told for name, share in json.loads(each).items()}
        return {name: files for name, (files, _) in found.items()}, any(bad for _, bad in found.values())

    def _spool(self, share: Share) -> tuple[dict[str, str], bool]:
        """The digest of each file, which is put into the folder; and whether there are problems."""
        files = {}
        for artifact in () if has_errors(share.problems) else share.artifacts:
            data = artifact.text.encode()
            files[artifact.path] = digest = manifest.digest(data)
            (self.folder / digest).write_bytes(data)
        return files, bool(share.problems)

    def _generated(self, files: Sequence[Files], there: AbstractSet[str]) -> Generated:
        """The set of all files, of which some are where they were written the last time."""
        digests = {path: digest for of_share in files for path, digest in of_share.items()}

        def read(path: str) -> bytes:
            if self.last is not None and path in there:
                return self.last.read(path, digests[path])
            return (self.folder / digests[path]).read_bytes()

        return Generated(tuple(path for of_share in files for path in of_share), digests, read)


def processors() -> int:
    """How many processes can run at the same time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
