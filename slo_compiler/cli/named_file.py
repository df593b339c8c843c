"""Files that the user names, each by itself: a picture, a page, a bundle, a history."""

from __future__ import annotations

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
    """Write a file that the user has named.

    Raises:
        click.ClickException: it cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as failure:
        raise click.ClickException(f"{path} cannot be written: {failure.strerror}") from failure
