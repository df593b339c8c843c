"""A Prometheus release: its promtool, and its server."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.oracles.document import yaml_text
from tests.oracles.server import Server, running

_ENVIRONMENT: Final = {"GOGC": "400"}
"""promtool collects its garbage less often: a quarter of the time of rule tests is that otherwise."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A real Prometheus."""

    release: str
    """The line it stands for: ``2.42``."""
    version: str
    """What it really is: ``2.42.0+ds``."""
    folder: Path

    def promtool(
        self, *arguments: str | Path, cwd: Path | None = None, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run promtool; what it said and its exit code, whichever that is."""
        return subprocess.run(
            [self.folder / "usr/bin/promtool", *arguments],
            cwd=cwd,
            env=os.environ | _ENVIRONMENT,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )

    @contextlib.contextmanager
    def serve(
        self,
        folder: Path,
        config: Mapping[str, Any] | str = "{}",
        *,
        storage: Path | None = None,
        flags: Sequence[str] = (),
    ) -> Iterator[Server]:
        """Run the server.

        Args:
            folder: gets the configuration, ``prometheus.log`` and, unless given, the storage. Paths in the
                configuration, such as those of rule files, are relative to it.
            config: the configuration, as a value or as YAML text.
            storage: a time series database to serve, however old its samples are.
            flags: more flags.

        Raises:
            ServerError: it did not start.
        """
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        config_file = folder / "prometheus.yml"
        config_file.write_text(config if isinstance(config, str) else yaml_text(config), encoding="utf-8")
        command: list[str | Path] = [
            self.folder / "usr/bin/prometheus",
            f"--config.file={config_file}",
            f"--storage.tsdb.path={(storage or folder / 'data').resolve()}",
            "--storage.tsdb.retention.time=100y",
            "--web.listen-address=127.0.0.1:0",
            "--web.enable-lifecycle",
            *flags,
        ]
        with running(command, cwd=folder, log_file=folder / "prometheus.log") as server:
            yield server
