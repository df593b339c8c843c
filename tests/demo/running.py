"""The demo as a process: started, asked, broken, ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from tests.oracles.alertmanager import Alertmanager
from tests.oracles.prometheus import Prometheus

PATIENCE: Final = 60.0
"""Seconds: everything takes a few, but the machine may be busy."""

_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that runs, by what it has said on stdout."""

    process: subprocess.Popen[str]
    said: dict[str, str]
    temporary: Path
    """Where it makes its folder."""

    @property
    def page(self) -> str:
        return self.said["page"]

    @property
    def children(self) -> list[int]:
        """The servers."""
        task = Path(f"/proc/{self.process.pid}/task")
        return [int(pid) for each in task.iterdir() for pid in (each / "children").read_text().split()]

    def state(self) -> dict[str, Any]:
        with _OPENER.open(f"{self.page}/state", timeout=PATIENCE) as reply:
            state: dict[str, Any] = json.load(reply)
        return state

    def post(self, path: str, **fields: str) -> None:
        origin = {"Origin": self.page}
        request = urllib.request.Request(f"{self.page}{path}", urlencode(fields).encode(), origin)
        _OPENER.open(request, timeout=PATIENCE).close()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """The exit code, and what it said on stderr."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said


@contextlib.contextmanager
def running(
    prometheus: Prometheus, alertmanager: Alertmanager, folder: Path, *options: str
) -> Iterator[Demo]:
    """Run the demo until the end of the block, unless it was ended before."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "slo_compiler", "demo"),
            *("--prometheus", prometheus.folder / "usr/bin/prometheus"),
            *("--alertmanager", alertmanager.folder / "usr/bin/prometheus-alertmanager"),
            *options,
        ],
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield Demo(process, _said(process), folder)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE)


def _said(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    said: dict[str, str] = {}
    while "try" not in said:
        line = process.stdout.readline()
        assert line, process.communicate()
        name, _, value = line.rstrip("\n").partition(" ")
        said[name] = value.strip()
    return said


def eventually(what: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Whether something becomes true while there is patience."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.25)
    return False
