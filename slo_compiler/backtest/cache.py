"""Answers that are kept in files, so that a run that was cut short goes on where it was."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from msgspec import Struct

from slo_compiler.backtest.history import Steps, Table

_UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


class Cache(Struct, frozen=True):
    """A folder of answers. ``identity`` tells servers and tenants apart; only its fingerprint is kept."""

    folder: Path
    identity: str

    def get(self, expr: str, steps: Steps) -> Table | None:
        """What was kept; None where there is nothing, or nothing that can be read."""
        try:
            content = io.BytesIO(self._path(expr, steps).read_bytes())
            with np.load(content, allow_pickle=False) as kept:
                groups = json.loads(str(kept["groups"]))
                values = np.asarray(kept["values"], dtype=np.float64)
        except _UNREADABLE:
            return None
        if values.shape != (len(groups), steps.count):
            return None
        return Table(tuple(tuple((name, value) for name, value in group) for group in groups), values)

    def put(self, expr: str, steps: Steps, table: Table) -> None:
        """Keeps an answer, whole or not at all. A full disk keeps nobody from going on."""
        content = io.BytesIO()
        np.savez_compressed(content, groups=np.array(json.dumps(table.groups)), values=table.values)
        path = self._path(expr, steps)
        with contextlib.suppress(OSError), _beside(path) as unfinished:
            unfinished.write_bytes(content.getvalue())
            unfinished.replace(path)

    def _path(self, expr: str, steps: Steps) -> Path:
        key = json.dumps([self.identity, expr, steps.first, steps.count, steps.interval])
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.npz"


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A file to write that becomes the other one, or is removed."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
