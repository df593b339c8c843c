"""A client for tests: it waits for nothing in earnest, and tells how long it would have."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from slo_compiler.prometheus.access import Access, Limits
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.client import Prometheus
from slo_compiler.prometheus.failure import Failure
from slo_compiler.prometheus.transport import Transport


@dataclass(slots=True)
class Asking:
    """A client of a URL, and the pauses that it made."""

    client: Prometheus
    pauses: list[float] = field(default_factory=list)


def asking(url: str, access: Access | None = None, limits: Limits | None = None) -> Asking:
    pauses: list[float] = []
    transport = Transport(Address(url), access or Access(), limits or Limits(), sleep=pauses.append)
    return Asking(Prometheus(transport), pauses)


def failure(answer: object) -> Failure:
    """The answer, which has to be a failure."""
    assert isinstance(answer, Failure), answer
    return answer


def secret_file(folder: Path, secret: str) -> Path:
    file = folder / "secret"
    file.write_text(f"{secret}\n", encoding="utf-8")
    return file
