"""VictoriaMetrics: its vmalert, which loads rules, and the tool that tests them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class VictoriaMetrics:
    """A real VictoriaMetrics."""

    version: str
    """What it really is: ``1.145.0+ds1-2``."""
    folder: Path

    def vmalert(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run vmalert; what it said and its exit code, whichever that is."""
        return self._run("vmalert", *arguments)

    def vmalert_tool(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run vmalert-tool; what it said and its exit code, whichever that is."""
        return self._run("vmalert-tool", *arguments)

    def _run(self, binary: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "usr/bin" / binary, *arguments],
            capture_output=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )
