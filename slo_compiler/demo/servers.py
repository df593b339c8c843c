"""The servers of the demo: found, started, watched and stopped as processes of our own."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from slo_compiler.demo.installation import KEPT, Addresses, Installation
from slo_compiler.prometheus.access import Limits
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.failure import Failure
from slo_compiler.prometheus.transport import Question, Transport

STARTING: Final = 60.0
"""Seconds: a start takes less than one, but the machine may be busy."""

STOPPING: Final = 10.0

SAID: Final = 15
"""Lines of what a server said last that are shown when it has ended."""

PROMETHEUS: Final = ("prometheus",)
ALERTMANAGER: Final = ("prometheus-alertmanager", "alertmanager")
"""What the programs are called, by Debian and by those who make them."""


class ServerFailed(Exception):  # noqa: N818 it is what happened, as its name says
    """A server did not start, or ended by itself; the message ends with what it said last."""


class Programs(Struct, frozen=True):
    """The programs of the servers."""

    prometheus: Path
    alertmanager: Path


class Server(Struct, frozen=True):
    """A process that serves, and the file of what it says."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Look whether it runs.

        Raises:
            ServerFailed: it has ended.
        """
        code = self.process.poll()
        if code is not None:
            raise ServerFailed(f"{self.name} ended with {code}; it said last:\n{_last_lines(self.log)}")


def find(names: Sequence[str]) -> Path | None:
    """The first of the programs that is in PATH."""
    found = (shutil.which(name) for name in names)
    return next((Path(path) for path in found if path), None)


def free_address() -> str:
    """The URL of a port of 127.0.0.1 that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextlib.contextmanager
def running(
    installation: Installation, programs: Programs, addresses: Addresses, check: Callable[[], None]
) -> Iterator[tuple[Server, ...]]:
    """Run both servers until the end of the block; they are gone then, whatever happens.

    Args:
        installation: what they load.
        programs: what is run.
        addresses: where they listen.
        check: is called while a start is waited for, and may raise to end it.

    Raises:
        ServerFailed: one did not start.
    """
    with contextlib.ExitStack() as stack:
        servers = []
        for name, command in _commands(installation, programs, addresses):
            url = addresses.prometheus if name == "Prometheus" else addresses.alertmanager
            log = installation.folder / f"{name.lower()}.log"
            server = stack.enter_context(_process(name, url, command, log))
            _wait_for(server, check)
            servers.append(server)
        yield tuple(servers)


def _commands(
    installation: Installation, programs: Programs, addresses: Addresses
) -> Iterator[tuple[str, list[str]]]:
    """Alertmanager first, so that Prometheus never misses it."""
    yield (
        "Alertmanager",
        [
            str(programs.alertmanager),
            f"--config.file={installation.alertmanager_config}",
            f"--storage.path={installation.folder / 'alertmanager'}",
            f"--web.listen-address={addresses.alertmanager.removeprefix('http://')}",
            "--cluster.listen-address=",
        ],
    )
    yield (
        "Prometheus",
        [
            str(programs.prometheus),
            f"--config.file={installation.prometheus_config}",
            f"--storage.tsdb.path={installation.folder / 'prometheus'}",
            f"--storage.tsdb.retention.time={KEPT}",
            f"--web.listen-address={addresses.prometheus.removeprefix('http://')}",
            "--rules.alert.resend-delay=2s",
        ],
    )


@contextlib.contextmanager
def _process(name: str, url: str, command: Sequence[str], log: Path) -> Iterator[Server]:
    """A process in a session of its own: Ctrl-C is for us, and we end it."""
    try:
        with log.open("wb") as said:
            process = subprocess.Popen(  # noqa: S603 the program is what the user named or has in PATH
                command,
                cwd=_home(Path(command[0])),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as failure:
        raise ServerFailed(f"{command[0]} cannot be run: {os.strerror(failure.errno or 0)}") from failure
    try:
        yield Server(name, url, process, log)
    finally:
        process.terminate()
        try:
            process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _home(program: Path) -> Path:
    """Where it is run: one that was unpacked from a package finds what belongs to it from there."""
    folder = program.resolve().parent
    return folder.parents[1] if folder.parts[-2:] == ("usr", "bin") else folder


def _wait_for(server: Server, check: Callable[[], None]) -> None:
    deadline = time.monotonic() + STARTING
    asked = Transport(Address(server.url), limits=Limits(timeout=5, patience=0))
    while time.monotonic() < deadline:
        server.check()
        check()
        if not isinstance(asked.exchange(Question("/-/ready")), Failure):
            return
        time.sleep(0.05)
    raise ServerFailed(
        f"{server.name} was not ready within {STARTING:.0f}s; it said last:\n{_last_lines(server.log)}"
    )


def _last_lines(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-SAID:]) or "nothing"
