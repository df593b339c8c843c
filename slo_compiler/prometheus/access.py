"""How a server lets us in, and how long we bear with it. Secrets are named by file, and read when sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct, field

MEGABYTE: Final = 1_000_000


class BearerToken(Struct, frozen=True):
    """A token in a file, which may be renewed while we work."""

    file: Path


class Password(Struct, frozen=True):
    """Basic authentication, with the password in a file."""

    user: str
    file: Path


Credentials: TypeAlias = BearerToken | Password


class Tls(Struct, frozen=True):
    """Whom to trust, and as whom to show up. Without ``authorities`` those of the system are trusted."""

    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    verify: bool = True
    """Whether the server has to prove who it is."""


class Access(Struct, frozen=True):
    """What is shown to a server with every question."""

    credentials: Credentials | None = None
    tls: Tls = field(default_factory=Tls)
    headers: Mapping[str, str] = field(default_factory=dict)
    """More of them, such as ``X-Scope-OrgID`` for a tenant. They may be secrets, and are never printed."""

    def __repr__(self) -> str:
        return f"Access({self.credentials}, {self.tls}, headers: {', '.join(self.headers)})"


class Limits(Struct, frozen=True):
    """How much of a server is borne with."""

    timeout: float = 130
    """Seconds without a byte of an answer. Prometheus itself gives up on a query after 120."""
    patience: float = 10
    """Seconds to wait in all, for one answer, on a server that was reached before and is away or busy now."""
    most_bytes: int = 200 * MEGABYTE
    """The longest answer that is read."""
