"""Files that the user names, each by itself: a picture, a page, a bundle."""

from __future__ import annotations

from pathlib import Path

import click


def write_file(path: Path, content: bytes) -> None:
    """Write a file that the user has named.

    Raises:
        click.ClickException: it cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as failure:
        raise click.ClickException(f"{path} cannot be written: {failure.strerror}") from failure
