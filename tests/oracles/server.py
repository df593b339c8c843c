"""Runs the server of an oracle on a free loopback port for as long as a test needs it."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import msgspec

Shape = TypeVar("Shape")

_STARTING: Final = 60.0  # seconds: a start takes 0.1, but the machine may be busy
_STOPPING: Final = 10.0
_REPLYING: Final = 60.0

_ADDRESS: Final = re.compile(r"Listening on.* address=(127\.0\.0\.1:[0-9]+)")
_COMPLAINT: Final = re.compile(r"\blevel=(?:warn|error)\b", re.IGNORECASE)

# Never through a proxy that the environment names.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ServerError(Exception):
    """A server did not start, or refused what it was told to load; the message ends with what it said."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    """Such as ``http://127.0.0.1:40123``."""
    log_file: Path

    def get(self, path: str, **parameters: object) -> Any:
        """The JSON that the server replies, whether it succeeded or not; a list repeats its parameter."""
        return json.loads(self._got(path, parameters))

    def get_as(self, shape: type[Shape], path: str, **parameters: object) -> Shape:
        """The JSON that the server replies as a value of a type; numbers may stand in it as texts.

        Raises:
            msgspec.ValidationError: it is none.
        """
        # Prometheus writes +Inf, which is no number to the library.
        reply = self._got(path, parameters).replace(b',"+Inf"]', b',"Inf"]')
        return msgspec.json.decode(reply, type=shape, strict=False)

    def text(self, path: str) -> str:
        """The text that the server replies."""
        return _reply(f"{self.url}{path}")[1].decode()

    def _got(self, path: str, parameters: Mapping[str, object]) -> bytes:
        query = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
        return _reply(f"{self.url}{path}{query}")[1]

    def post(self, path: str, value: object) -> Any:
        """Post a value as JSON; the JSON that the server replies, None if it replies nothing."""
        reply = _reply(f"{self.url}{path}", json.dumps(value).encode())[1]
        return json.loads(reply) if reply else None

    def reload(self) -> None:
        """Read the configuration anew, and return when it is in force.

        Raises:
            ServerError: the server keeps to the previous one.
        """
        status, reply = _reply(f"{self.url}/-/reload", b"")
        if status != HTTPStatus.OK:
            raise ServerError(f"not reloaded: {reply.decode(errors='replace')}")

    def log(self) -> str:
        """All that the server has said so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def complaints(self) -> list[str]:
        """The lines of the log that are warnings or errors."""
        return [line for line in self.log().splitlines() if _COMPLAINT.search(line)]


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], *, cwd: Path, log_file: Path, ready: str = "/-/ready"
) -> Iterator[Server]:
    """Run a server that was told to listen on port 0 of 127.0.0.1, and stop it at the end.

    Args:
        command: the program and its flags.
        cwd: its working directory.
        log_file: where to keep what it says; stays there when it has stopped.
        ready: the path that answers 200 as soon as it is ready.

    Raises:
        ServerError: it ended early, or was not ready in time.
    """
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield _when_ready(process, log_file, ready)
    finally:
        process.terminate()
        try:
            process.wait(_STOPPING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _when_ready(process: subprocess.Popen[bytes], log_file: Path, ready: str) -> Server:
    """Wait until the server has said where it listens, and then until it calls itself ready."""
    deadline = time.monotonic() + _STARTING
    while time.monotonic() < deadline and process.poll() is None:
        said = log_file.read_text(encoding="utf-8", errors="replace")
        if found := _ADDRESS.search(said):
            server = Server(f"http://{found[1]}", log_file)
            with contextlib.suppress(OSError):  # it may be ending
                if _reply(f"{server.url}{ready}")[0] == HTTPStatus.OK:
                    return server
        time.sleep(0.01)
    end = "was not ready in time" if process.poll() is None else f"ended with {process.returncode}"
    said = log_file.read_text(encoding="utf-8", errors="replace")
    raise ServerError(f"{process.args!r} {end}:\n{said[-4000:]}")


def _reply(url: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Status and body; a GET, or with a body a POST of JSON."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with _OPENER.open(request, timeout=_REPLYING) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
