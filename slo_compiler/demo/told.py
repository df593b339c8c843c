"""What was told to whom: the notifications that Alertmanager has posted, newest first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from slo_compiler.incident.firing import name_of

MOST: Final = 50
"""Notifications that are remembered."""


class Notification(Struct, frozen=True):
    """One that somebody got: a page or a ticket, and the alerts in it.

    ``firing`` and ``resolved`` name them as ``ErrorBudgetBurnFast of availability``; ``runbook`` is the link
    of the first alert.
    """

    at: float
    """In seconds since 1970."""
    severity: str
    owner: str
    firing: tuple[str, ...]
    resolved: tuple[str, ...]
    began: float
    """When the newest alert in it began to fire, in seconds since 1970."""
    runbook: str


class Told:
    """The last notifications, as several threads see them."""

    def __init__(self) -> None:
        self._kept: deque[Notification] = deque(maxlen=MOST)
        self._firing: set[str] = set()
        self._lock = threading.Lock()

    @property
    def notifications(self) -> list[Notification]:
        """Those that are remembered, newest first."""
        with self._lock:
            return list(self._kept)

    def hear(self, at: float, severity: str, owner: str, posted: Mapping[str, Any]) -> None:
        """Remember what Alertmanager posted.

        Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config

        Raises:
            LookupError, TypeError, AttributeError, ValueError: it is no such notification.
        """
        alerts = list(posted["alerts"])
        annotations: Mapping[str, str] = next((each["annotations"] for each in alerts), {})
        firing, ended = tuple(_named(alerts, "firing")), set(_named(alerts, "resolved"))
        began = max((_time(each["startsAt"]) for each in alerts), default=at)
        with self._lock:
            # Prometheus tells for a quarter of an hour that an alert has ended.
            resolved = tuple(sorted(self._firing & ended - {*firing}))
            self._firing = self._firing - ended | {*firing}
            if firing or resolved:
                link = str(annotations.get("runbook_url", ""))
                self._kept.appendleft(Notification(at, severity, owner, firing, resolved, began, link))


def _named(alerts: list[Mapping[str, Any]], status: str) -> Iterator[str]:
    for alert in alerts:
        if alert["status"] == status:
            yield name_of(alert["labels"])


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
