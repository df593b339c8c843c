"""Specs compiled part by part, in some processes, but for services whose files are there from the last time.

What is generated waits in a folder until it is known that all can be written.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from slo_compiler import shares
from slo_compiler.checks.retention import Shortfall
from slo_compiler.cli import manifest
from slo_compiler.cli.generated import Compiled, Generated
from slo_compiler.cli.last_time import Files, LastTime, keys_of
from slo_compiler.cli.processes import MOST_NUMBERS, Numbers, Workers, in_processes
from slo_compiler.cli.waiting import Keep, Waiting
from slo_compiler.diagnostics import Diagnostic, has_errors
from slo_compiler.planning import Shared, parts_of, plan_part
from slo_compiler.rules.traits import Traits
from slo_compiler.shares import Facts, Piece, Share, Whole
from slo_compiler.sources import Sources


class _Task(NamedTuple):
    """What a process is told to do with the parts that it has planned."""

    traits: Traits
    known: frozenset[str]
    """The services that need not be compiled."""
    sound: bool


class _Made(NamedTuple):
    """What a service came to."""

    problems: tuple[Diagnostic, ...]
    short: tuple[Shortfall, ...]
    files: dict[str, str]
    """The digest of each, by its path."""
    waiting: dict[str, str]
    """The file in which it waits."""


class Division(Struct, frozen=True):
    """A compilation of some sources part by part, in which services that are known are not compiled."""

    sources: Sources
    shared: Shared
    last: LastTime | None
    waiting: Waiting
    """Where files wait."""

    def compiled(self, processes: int) -> Compiled | None:
        """All parts compiled, and what there is to say of them; None where that can only be said of all."""
        parts = parts_of(self.sources.specs)
        pieces = [range(start, len(parts), MOST_NUMBERS) for start in range(min(len(parts), MOST_NUMBERS))]

        def planned(piece: int) -> dict[int, Share]:
            return {
                number: shares.share(plan_part(parts[number], self.shared), self.shared)
                for number in pieces[piece]
            }

        def work(numbers: Numbers) -> Generator[bytes, bytes, bytes]:
            known = {piece: planned(piece) for piece in numbers.taken()}
            found = {number: share.facts for of_piece in known.values() for number, share in of_piece.items()}
            answer = yield pickle.dumps(found)
            # What another process planned cannot be sent: to plan it again takes less time than to wait.
            left = (known.get(piece) or planned(piece) for piece in numbers.left())
            every = (share for of_piece in left for share in of_piece.values())
            return pickle.dumps(self._make(every, pickle.loads(answer)))  # noqa: S301  of this run

        with in_processes(min(processes, len(pieces)), len(pieces), work) as workers:
            whole = self._beside(workers)
            return self._together(whole, workers) if whole.is_divisible else None

    def _beside(self, workers: Workers) -> Whole:
        facts: dict[int, Facts] = {}
        for found in workers.found():
            facts |= pickle.loads(found)  # noqa: S301  of this run
        return shares.beside([facts[number] for number in sorted(facts)], self.shared)

    def _together(self, whole: Whole, workers: Workers) -> Compiled | None:
        sound = not has_errors(whole.found)
        keys = {} if self.last is None or not sound else keys_of(self.sources, whole)
        known = self._known(keys)
        answer = pickle.dumps(_Task(whole.traits, frozenset(known), sound))
        of_all = _made(shares.of_all(whole), self.waiting.keep if sound else None)
        made: dict[str, _Made] = {}
        for result in workers.results(answer):
            made |= pickle.loads(result)  # noqa: S301  of this run
        problems = [problem for each in (of_all, *made.values()) for problem in each.problems]
        if has_errors(problems):
            return None
        told = shares.all_told(whole, problems, [short for each in made.values() for short in each.short])
        if not sound:
            return Compiled(told, None)
        files = {**known, **{name: made[name].files for name in sorted(made)}}
        silent = {name for name in files if name in known or not (made[name].problems or made[name].short)}
        remembered = {key: files[name] for name, key in keys.items() if name in silent}
        waiting = {path: file for each in (of_all, *made.values()) for path, file in each.waiting.items()}
        return Compiled(told, self._generated([of_all.files, *files.values()], waiting), remembered)

    def _make(self, planned: Iterable[Share], task: _Task) -> dict[str, _Made]:
        notification = shares.notification_of(self.shared, task.traits)
        keep = self.waiting.keep if task.sound else None
        return {
            name: _made(shares.of_service(share, name, notification, sound=task.sound), keep)
            for share in planned
            for name in share.services
            if name not in task.known
        }

    def _known(self, keys: Mapping[str, str]) -> dict[str, Files]:
        if self.last is None:
            return {}
        found = {name: self.last.files(key) for name, key in keys.items()}
        return {name: files for name, files in found.items() if files is not None}

    def _generated(self, files: Sequence[Files], waiting: Mapping[str, str]) -> Generated:
        """The set of all files, of which those that do not wait are where they were the last time."""
        digests = {path: digest for of_share in files for path, digest in of_share.items()}

        def read_one(path: str) -> bytes:
            if self.last is not None and path not in waiting:
                return self.last.read(path, digests[path])
            return Path(waiting[path]).read_bytes()

        paths = tuple(path for of_share in files for path in of_share)
        return Generated(paths, digests, read_one, self.waiting.workspace, waiting)


def _made(piece: Piece, keep: Keep | None) -> _Made:
    """What is to be known of a piece. Without ``keep`` nobody asks for its files."""
    files, waiting = {}, {}
    if keep is not None and not has_errors(piece.problems):
        for artifact in piece.artifacts:
            data = artifact.text.encode()
            files[artifact.path] = manifest.digest(data)
            waiting[artifact.path] = keep(data)
    return _Made(piece.problems, piece.short, files, waiting)


def processors() -> int:
    """How many processes can run at the same time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
