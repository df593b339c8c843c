"""A Prometheus that holds a past, always at the same address, and can be killed."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.oracles.prometheus import Prometheus


@dataclass(slots=True)
class Backfilled:
    """The server; ``folder`` has its data and the specs."""

    oracle: Prometheus
    folder: Path
    port: int = field(default_factory=lambda: free_port())  # noqa: PLW0108  # defined below
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with (self.folder / "prometheus.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self.oracle.folder / "usr/bin/prometheus",
                    f"--config.file={self.folder / 'prometheus.yml'}",
                    f"--storage.tsdb.path={self.folder / 'data'}",
                    "--storage.tsdb.retention.time=100y",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                ],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/-/ready", timeout=10):
                return
            time.sleep(0.02)
        pytest.fail((self.folder / "prometheus.log").read_text(encoding="utf-8"))

    def kill(self) -> None:
        """As a machine dies: kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def queries(self) -> int:
        """How many range queries it has answered since it started."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as reply:
            text = reply.read().decode()
        counted = re.findall(r'http_requests_total\{code="200",handler="/api/v1/query_range"\} (\d+)', text)
        return sum(map(int, counted))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def backfilled(oracle: Prometheus, folder: Path, history: str) -> Backfilled:
    """A Prometheus that holds what an OpenMetrics text says, and does not run yet."""
    (folder / "prometheus.yml").write_text("{}", encoding="utf-8")
    (folder / "history").write_text(history, encoding="utf-8")
    few_blocks = ("tsdb", "create-blocks-from", "--max-block-duration=1440h", "openmetrics")
    made = oracle.promtool(*few_blocks, folder / "history", folder / "data")
    assert made.returncode == 0, made.stderr
    return Backfilled(oracle, folder)


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, encoding="utf-8", timeout=300, check=False)
