"""Files that the user names, each by itself: a picture, a page, a bundle, a history."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

import click


def read_text(path: Path) -> str:
    """The text of a file that the user has named, without a byte order mark.

    Raises:
        click.UsageError: it cannot be read.
        click.ClickException: it is no text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as failure:
        raise click.UsageError(f"{path} cannot be read: {failure.strerror}") from failure
    except UnicodeDecodeError as failure:
        raise click.ClickException(f"{path} is not UTF-8, at byte {failure.start + 1}") from failure


def write_file(path: Path, content: bytes) -> None:
    """Write a file that the user has named, whole or not at all: until it is, what stood there stays.

    Raises:
        click.ClickException: it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe or a device takes what it is given
            path.write_bytes(content)
        else:
            _replace(Path(os.path.realpath(path)), content)
    except OSError as failure:
        raise click.ClickException(
            f"{path} cannot be written: {failure.strerror}; nothing was written to it"
        ) from failure


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".unfinished-{secrets.token_hex(8)}")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
        if path.exists():
            shutil.copymode(path, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
