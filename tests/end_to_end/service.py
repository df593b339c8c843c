"""A service with real instrumentation, whose requests can be made to fail."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, start_http_server

from tests.compiling import Document

_PAUSE: Final = 0.05  # seconds between two bursts of requests, of which a scrape sees many
_BURST: Final = 10


class Service:
    """Serves the pages of a shop without end; of each page it fails as many requests of ten as it is told."""

    def __init__(self, *pages: str) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests", "Requests served.", ["page", "code"], registry=self.registry
        )
        self._failing = dict.fromkeys(pages, 0)
        for page, code in itertools.product(pages, ("200", "500")):
            self._requests.labels(page, code)

    def fail(self, page: str, of_ten: int) -> None:
        """From now on so many requests of ten for a page fail."""
        self._failing[page] = of_ten

    def recover(self) -> None:
        self._failing = dict.fromkeys(self._failing, 0)

    def serve_requests(self, ending: threading.Event) -> None:
        while not ending.wait(_PAUSE):
            for page, failing in list(self._failing.items()):
                self._requests.labels(page, "500").inc(failing)
                self._requests.labels(page, "200").inc(_BURST - failing)


def indicator(page: str) -> Document:
    """The indicator of an SLO on a page."""
    total = f'http_requests_total{{page="{page}"}}'
    return {"ratio": {"bad": total.replace("}", ', code="500"}'), "total": total}}


@contextlib.contextmanager
def serving(service: Service) -> Iterator[str]:
    """Run a service; ``host:port`` of its metrics."""
    ending = threading.Event()
    requests = threading.Thread(target=service.serve_requests, args=(ending,))
    server, exposition = start_http_server(0, "127.0.0.1", service.registry)
    requests.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        ending.set()
        requests.join()
        server.shutdown()
        server.server_close()
        exposition.join()
