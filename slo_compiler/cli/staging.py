"""Builds the next version of a folder beside it: what stays is carried over, what changes is written."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final, TypeAlias

from slo_compiler.cli.exchange import synchronise
from slo_compiler.cli.manifest import folders_above

Contents: TypeAlias = "dict[str, os.stat_result]"
"""All that is in a folder by relative path, each folder before what is in it; the folder itself is ``""``."""

FEW: Final = 100
"""Files that are on the disk soon, one after the other."""
THREADS: Final = 8
"""That wait for the disk at the same time."""


def look(folder: Path) -> Contents:
    """What is in the folder, symbolic links unfollowed; nothing if it does not exist.

    Raises:
        OSError: it is not a folder, a part of it cannot be read, or lies on another filesystem.
    """
    if not os.path.lexists(folder):
        return {}
    found = {"": folder.lstat()}
    for here, folders, files in os.walk(folder, onerror=_raise):
        for name in (*folders, *files):
            path = Path(here, name)
            found[path.relative_to(folder).as_posix()] = status = path.lstat()
            if status.st_dev != found[""].st_dev:
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(path))
    return found


def build(
    new: Path,
    folder: Path,
    found: Contents,
    contents: Iterable[tuple[str, bytes | Path]],
    without: AbstractSet[str],
) -> None:
    """Builds at ``new`` what the folder would be with these files by path, and without those paths.

    A file is told by its bytes, or is one of the same filesystem, which is moved.
    All else that was found is the same as in the folder, down to the inode, and modes are kept.
    A new file or folder has the mode that the umask leaves. In the end everything is on the disk.

    Raises:
        OSError: whatever the system has against it; ``new`` is then incomplete.
    """
    kept = {path: status for path, status in found.items() if path not in without}
    for path in _folders(kept):
        (new / path).mkdir()
        _resemble(new / path, folder / path)
        (new / path).chmod(stat.S_IMODE(kept[path].st_mode) | stat.S_IRWXU)  # until it is filled
    files, above = [], set()
    for path, content in contents:  # before any symbolic link is there that could be written through
        if (parent := path.rpartition("/")[0]) not in above:
            (new / parent).mkdir(parents=True, exist_ok=True)
            above.add(parent)
        if isinstance(content, Path):
            content.rename(new / path)
        else:
            with (new / path).open("xb") as file:
                file.write(content)
        if path in kept:
            _resemble(new / path, folder / path)
            os.utime(new / path)
        files.append(path)
    for path in kept.keys() - _folders(kept).keys() - {*files}:
        os.link(folder / path, new / path, follow_symlinks=False)
    # After all are written: the disk then takes many at once.
    _synchronise_all([new / path for path in files])
    _finish_folders(new, folder, kept, {*files, *without})


def _synchronise_all(paths: Sequence[Path]) -> None:
    if len(paths) <= FEW:
        _synchronise_each(paths)
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  few files do not wait for it

    with ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(_synchronise_each, (paths[first::THREADS] for first in range(THREADS))):
            pass


def _synchronise_each(paths: Iterable[Path]) -> None:
    for path in paths:
        synchronise(path)


def _finish_folders(new: Path, folder: Path, kept: Contents, touched: AbstractSet[str]) -> None:
    made = {above for path in touched for above in folders_above(path) if (new / above).is_dir()}
    changed = {path.rpartition("/")[0] for path in touched}
    for path in sorted({"", *_folders(kept), *made}, reverse=True):  # the inner ones first
        if path in kept:
            _resemble(new / path, folder / path)
        if path in changed:
            os.utime(new / path)
        synchronise(new / path)


def _folders(contents: Contents) -> Contents:
    return {path: status for path, status in contents.items() if stat.S_ISDIR(status.st_mode)}


def _resemble(path: Path, model: Path) -> None:
    """Gives it the owner, mode, times and extended attributes of the model, so far as we may."""
    status = model.stat()
    with contextlib.suppress(PermissionError):
        os.chown(path, status.st_uid, status.st_gid)
    shutil.copystat(model, path)


def _raise(error: OSError) -> None:
    raise error
