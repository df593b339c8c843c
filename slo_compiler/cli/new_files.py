"""Files where there were none, all of them or none: half of them would be in the way of the next try."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import click


def write_new(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files into a folder, which is made if need be.

    Args:
        folder: where they are to be.
        texts: by their names, which nothing has yet.

    Raises:
        click.ClickException: one cannot be written. Nothing was, and no folder is left that was made for it.
    """
    path = folder
    try:
        with _made_here() as made:
            for above in reversed([folder, *folder.parents]):
                if not above.exists():
                    above.mkdir()
                    made.append(above)
            for name, text in texts.items():
                path = folder / name
                with path.open("x", encoding="utf-8") as file:
                    made.append(path)
                    file.write(text)
    except OSError as failure:
        place = failure.filename or path
        raise click.ClickException(
            f"{place} cannot be written: {failure.strerror}; nothing was written"
        ) from failure


@contextlib.contextmanager
def _made_here() -> Iterator[list[Path]]:
    """A list of what the block has made, which is gone again if it fails."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):  # of a folder that somebody else uses by now
                path.rmdir() if path.is_dir() else path.unlink()
        raise
