"""Writes the generated files into their folder, all of them or none, and leaves everybody else's alone.

A set is built beside the folder and then exchanged with it. What stays the same, and what is not ours, is
carried over as hard links, so that it keeps its content, inode and times.

What this does not cover: somebody else who adds a file to the folder in the microseconds between the last
look at it and the exchange loses that file. And a filesystem without hard links cannot carry anything over:
there only a first set can be written.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from msgspec import Struct

from slo_compiler.cli import exchange, manifest, staging
from slo_compiler.cli.generated import Generated
from slo_compiler.cli.output_folder import OutputError, made_above, output_folder

# Errors whose own words leave the reader alone.
_EXPLANATIONS: Final = {
    errno.EPERM: "not permitted: it is somebody else's, immutable, or the filesystem has no hard links",
    errno.EBUSY: "it is a mount point and cannot be replaced; choose a folder inside of it",
    errno.EXDEV: "it spans filesystems, or is from a lower layer of an overlay; choose a new folder",
}


class Changes(Struct, frozen=True):
    """How a set differs from what is in the folder: sorted paths relative to it, the manifest's included."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Files of an earlier set that are no longer generated."""
    unchanged: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    """Those of ``changed`` and ``removed`` that somebody edited since we wrote them: the edits are lost."""
    conflicts: tuple[str, ...] = ()
    """What is in the way and not ours: nothing is written until somebody moves it."""

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return bool(self.created or self.changed or self.removed or self.conflicts)


def compare(out: Path, generated: Generated) -> Changes:
    """What ``write`` would change, without touching anything.

    Raises:
        OutputError: the folder cannot take a set of files, or the set is none that a folder can take.
    """
    with _told(f"{out} was not compared"):
        return _plan(output_folder(out), _checked(generated)).changes


def write(out: Path, generated: Generated) -> Changes:
    """Makes this set the generated files of the folder, all or nothing; returns what that changed.

    A folder that is up to date is not touched. Missing folders above it are made.

    Raises:
        OutputError: as ``compare``; or something is in the way, or the system refuses. Nothing was written.
    """
    with _told(f"nothing was written to {out}"):
        folder, wanted = output_folder(out), _checked(generated)
        if wanted.workspace is not None:
            return _write(folder, wanted.workspace, wanted)
        if not exchange.workspace(folder).exists() and not (changes := _plan(folder, wanted).changes):
            return changes
        with made_above(folder), exchange.alone(folder) as workspace:
            return _write(folder, workspace, wanted)


def settled(out: Path, listed: bytes) -> Changes | None:
    """What ``write`` and ``compare`` would find of the set of a manifest, if that is nothing to do.

    For that every file is read: what somebody edited is not settled. None also where they have more to do.
    """
    try:
        folder = output_folder(out)
        found = staging.look(folder)
        digests = {**json.loads(listed), manifest.MANIFEST: manifest.digest(listed)}
        if exchange.workspace(folder).exists() or not all(_is_file(found, path) for path in digests):
            return None
        same = all(
            manifest.digest((folder / path).read_bytes()) == digest for path, digest in digests.items()
        )
    except (OSError, OutputError):
        return None
    return Changes(unchanged=tuple(sorted(digests))) if same else None


class _Plan(Struct, frozen=True):
    changes: Changes
    found: staging.Contents
    written: tuple[str, ...]
    """What is to be written."""
    without: frozenset[str]
    """Files and folders that are not to be carried over."""


def _plan(folder: Path, wanted: Generated) -> _Plan:
    found = staging.look(folder)
    last = _last(folder, found)
    files = {**wanted.digests, manifest.MANIFEST: manifest.digest(wanted.manifest)}
    ours = {path for path in (*last, manifest.MANIFEST) if _is_file(found, path)}
    removed = ours - files.keys()
    without = removed | _emptied(found, removed, files)
    looked_at = (path for path in files.keys() | removed if _is_file(found, path))
    present = {path: manifest.digest((folder / path).read_bytes()) for path in looked_at}
    unchanged = {path for path, digest in present.items() if files.get(path) == digest}
    blocked = _blocked(files, found, without, settled=ours | unchanged)
    created = files.keys() - present.keys() - blocked.keys()
    changed = (ours & files.keys()) - unchanged
    edited = {path for path in (changed | removed) & last.keys() if present[path] != last[path]}
    changes = Changes(
        created=tuple(sorted(created)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(removed)),
        unchanged=tuple(sorted(unchanged)),
        edited=tuple(sorted(edited)),
        conflicts=tuple(sorted(set(blocked.values()))),
    )
    return _Plan(changes, found, tuple(sorted(created | changed)), frozenset(without))


def _last(folder: Path, found: staging.Contents) -> dict[str, str]:
    """The digests of the set that was written last, as its manifest says; nothing if there is none."""
    if not _is_file(found, manifest.MANIFEST):
        return {}
    try:
        return manifest.load((folder / manifest.MANIFEST).read_bytes())
    except ValueError as error:
        raise OutputError(
            f"{manifest.MANIFEST} in it is damaged: {error}; bring it back from git, or delete it together "
            "with the generated files"
        ) from error


def _emptied(found: staging.Contents, removed: AbstractSet[str], files: Iterable[str]) -> set[str]:
    """The folders in which nothing is left when these files are removed."""
    above_removed = {above for path in removed for above in manifest.folders_above(path)}
    remaining = (found.keys() - removed - above_removed) | set(files)
    return above_removed - {above for path in remaining for above in manifest.folders_above(path)}


def _blocked(
    files: Iterable[str], found: staging.Contents, without: AbstractSet[str], *, settled: AbstractSet[str]
) -> dict[str, str]:
    """The files that cannot be where they should, with what is in the way."""
    blocked = {}
    kept = found.keys() - without
    for path in files:
        for above in manifest.folders_above(path):
            if above in kept and not stat.S_ISDIR(found[above].st_mode):
                blocked[path] = f"{above} is {_kind(found[above])}"
        if path in kept and path not in settled:
            blocked[path] = f"{path} is {_kind(found[path])}"
    return blocked


def _kind(status: os.stat_result) -> str:
    if stat.S_ISREG(status.st_mode):
        return "a file that slo-compiler did not write"
    if stat.S_ISDIR(status.st_mode):
        return "a folder"
    return "a symbolic link" if stat.S_ISLNK(status.st_mode) else "no ordinary file"


def _is_file(found: staging.Contents, path: str) -> bool:
    return path in found and stat.S_ISREG(found[path].st_mode)


def _write(folder: Path, workspace: exchange.Workspace, wanted: Generated) -> Changes:
    plan = _plan(folder, wanted)
    if plan.changes.conflicts:
        listed = "".join(f"\n  {conflict}" for conflict in plan.changes.conflicts)
        raise OutputError(f"move or remove what is in the way and not ours:{listed}")
    if plan.changes:
        _replace(folder, workspace.new, plan, wanted)
    return plan.changes


def _replace(folder: Path, new: Path, plan: _Plan, wanted: Generated) -> None:
    contents = ((path, _content(wanted, path, plan.found)) for path in plan.written)
    staging.build(new, folder, plan.found, contents, plan.without)
    if _inodes(staging.look(folder)) != _inodes(plan.found):
        raise OutputError("files came or went in it meanwhile; write again when nobody else does")
    exchange.replace(folder, new)


def _inodes(contents: staging.Contents) -> dict[str, int]:
    return {path: status.st_ino for path, status in contents.items()}


def _content(wanted: Generated, path: str, found: staging.Contents) -> bytes | Path:
    """The bytes of a file, or a file that may become it.

    A new one in a folder that is there has to be made there: it gets the group and the access list that the
    folder gives to what is new.
    """
    if path == manifest.MANIFEST:
        return wanted.manifest
    if wanted.workspace is not None and path in wanted.waiting and (path in found or not found):
        return Path(wanted.waiting[path])
    return wanted.read(path)


def _checked(wanted: Generated) -> Generated:
    """The set, after a check of all its paths."""
    faults = [f"{path!r} {fault}" for path in wanted.paths if (fault := manifest.path_fault(path))]
    clashes = manifest.clashes([manifest.MANIFEST, *wanted.paths])
    faults += [f"{pair} cannot exist side by side" for pair in clashes]
    if faults:
        raise OutputError("its files cannot have these paths:" + "".join(f"\n  {fault}" for fault in faults))
    return wanted


@contextlib.contextmanager
def _told(consequence: str) -> Iterator[None]:
    """Turns what goes wrong into one sentence that says first what it means for the reader."""
    try:
        yield
    except OutputError as error:
        raise OutputError(f"{consequence}: {error}") from error
    except OSError as error:
        reason = _EXPLANATIONS.get(error.errno or 0, error.strerror or str(error))
        place = f"{error.filename}: " if error.filename else ""
        raise OutputError(f"{consequence}: {place}{reason}") from error
