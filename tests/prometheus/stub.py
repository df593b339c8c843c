"""An HTTP server of few words: it plays a list of replies, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply; one that hangs up ends the connection in the middle of its body."""

    body: str = '{"status": "success", "data": {"resultType": "vector", "result": []}}'
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    hangs_up: bool = False


@dataclass(slots=True)
class Stub:
    """Where it is, and the requests that it got: method, path, headers and body of each."""

    url: str
    requests: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    """Says nothing of clients that hang up: some tests are about them."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def stub(
    replies: Sequence[Reply] | Callable[[str], Reply], *, tls: ssl.SSLContext | None = None
) -> Iterator[Stub]:
    """Serve the replies in turn, and the last one for ever; or what a path with its query is answered."""
    told = Stub("")

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            number = len(told.requests)
            reply = replies(self.path) if callable(replies) else replies[min(number, len(replies) - 1)]
            told.requests.append((self.command, self.path, dict(self.headers.items()), body))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            content = reply.body.encode()
            self.send_header("Content-Length", str(len(content) + (100 if reply.hangs_up else 0)))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = reply.hangs_up

        do_GET = do_POST = _reply  # noqa: N815  # the names that the base class looks for

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    told.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
