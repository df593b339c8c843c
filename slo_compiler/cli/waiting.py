"""Where generated files wait until it is known that all can be written: then they need only be renamed."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct, field

from slo_compiler.cli import exchange
from slo_compiler.cli.output_folder import OutputError, made_above, output_folder
from slo_compiler.cli.temporary import temporary_folder, told_of_files

_CONSEQUENCE: Final = "nothing was written"

Keep: TypeAlias = Callable[[bytes], str]
"""Keeps what waits, and says in which file."""


class Waiting(Struct, frozen=True):
    """A folder in which files wait, those of several processes."""

    folder: Path
    workspace: exchange.Workspace | None = None
    """That of the output folder, if they wait in it; then nobody else writes there meanwhile."""
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def keep(self, data: bytes) -> str:
        """A new file that holds this."""
        name = f"{self.folder}/{os.getpid()}-{next(self._numbers)}"
        with open(name, "xb") as file:  # noqa: PTH123  for each of thousands of files
            file.write(data)
        return name


@contextlib.contextmanager
def waiting(out: Path | None) -> Iterator[Waiting]:
    """A place for what is to be written to a folder, if to any: beside it, or with all temporary files.

    Raises:
        click.ClickException: there is none, or, in the block, it is full.
    """
    with told_of_files(_CONSEQUENCE), contextlib.ExitStack() as held:
        try:
            place = None if out is None else _beside(out, held)
        except (OSError, OutputError):  # of which is told when something has to be written
            held.close()
            place = None
        yield place or Waiting(held.enter_context(temporary_folder(_CONSEQUENCE)))


def _beside(out: Path, held: contextlib.ExitStack) -> Waiting:
    folder = output_folder(out)
    held.enter_context(made_above(folder))
    workspace = held.enter_context(exchange.alone(folder))
    workspace.waiting.mkdir()
    return Waiting(workspace.waiting, workspace)
