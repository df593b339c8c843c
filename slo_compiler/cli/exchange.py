"""Puts a finished folder in the place of another in one step that a kill cannot cut in two.

Everything unfinished lives in a workspace beside the folder, here beside ``generated``::

    .generated.slo-compiler/lock      locked while a run is at work; without it the workspace is not ours
    .generated.slo-compiler/waiting   files of the next set while there may still be errors
    .generated.slo-compiler/new       the next set while it grows; after the exchange the last one
    .generated.slo-compiler/old       the last set, where the system cannot exchange two folders

A killed run leaves its workspace behind, and the next run clears it up.

What this does not cover:

* Where the system cannot exchange two folders there is a moment in which ``generated`` is missing. After a
  kill in that moment it stays missing until the next run, which brings the last set back.
* Who holds the folder open keeps the last set: a shell inside of it, a watch, a bind mount into a container.
  Mount or watch the folder above.
* Network filesystems may offer neither an atomic exchange nor locks that other machines see.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

_LOCK: Final = "lock"
_WAITING: Final = "waiting"
_NEW: Final = "new"
_OLD: Final = "old"

# linux/fcntl.h and linux/fs.h; sys/stdio.h of macOS
_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_RENAME_SWAP: Final = 2

# How a kernel, a C library or a filesystem says that it cannot exchange.
_CANNOT_EXCHANGE: Final = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


class Workspace(Struct, frozen=True):
    """What a run has to itself. Nothing is there yet."""

    waiting: Path
    """For a folder of files that may become those of the successor."""
    new: Path
    """For the successor."""


def workspace(folder: Path) -> Path:
    """Where unfinished work on the folder is: on the same filesystem, and out of its sight."""
    return folder.with_name(f".{folder.name}.slo-compiler")


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[Workspace]:
    """Keeps other runs off the folder, and yields where its successor is to be built.

    Waits for a run that is at work already, and first clears up what a killed run has left. At the end
    the workspace is removed with all that is in it.

    Raises:
        OSError: the workspace cannot be made, or cannot be cleared up.
    """
    work = workspace(folder)
    lock = _acquire(work)
    try:
        _settle(work, folder)
        try:
            yield Workspace(work / _WAITING, work / _NEW)
        finally:
            # By now the set is old or new. What cannot be removed, the next run removes or complains of.
            with contextlib.suppress(OSError):
                _settle(work, folder)
                (work / _LOCK).unlink()
                work.rmdir()
    finally:
        os.close(lock)


def replace(folder: Path, new: Path) -> None:
    """Puts ``new``, which ``alone`` has yielded, in the place of the folder.

    Raises:
        OSError: it could not be done; the folder is as it was, or will be when ``alone`` ends.
    """
    if not folder.exists():
        new.rename(folder)
    else:
        try:
            exchange(new, folder)
        except OSError as error:
            if error.errno not in _CANNOT_EXCHANGE:
                raise
            folder.rename(new.with_name(_OLD))
            new.rename(folder)
    with contextlib.suppress(OSError):  # it is done, only a power cut could still undo it
        synchronise(folder.parent)


def exchange(one: Path, other: Path) -> None:
    """Lets two folders of a filesystem trade names, atomically.

    Raises:
        OSError: with ENOSYS, EINVAL or ENOTSUP where the system or the filesystem cannot.
    """
    import ctypes  # noqa: PLC0415  only where there is a set to exchange

    names = os.fsencode(one), os.fsencode(other)
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        if sys.platform == "darwin":
            failed = libc.renamex_np(*names, _RENAME_SWAP)
        else:
            failed = libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    except AttributeError:  # a C library that does not know it
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if failed:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(other))


def synchronise(path: Path) -> None:
    """Waits until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _acquire(work: Path) -> int:
    """The descriptor of the workspace's lock, held until it is closed."""
    while True:
        with contextlib.suppress(FileExistsError):
            work.mkdir(0o700)  # in a folder that all may write to, nobody can slip anything in
        try:
            _check_ownership(work)
            descriptor = os.open(work / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        except FileNotFoundError:  # the run before us has just removed its workspace
            continue
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), (work / _LOCK).stat()):
                return descriptor
        os.close(descriptor)  # it was removed while we waited for it: this lock keeps nobody off


def _check_ownership(work: Path) -> None:
    names = os.listdir(work)  # noqa: PTH208  # all of them at once
    status = work.lstat()
    if stat.S_ISLNK(status.st_mode) or status.st_uid != os.geteuid() or (names and _LOCK not in names):
        raise FileExistsError(
            errno.EEXIST, "slo-compiler needs this name, and this user's did not make it", str(work)
        )


def _settle(work: Path, folder: Path) -> None:
    """Brings back the last set if it was moved away in vain, and removes what is left over."""
    new, old = work / _NEW, work / _OLD
    if new.exists() and old.exists():  # cut off between the two renames
        if folder.exists():
            raise FileExistsError(
                errno.EEXIST, f"made anew while its last content waited in {old}; move one away", str(folder)
            )
        old.rename(folder)
        synchronise(folder.parent)
    for left in (work / _WAITING, new, old):
        _remove(left)


def _remove(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    with contextlib.suppress(PermissionError):
        path.chmod(0o700)  # what is in a read-only folder cannot be removed
    for inside in path.iterdir():
        _remove(inside)
    path.rmdir()
