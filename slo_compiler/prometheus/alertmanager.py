"""The HTTP API of Alertmanager, as far as it reads: alerts, silences, status.

Source: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from msgspec import Struct

from slo_compiler.prometheus import decode
from slo_compiler.prometheus.answers import AlertmanagerStatus, Answer, Notified, Silence
from slo_compiler.prometheus.client import unknown_shape
from slo_compiler.prometheus.failure import Failure
from slo_compiler.prometheus.transport import Parameters, Transport

Value = TypeVar("Value")


class Alertmanager(Struct, frozen=True):
    """An Alertmanager that can be asked."""

    transport: Transport

    @property
    def url(self) -> str:
        """Its address."""
        return self.transport.address.url

    def alerts(self, matchers: Iterable[str] = ()) -> Answer[tuple[Notified, ...]] | Failure:
        """The alerts it has, silenced and inhibited ones included; of those only that match all matchers.

        Args:
            matchers: each as in ``service="checkout-api"``.
        """
        return self._get("/api/v2/alerts", _filters(matchers), decode.notified)

    def silences(self, matchers: Iterable[str] = ()) -> Answer[tuple[Silence, ...]] | Failure:
        """The silences it has, expired ones included."""
        return self._get("/api/v2/silences", _filters(matchers), decode.silences)

    def status(self) -> Answer[AlertmanagerStatus] | Failure:
        """Which Alertmanager it is, and with whom it works."""
        return self._get("/api/v2/status", (), decode.status)

    def _get(
        self, path: str, parameters: Parameters, shape: Callable[[Any], Value]
    ) -> Answer[Value] | Failure:
        told = self.transport.ask(path, parameters)
        if isinstance(told, Failure):
            return told
        try:
            return Answer(shape(told))
        except decode.MALFORMED:
            return unknown_shape(self.url, path, "Alertmanager")


def _filters(matchers: Iterable[str]) -> list[tuple[str, str]]:
    return [("filter", each) for each in matchers]
