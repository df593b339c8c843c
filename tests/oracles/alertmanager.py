"""An Alertmanager release: its amtool, and its server."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.oracles.document import yaml_text
from tests.oracles.server import Server, running


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """A real Alertmanager."""

    release: str
    """The line it stands for: ``0.25``."""
    version: str
    """What it really is: ``0.25.0``."""
    folder: Path

    def amtool(
        self, *arguments: str | Path, cwd: Path | None = None, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run amtool; what it said and its exit code, whichever that is."""
        return subprocess.run(
            [self.folder / "usr/bin/amtool", *arguments],
            cwd=cwd,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )

    @contextlib.contextmanager
    def serve(
        self, folder: Path, config: Mapping[str, Any] | str, *, flags: Sequence[str] = ()
    ) -> Iterator[Server]:
        """Run the server, alone: it looks for no peers.

        Args:
            folder: gets the configuration, ``alertmanager.log`` and the storage. Paths in the configuration,
                such as those of templates, are relative to it.
            config: the configuration, as a value or as YAML text.
            flags: more flags.

        Raises:
            ServerError: it did not start.
        """
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        config_file = folder / "alertmanager.yml"
        config_file.write_text(config if isinstance(config, str) else yaml_text(config), encoding="utf-8")
        command: list[str | Path] = [
            self.folder / "usr/bin/prometheus-alertmanager",
            f"--config.file={config_file}",
            f"--storage.path={folder / 'data'}",
            "--cluster.listen-address=",
            "--web.listen-address=127.0.0.1:0",
            *flags,
        ]
        # It finds its templates below its working directory: see tests.oracles.cache.
        with running(command, cwd=self.folder, log_file=folder / "alertmanager.log") as server:
            yield server
