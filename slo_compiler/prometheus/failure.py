"""Why a server gave no answer, as a value: a reason that programs know, and words for whoever asked."""

from __future__ import annotations

import enum
from typing import Final

from msgspec import Struct

MOST_QUOTED: Final = 300
"""Characters of what a server says: its error pages can be long."""


class Reason(enum.Enum):
    """The kinds of failure. Each is the id under which docs/checks.md explains it."""

    ADDRESS = "server/address"
    """What is to be the URL is none, or holds a secret."""
    CREDENTIALS = "server/credentials"
    """A file with a token, password, certificate or key cannot be used."""
    UNREACHABLE = "server/unreachable"
    """Nothing answers there, or the connection is lost again and again."""
    TLS = "server/tls"
    """There is no trust between the two."""
    UNAUTHORISED = "server/unauthorised"
    """It answers, and does not let us in."""
    ELSEWHERE = "server/elsewhere"
    """It sends us to another URL."""
    NO_API = "server/no-api"
    """What answers is not the API that was asked for."""
    BUSY = "server/busy"
    """It has no time for us: it starts, is overloaded, or fails."""
    QUERY = "server/query"
    """It refuses the question."""
    TOO_MUCH = "server/too-much"
    """The answer takes more time, samples or memory than either side allows; less at once would do."""


class Failure(Struct, frozen=True):
    """Why there is no answer. The message never holds a secret."""

    reason: Reason
    url: str
    """The server, without the path of the API."""
    message: str
    passing: bool = False
    """Whether the same question may have an answer in a moment."""
    after: float | None = None
    """The seconds that the server itself asks to be left alone, where it says so."""

    def __str__(self) -> str:
        return f"{self.url}: error: {self.message} [{self.reason.value}]"


def quoted(text: str) -> str:
    """What a server says, on one line and no longer than anybody reads."""
    line = " ".join(text.split())
    shown = line if len(line) <= MOST_QUOTED else f"{line[:MOST_QUOTED]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
