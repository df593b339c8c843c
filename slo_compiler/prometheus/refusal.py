"""What a reply says that is no answer: from status, headers and body to a failure in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from slo_compiler.prometheus.access import Access, BearerToken, Password
from slo_compiler.prometheus.failure import Failure, Reason, quoted
from slo_compiler.quantities import is_number

_PASSING: Final = (429, 500, 502, 503, 504)

# errorType of Prometheus's web/api/v1/api.go; Mimir and Thanos answer in the same words.
_TOO_MUCH: Final = ("timeout", "too_large_entry")
_TOO_MANY: Final = ("too many samples", "exceed")


class Reply(Struct, frozen=True):
    """What came back over HTTP. The names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def refusal(url: str, path: str, reply: Reply, access: Access) -> Failure:
    """Why a reply is no answer.

    Args:
        url: of the server.
        path: of the API that was asked.
        reply: what came back, without success.
        access: what was shown to the server.
    """
    status, headers = reply.status, reply.headers
    kind, said = _said(reply.body)
    if 300 <= status < 400:
        return Failure(Reason.ELSEWHERE, url, _sent_elsewhere(headers.get("location", "")))
    if status in (401, 403):
        return Failure(Reason.UNAUTHORISED, url, f"it does not let us in ({status}): {_shown(access)}")
    if kind in _TOO_MUCH or (kind in ("bad_data", "execution") and any(word in said for word in _TOO_MANY)):
        return Failure(Reason.TOO_MUCH, url, f"the query is too much for it: {said}")
    if kind in ("bad_data", "execution"):
        return Failure(Reason.QUERY, url, f"it refuses the query: {said}")
    if status in _PASSING:
        message = f"it has no answer now ({status}): {said or 'it does not say why'}"
        return Failure(Reason.BUSY, url, message, passing=True, after=_after(headers))
    if status == 404:
        return Failure(
            Reason.NO_API,
            url,
            f"there is no {path} there (404): it is another server or an old one, or its paths begin with a "
            "prefix, which belongs to the address, as in http://host:9090/prometheus",
        )
    return Failure(Reason.NO_API, url, f"it answers {path} with status {status}: {said or 'nothing else'}")


def not_json(url: str, path: str, body: bytes) -> Failure:
    """The reply is a success, and no JSON."""
    page = body.lstrip()[:1] == b"<"
    what = "a web page, such as a login" if page else "no JSON"
    return Failure(
        Reason.NO_API,
        url,
        f"it answers {path} with {what}: the address is not that of the API, or a proxy asks who we are",
    )


def _said(body: bytes) -> tuple[str, str]:
    """The type of the error, where it is told as Prometheus does, and what the server says."""
    try:
        told: Any = json.loads(body)
    except ValueError:
        return "", "" if body.lstrip()[:1] == b"<" else quoted(body.decode(errors="replace"))
    if not isinstance(told, dict):
        return "", quoted(str(told))
    return str(told.get("errorType", "")), quoted(str(told.get("error", told.get("message", ""))))


def _sent_elsewhere(location: str) -> str:
    """Where to, without the query: it may hold a ticket of whoever asks."""
    parts = urlsplit(location)
    host = parts.netloc.rpartition("@")[2]
    shown = quoted(f"{parts.scheme}://{host}{parts.path}" if host else parts.path)
    return (
        f"it sends us on to {shown or 'nowhere'}, where we do not take credentials unasked; give that "
        "address if it is the server"
    )


def _shown(access: Access) -> str:
    match access.credentials:
        case None:
            return "no credentials were given; there are --token-file, and --user with --password-file"
        case BearerToken(file=file):
            return f"it does not accept the token in {file}, or grants it too little"
        case Password(user=user, file=file):
            return f"it does not accept the user {quoted(user)} with the password in {file}"


def _after(headers: Mapping[str, str]) -> float | None:
    asked = headers.get("retry-after", "")
    return float(asked) if is_number(asked) else None
