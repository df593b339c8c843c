"""Which folder may be replaced by a set of generated files, and the folders above it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


class OutputError(Exception):
    """Nothing was written (or compared), for the reason that the message gives."""


def output_folder(out: Path) -> Path:
    """The folder itself, behind any symbolic links.

    Raises:
        OutputError: it may not be replaced as a whole.
    """
    folder = Path(os.path.realpath(out))
    if folder.exists() and not folder.is_dir():
        reason = "is not a folder"
    elif Path.cwd().is_relative_to(folder):
        reason = "is the current folder, or holds it"
    elif _home().is_relative_to(folder):
        reason = "is the home folder, or holds it"
    elif ".git" in folder.parts or os.path.lexists(folder / ".git"):
        reason = "is a git repository"
    elif folder.is_mount():
        reason = "is a mount point"
    else:
        return folder
    raise OutputError(f"{folder} {reason}; choose a folder for the generated files alone, such as generated")


@contextlib.contextmanager
def made_above(folder: Path) -> Iterator[None]:
    """Makes the missing folders above it, and takes away again those that the block leaves empty."""
    made = []
    try:
        for above in reversed([above for above in folder.parents if not above.exists()]):
            above.mkdir(exist_ok=True)
            made.append(above)
        yield
    finally:
        for above in reversed(made):
            with contextlib.suppress(OSError):  # the folder is in it, or somebody else uses it by now
                above.rmdir()


def _home() -> Path:
    try:
        return Path.home().resolve()
    except RuntimeError:  # a user without a home, as in many containers
        return Path("/")
