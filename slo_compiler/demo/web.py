"""The page over HTTP, for this machine alone: what may be asked of it, by whom, and what it replies."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from slo_compiler.demo import exporter
from slo_compiler.demo.desk import Desk
from slo_compiler.demo.page import page, runbook
from slo_compiler.demo.signals import SERVICE

HOST: Final = "127.0.0.1"

ASSETS: Final = Path(__file__).parent / "assets"

MOST_BYTES: Final = 1_000_000
"""Of what is posted: a notification of all alerts at once is a tenth of it."""

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"
METRICS: Final = exporter.CONTENT_TYPE


class Reply(NamedTuple):
    """What is replied."""

    status: HTTPStatus
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""


class Web(ThreadingHTTPServer):
    """The server: listens at once, and is given what it serves when that is there.

    Raises:
        OSError: the port is taken, or is not ours to take.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, secret: str) -> None:
        super().__init__((HOST, port), _Handler)
        self.secret = secret
        self.desk: Desk | None = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Of whoever hung up before the reply was there, nothing is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Where it is, without a path."""
        return f"http://{HOST}:{self.server_port}"

    @property
    def origins(self) -> tuple[str, ...]:
        """How a browser calls it."""
        return tuple(f"http://{host}:{self.server_port}" for host in (HOST, "localhost"))


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Web
    server_version = "slo-compiler"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        self._answer(_get)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self.close_connection = True
            self._reply(Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length else HTTPStatus.LENGTH_REQUIRED))
            return
        body = self.rfile.read(int(length))
        self._answer(partial(_post, origin=self.headers.get("Origin", ""), body=body))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 so http.server calls it
        """Nothing: every second brings a handful of requests."""

    def _answer(self, answer: Callable[[Web, Desk, str], Reply]) -> None:
        if f"http://{self.headers.get('Host', '')}" not in self.server.origins:
            # Another name that leads here is that of a page of somebody else.
            self._reply(Reply(HTTPStatus.MISDIRECTED_REQUEST))
        elif self.server.desk is None:
            self._reply(Reply(HTTPStatus.SERVICE_UNAVAILABLE))
        else:
            self._reply(answer(self.server, self.server.desk, urlsplit(self.path).path))

    def _reply(self, reply: Reply) -> None:
        body = reply.body if reply.status < HTTPStatus.BAD_REQUEST else f"{reply.status.phrase}\n".encode()
        self.send_response(reply.status)
        for name, value in {**HEADERS, "Content-Type": reply.content_type}.items():
            self.send_header(name, value)
        if reply.status is HTTPStatus.SEE_OTHER:
            self.send_header("Location", "/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


_ASSETS: Final[Mapping[str, str]] = {
    "/page.css": "text/css; charset=utf-8",
    "/page.js": "text/javascript; charset=utf-8",
}


def _get(_web: Web, desk: Desk, path: str) -> Reply:
    match path:
        case "/":
            return Reply(HTTPStatus.OK, HTML, page(desk).encode())
        case "/state":
            return Reply(HTTPStatus.OK, JSON, json.dumps(desk.state()).encode())
        case "/metrics":
            metrics = desk.metrics()
            return Reply(HTTPStatus.SERVICE_UNAVAILABLE) if metrics is None else _metrics(metrics)
        case "/history":
            return _metrics(desk.history())
        case "/page.css" | "/page.js":
            return Reply(HTTPStatus.OK, _ASSETS[path], (ASSETS / path[1:]).read_bytes())
    if path == f"/runbooks/{SERVICE}":
        return Reply(HTTPStatus.OK, HTML, runbook(desk.installation).encode())
    return Reply(HTTPStatus.NOT_FOUND)


def _metrics(body: bytes) -> Reply:
    return Reply(HTTPStatus.OK, METRICS, body)


def _post(web: Web, desk: Desk, path: str, *, origin: str, body: bytes) -> Reply:
    if path.startswith("/told/"):
        return _hear(web, desk, path, body)
    if origin not in web.origins:
        # A form on a page of somebody else: browsers say where it comes from.
        return Reply(HTTPStatus.FORBIDDEN)
    fault = parse_qs(body.decode(errors="replace")).get("fault", [""])[0]
    try:
        match path:
            case "/inject":
                desk.inject(fault)
            case "/clear":
                desk.clear(fault or None)
            case _:
                return Reply(HTTPStatus.NOT_FOUND)
    except KeyError:
        return Reply(HTTPStatus.BAD_REQUEST)
    return Reply(HTTPStatus.SEE_OTHER)


def _hear(web: Web, desk: Desk, path: str, body: bytes) -> Reply:
    """A notification, from the Alertmanager that was told the secret."""
    match path.split("/"):
        case ["", "told", web.secret, severity, owner]:
            try:
                desk.told.hear(desk.clock(), severity, owner, json.loads(body))
            except (ValueError, LookupError, TypeError, AttributeError):
                return Reply(HTTPStatus.BAD_REQUEST)
            return Reply(HTTPStatus.NO_CONTENT)
    return Reply(HTTPStatus.NOT_FOUND)
