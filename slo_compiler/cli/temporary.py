"""A folder for what has to wait in files while a command runs."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click


@contextlib.contextmanager
def temporary_folder(consequence: str) -> Iterator[Path]:
    """A folder that is gone after the block.

    Args:
        consequence: what it means that it cannot be had, or is full.

    Raises:
        click.ClickException: that, in the block, too.
    """
    with told_of_files(consequence), tempfile.TemporaryDirectory(prefix="slo-compiler-") as name:
        yield Path(name)


@contextlib.contextmanager
def told_of_files(consequence: str) -> Iterator[None]:
    """A block in which files cannot be had that are not there after it.

    Raises:
        click.ClickException: what is the matter, and the consequence.
    """
    try:
        yield
    except OSError as failure:
        place = failure.filename or "the folder for temporary files"
        raise click.ClickException(f"{place}: {failure.strerror}; {consequence}") from failure
