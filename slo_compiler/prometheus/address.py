"""The URL of a server, as a user writes it: checked before anything is sent there."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from slo_compiler.prometheus.failure import Failure, Reason, quoted

EXAMPLE: Final = "write for example http://localhost:9090"


class Address(Struct, frozen=True):
    """Where a server is: scheme, host, port and the prefix of its paths, without credentials."""

    url: str

    @property
    def host(self) -> str:
        """The host alone, which decides whether a proxy is asked."""
        return urlsplit(self.url).hostname or ""

    def __str__(self) -> str:
        return self.url


def read_address(text: str) -> Address | Failure:
    """The address that a text is, such as ``https://example.com/prefix``, or what is wrong with it."""
    shown = _without_secrets(text.strip())
    if "@" in text:  # even where it is no URL: a password may hold any character
        return _wrong(
            shown,
            "holds credentials, which other users of this machine and the shell's history would see; "
            "give --user and --password-file, or --token-file",
        )
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return _wrong(shown, f"is no URL; {EXAMPLE}")
    if parts.scheme not in ("http", "https"):
        return _wrong(shown, f"does not begin with http:// or https://; {EXAMPLE}")
    if not parts.hostname or port == 0:
        return _wrong(shown, f"names no host; {EXAMPLE}")
    if parts.query or parts.fragment:
        return _wrong(shown, "goes on behind the path; give the address of the server alone")
    return Address(_base(parts))


def _base(parts: SplitResult) -> str:
    """The address without the pages that one copies it from."""
    path = parts.path.rstrip("/")
    for page in ("/graph", "/query", "/alerts", "/api/v1", "/api/v2", "/api"):
        path = path.removesuffix(page)
    return f"{parts.scheme}://{parts.netloc}{path}"


def _without_secrets(text: str) -> str:
    """The URL as it can be shown: neither credentials nor a query, either of which may be a secret."""
    scheme, separator, _ = text.partition("://")
    begin = f"{scheme}{separator}" if separator and scheme.isalnum() else ""
    rest = text.removeprefix(begin).rpartition("@")[2]
    return quoted(f"{begin}{rest.partition('?')[0].partition('#')[0]}")


def _wrong(shown: str, problem: str) -> Failure:
    return Failure(Reason.ADDRESS, shown, f"this address {problem}")
