"""Generated files that wait, many in one: to make a file for each takes longer than to fill it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias


class Place(NamedTuple):
    """Where what waits is."""

    file: str
    start: int
    length: int


Put: TypeAlias = Callable[[bytes], Place]
"""Keeps what waits, and says where."""


@contextlib.contextmanager
def spool(folder: Path) -> Iterator[Put]:
    """A new file in a folder for all that a process puts there; it can be read after the block."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        end = 0

        def put(data: bytes) -> Place:
            nonlocal end
            file.write(data)
            start, end = end, end + len(data)
            return Place(file.name, start, len(data))

        yield put


def read(place: Place) -> bytes:
    """What was put at a place."""
    with open(place.file, "rb", buffering=0) as file:  # noqa: PTH123  for each of thousands of files
        file.seek(place.start)
        return file.read(place.length)
