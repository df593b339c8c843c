"""Specs as they are in a git revision, read from the object database: the work tree is not touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import click
from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.cli.inputs import SHARED, SUFFIXES, read_sources
from slo_compiler.cli.temporary import temporary_folder
from slo_compiler.sources import Source, Sources

_FILES: Final = ("100644", "100755")
_LINK: Final = "120000"


class _Entry(Struct, frozen=True):
    """A file of a revision: where it lies in the repository, and the name of its content."""

    mode: str
    blob: str
    path: str


def is_revision(text: str) -> bool:
    """Whether the text names a commit of the repository around the current folder."""
    return _git("rev-parse", "--verify", "--quiet", f"{text}^{{commit}}").returncode == 0


def read_revision(revision: str, paths: Sequence[str]) -> Sources:
    """The texts of the specs in a revision, called ``revision:path``; no specs where it has no such path.

    Args:
        revision: a branch, a tag, a commit, or anything else that git takes for one.
        paths: files or folders, from the current folder; they need not be in the work tree.

    Raises:
        click.UsageError: there is no repository or no such revision.
        click.ClickException: there is no git, or a spec is a symbolic link, which has no text of its own; or
            there is no room for the files.
    """
    commit = _commit(revision)
    inside = [_from_top(path) for path in paths]
    entries = list(_entries(commit, inside))
    present = [path for path in inside if any(_is_spec(entry, path) for entry in entries)]
    if not present:
        return Sources(())
    with temporary_folder(f"{revision} was not read") as top:
        _write(top, entries, revision)
        try:
            sources = read_sources([top / path for path in present])
        except click.ClickException as failure:
            raise click.ClickException(failure.message.replace(f"{top}/", f"{revision}:")) from failure
        return _named(sources, f"{top.as_posix()}/", f"{revision}:")


def _commit(revision: str) -> str:
    if revision.startswith("-"):
        raise click.UsageError(f"{revision} is no name of a revision")
    inside = _git("rev-parse", "--show-toplevel")
    if inside.returncode != 0:
        raise click.UsageError(
            f"{revision} is neither a file nor a folder, and cannot be read as a revision: {_said(inside)}"
        )
    found = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found.returncode != 0:
        raise click.UsageError(
            f"{revision} is neither a file nor a folder nor a revision of this repository; a branch of a "
            f"remote is origin/{revision}, and a shallow clone has to fetch it first"
        )
    return found.stdout.decode().strip()


def _from_top(path: str) -> str:
    """The path from the top of the repository, with ``/`` between its parts; ``.`` for the top itself."""
    top = _git("rev-parse", "--show-toplevel").stdout.decode().rstrip("\n")
    inside = Path(os.path.relpath(os.path.realpath(path), os.path.realpath(top)))
    if os.pardir in inside.parts:
        raise click.UsageError(f"{path} is not in the repository {top}, so that no revision has it")
    return inside.as_posix()


def _entries(commit: str, paths: Sequence[str]) -> Iterator[_Entry]:
    """The files at and under the paths, and the shared files beside them."""
    beside = {str(PurePosixPath(path).parent / name) for path in paths for name in SHARED}
    wanted = [] if "." in paths else [*paths, *sorted(beside)]
    listed = _git("ls-tree", "-r", "-z", "--full-tree", commit, "--", *wanted)
    if listed.returncode != 0:
        raise click.ClickException(f"git cannot list {commit}: {_said(listed)}")
    for line in listed.stdout.decode(errors="surrogateescape").split("\0")[:-1]:
        head, _, path = line.partition("\t")
        mode, kind, blob = head.split()
        if kind == "blob":
            yield _Entry(mode, blob, path)


def _is_spec(entry: _Entry, path: str) -> bool:
    """Whether a file is one that is read for the path: itself, or a spec below it."""
    file = PurePosixPath(entry.path)
    below = path == "." or entry.path.startswith(f"{path}/")
    return entry.path == path or (below and file.suffix in SUFFIXES and file.name not in SHARED)


def _write(top: Path, entries: Sequence[_Entry], revision: str) -> None:
    contents = _contents([entry.blob for entry in entries])
    for entry, content in zip(entries, contents, strict=True):
        if entry.mode == _LINK and PurePosixPath(entry.path).suffix in SUFFIXES:
            raise click.ClickException(
                f"{revision}:{entry.path} is a symbolic link, which cannot be followed in a revision"
            )
        if entry.mode in _FILES:
            file = top / entry.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def _contents(blobs: Sequence[str]) -> Iterator[bytes]:
    """The bytes of each, in order, by one process of git."""
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    told = _git("cat-file", "--batch", content=asked)
    if told.returncode != 0:
        raise click.ClickException(f"git cannot read the revision: {_said(told)}")
    rest = memoryview(told.stdout)
    for _ in blobs:
        end = bytes(rest[:200]).index(b"\n")  # <name> blob <size>
        size = int(bytes(rest[:end]).split()[-1])
        yield bytes(rest[end + 1 : end + 1 + size])
        rest = rest[end + 1 + size + 1 :]


def _named(sources: Sources, folder: str, prefix: str) -> Sources:
    def renamed(source: Source | None) -> Source | None:
        return source and replace(source, path=prefix + source.path.removeprefix(folder))

    specs = (replace(source, path=prefix + source.path.removeprefix(folder)) for source in sources.specs)
    return Sources(tuple(specs), renamed(sources.defaults), renamed(sources.receivers))


def _git(*arguments: str, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """What git answers. The arguments are passed on as they are, by no shell."""
    try:
        return subprocess.run(  # noqa: S603
            ("git", *arguments),  # noqa: S607  # the user's own git, as from the shell
            input=content,
            capture_output=True,
            check=False,
            env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1"},
        )
    except FileNotFoundError as failure:
        raise click.ClickException("git is not installed, so that no revision can be read") from failure


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    """What git complained of, without its own prefix."""
    lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"git ended with {done.returncode}"]
    return lines[0].removeprefix("fatal: ")
