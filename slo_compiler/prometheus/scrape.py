"""What a target exposes, asked for as Prometheus asks for it."""

from __future__ import annotations

from typing import Final

from slo_compiler.prometheus.failure import Failure, Reason
from slo_compiler.prometheus.transport import Question, Transport

ACCEPT: Final = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
"""As of Prometheus 2.42; protobuf, which later ones prefer, is left out."""


def scrape_text(target: Transport) -> str | Failure:
    """The exposition at the address of a target."""
    reply = target.exchange(Question("", accept=ACCEPT))
    if isinstance(reply, Failure):
        return reply
    try:
        return reply.body.decode()
    except UnicodeDecodeError:
        return Failure(Reason.NO_API, target.address.url, "what it exposes is no text in UTF-8")
