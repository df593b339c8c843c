"""The demo from beginning to end: folder, page and servers are there for a block, and gone behind it."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from slo_compiler.demo.desk import Desk
from slo_compiler.demo.faults import ALL
from slo_compiler.demo.installation import Addresses, Installation, install
from slo_compiler.demo.servers import Programs, Server, free_address, running
from slo_compiler.demo.service import LiveService
from slo_compiler.demo.sighting import Sighting, look
from slo_compiler.demo.signals import SERVICE
from slo_compiler.demo.web import Web
from slo_compiler.prometheus.access import Limits
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.alertmanager import Alertmanager
from slo_compiler.prometheus.client import Prometheus
from slo_compiler.prometheus.transport import Transport

LIMITS: Final = Limits(timeout=5, patience=0)
"""Whoever looks at the page looks again in a second."""


class Demonstration(Struct, frozen=True):
    """A demo that runs."""

    addresses: Addresses
    installation: Installation
    servers: tuple[Server, ...]

    def check(self) -> None:
        """Look whether all of it runs.

        Raises:
            ServerFailed: a server has ended.
        """
        for server in self.servers:
            server.check()


@contextlib.contextmanager
def demonstrate(
    programs: Programs, port: int, seed: int, check: Callable[[], None]
) -> Iterator[Demonstration]:
    """Run the demo until the end of the block.

    Args:
        programs: the servers.
        port: where the page is; a free one if 0.
        seed: of what is random about the service.
        check: is called while servers are waited for, and may raise to end that.

    Raises:
        OSError: the port or the folder cannot be had.
        ServerFailed: a server did not start.
    """
    secret = secrets.token_urlsafe(12)
    with Web(port, secret) as web, tempfile.TemporaryDirectory(prefix="slo-compiler-demo-") as folder:
        addresses = Addresses(web.url, free_address(), free_address())
        installation = install(Path(folder).resolve(), addresses, secret)
        web.desk = _desk(installation, addresses, seed)
        with _serving(web), running(installation, programs, addresses, check) as servers:
            yield Demonstration(addresses, installation, servers)


def _desk(installation: Installation, addresses: Addresses, seed: int) -> Desk:
    prometheus = Prometheus(Transport(Address(addresses.prometheus), limits=LIMITS))
    alertmanager = Alertmanager(Transport(Address(addresses.alertmanager), limits=LIMITS))

    def sight() -> Sighting:
        return look(installation.program, SERVICE, prometheus, alertmanager, time.time())

    return Desk(ALL, LiveService(ALL, seed, time.time), installation, addresses, sight)


@contextlib.contextmanager
def _serving(web: Web) -> Iterator[None]:
    """The page in a thread of its own."""
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        web.shutdown()
        thread.join()
