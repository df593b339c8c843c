"""Where all of the demo meets: what can be done to the service, and what is known of it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct, field, to_builtins

from slo_compiler.demo.exporter import exposition, history
from slo_compiler.demo.faults import Fault
from slo_compiler.demo.installation import Addresses, Installation
from slo_compiler.demo.service import LiveService
from slo_compiler.demo.sighting import Sighting
from slo_compiler.demo.slos_seen import drifts_of
from slo_compiler.demo.told import Told
from slo_compiler.incident.asking import Unanswered

FRESH: Final = 0.9
"""Seconds for which what was seen is not looked at again, however many look at the page."""

MOST_DEEDS: Final = 50


class Deed(Struct, frozen=True):
    """What was done on the page: a fault began or ended, or all of them ended."""

    at: float
    fault: str
    begins: bool


class Desk(Struct):
    """What the page stands before; several threads use it at once."""

    faults: Mapping[str, Fault]
    service: LiveService
    installation: Installation
    addresses: Addresses
    look: Callable[[], Sighting]
    """Asks the servers; raises ``Unanswered``."""
    clock: Callable[[], float] = time.time
    told: Told = field(default_factory=Told)
    _deeds: deque[Deed] = field(default_factory=lambda: deque(maxlen=MOST_DEEDS))
    _looking: threading.Lock = field(default_factory=threading.Lock)
    _seen: dict[str, Any] = field(default_factory=dict)
    _seen_at: float = -FRESH
    _history_told: bool = False

    def inject(self, fault: str) -> None:
        """Do a fault to the service.

        Raises:
            KeyError: there is no such fault.
        """
        if fault not in self.service.active:
            self.service.inject(fault)
            self._deeds.appendleft(Deed(self.clock(), fault, begins=True))

    def clear(self, fault: str | None = None) -> None:
        """End a fault, or all of them."""
        for name in self.service.active if fault is None else {fault}.intersection(self.service.active):
            self.service.clear(name)
            self._deeds.appendleft(Deed(self.clock(), name, begins=False))

    def metrics(self) -> bytes | None:
        """What the service exports; None while it is down."""
        series = self.service.scrape()
        return None if series is None else exposition(series)

    def history(self) -> bytes:
        """What was before the demo; once, as samples that are there already are not told again."""
        if self._history_told:
            return b""
        self._history_told = True
        _, subject = next(drifts_of(self.installation.program))
        return history(subject, self.clock())

    def state(self) -> dict[str, Any]:
        """All that the page shows, as plain values."""
        return {
            "now": self.clock(),
            "seen": self._look(),
            "active": self.service.active,
            "deeds": to_builtins(list(self._deeds)),
            "told": to_builtins(self.told.notifications),
        }

    def _look(self) -> dict[str, Any]:
        with self._looking:
            if time.monotonic() - self._seen_at >= FRESH:
                try:
                    self._seen = self.look().as_document()
                except Unanswered as failure:
                    self._seen = {"failure": str(failure)}
                self._seen_at = time.monotonic()
            return self._seen
