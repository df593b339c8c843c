"""The node exporter: what real metrics of a machine look like."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.oracles.server import Server, running


@dataclass(frozen=True, slots=True)
class NodeExporter:
    """A real node exporter."""

    version: str
    folder: Path

    @contextlib.contextmanager
    def serve(self, folder: Path) -> Iterator[Server]:
        """Run it; what it says goes to ``exporter.log`` in the folder."""
        command: list[str | Path] = [
            self.folder / "usr/bin/prometheus-node-exporter",
            "--web.listen-address=127.0.0.1:0",
        ]
        with running(command, cwd=folder, log_file=folder / "exporter.log", ready="/metrics") as server:
            yield server
