"""A webhook that notes what arrives."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.compiling import Document


@dataclass(frozen=True, slots=True)
class Notification:
    """What one receiver was told of one alert."""

    to: str
    """The path of the receiver: ``payments/page``."""
    status: str
    """``firing`` or ``resolved``."""
    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def about(self) -> str:
        """To whom, and of which SLO and alert."""
        return f"{self.to}: {self.labels['slo_id']} {self.labels['alertname']}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """All that arrived so far."""

    url: str
    notifications: list[Notification]
    """Oldest first; grows."""

    def receiver(self, to: str) -> Document:
        """A receiver in Alertmanager's words that ends here."""
        return {"webhook_configs": [{"url": f"{self.url}/{to}"}]}

    def firing(self) -> set[str]:
        """What was ever told to fire."""
        return {each.about for each in list(self.notifications) if each.status == "firing"}

    def open(self) -> set[str]:
        """What was told to fire, and has not been told to be over since."""
        last = {each.about: each.status for each in list(self.notifications)}
        return {about for about, status in last.items() if status == "firing"}


@contextlib.contextmanager
def listening() -> Iterator[Webhook]:
    """Run a webhook on a free loopback port."""
    told: list[Notification] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.extend(_notifications(self.path, json.loads(body)))
            self.send_response(HTTPStatus.OK)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing: what arrived is in the notes."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    webhook = Webhook(f"http://127.0.0.1:{server.server_port}", told)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield webhook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _notifications(path: str, told: Any) -> list[Notification]:
    """What Alertmanager posts: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config."""
    return [
        Notification(path.removeprefix("/"), alert["status"], alert["labels"], alert["annotations"])
        for alert in told["alerts"]
    ]
