"""One question over HTTP and its answer, or why there is none: credentials, trust, retries and limits."""

from __future__ import annotations

import base64
import json
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from msgspec import Struct, field
from msgspec.structs import replace
from urllib3 import exceptions

from slo_compiler.prometheus.access import Access, BearerToken, Limits, Password, Tls
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.failure import Failure, Reason, quoted
from slo_compiler.prometheus.refusal import Reply, not_json, refusal

Parameters: TypeAlias = Sequence[tuple[str, str]]

LONGEST_URL: Final = 4000
"""Longer questions are posted: proxies refuse them in a URL."""

FIRST_DELAY: Final = 0.5
LONGEST_DELAY: Final = 8.0
"""Seconds between two attempts; each waits twice as long as the one before."""

AT_FIRST: Final = 1.0
"""The patience with a server that was never reached: more likely its address is wrong."""

_NEVER_BY_PROXY: Final = ("localhost", "127.0.0.1", "::1")
_NUMBER: Final = re.compile(r"^\[Errno -?[0-9]+\] ")
_OF_OPENSSL: Final = re.compile(r"^[A-Z_]+\] | \(_ssl\.c:\d+\)")
_LIBRARY: Final = (exceptions.HTTPError, OSError)


class Question(Struct, frozen=True):
    """A request: a path below the address, and what is sent there."""

    path: str
    parameters: Parameters = ()
    """Names and values; names may repeat."""
    may_post: bool = False
    """Whether the API takes long questions by POST."""
    method: str = "GET"
    body: bytes | None = None
    content_type: str = ""
    accept: str = "application/json"
    known: tuple[int, ...] = ()
    """Statuses that are an answer, beside those of success: 404 for what may be missing."""


class Transport(Struct):
    """A server over HTTP. ``waiting`` is told why and how long before each further attempt."""

    address: Address
    access: Access = field(default_factory=Access)
    limits: Limits = field(default_factory=Limits)
    waiting: Callable[[Failure, float], None] = lambda _failure, _seconds: None
    sleep: Callable[[float], None] = time.sleep
    _pool: urllib3.PoolManager | None = None
    _reached: bool = False

    def ask(self, path: str, parameters: Parameters = (), *, may_post: bool = False) -> Any | Failure:
        """The JSON that a path of the API answers with; a failure that passes is waited for.

        Args:
            path: below the address, such as ``/api/v1/query``.
            parameters: names and values; names may repeat.
            may_post: whether the API takes long questions by POST.
        """
        reply = self.exchange(Question(path, parameters, may_post))
        if isinstance(reply, Failure):
            return reply
        try:
            return json.loads(reply.body)
        except ValueError:
            return not_json(self.address.url, path, reply.body)

    def exchange(self, question: Question) -> Reply | Failure:
        """What a server replies to a question; a failure that passes is waited for."""
        for delay in self._delays():
            reply = self._exchange_once(question)
            if not isinstance(reply, Failure) or not reply.passing:
                return reply
            pause = min(max(delay, reply.after or 0), self._patience)
            self.waiting(reply, pause)
            self.sleep(pause)
        return self._exchange_once(question)

    @property
    def _patience(self) -> float:
        return self.limits.patience if self._reached else min(self.limits.patience, AT_FIRST)

    def _delays(self) -> Iterator[float]:
        delay, waited = FIRST_DELAY, 0.0
        while waited + delay <= self._patience:
            yield delay
            waited += delay
            delay = min(2 * delay, LONGEST_DELAY)

    def _exchange_once(self, question: Question) -> Reply | Failure:
        try:
            headers = _sendable({**self.access.headers, **_authorisation(self.access)})
            self._pool = self._pool or _pool(self.address, self.access.tls)
        except (OSError, ValueError) as failure:
            return self._fail(Reason.CREDENTIALS, _unusable(failure))
        try:
            sent = self._send(question, headers)
            body = _read(sent, self.limits.most_bytes)
        except _LIBRARY as failure:
            return _redacted(self._lost(failure), headers)
        self._reached = True
        if body is None:
            limit = self.limits.most_bytes // 1_000_000
            where = question.path or "us"
            return self._fail(Reason.TOO_MUCH, f"its answer to {where} is longer than {limit} MB")
        reply = Reply(sent.status, {name.lower(): value for name, value in sent.headers.items()}, body)
        if 200 <= reply.status < 300 or reply.status in question.known:
            return reply
        return _redacted(refusal(self.address.url, question.path, reply, self.access), headers)

    def _send(self, question: Question, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        url, query = f"{self.address.url}{question.path}", urlencode(question.parameters)
        method, body, kind = question.method, question.body, question.content_type
        if question.may_post and len(query) > LONGEST_URL:
            method, body, kind = "POST", query.encode(), "application/x-www-form-urlencoded"
        elif query:
            url = f"{url}?{query}"
        if kind:
            headers = {**headers, "Content-Type": kind}
        if self._pool is None:
            raise TypeError("there is no pool to ask by")
        return self._pool.request(
            method,
            url,
            headers={"Accept": question.accept, "User-Agent": "slo-compiler", **headers},
            body=body,
            redirect=False,
            retries=False,
            timeout=urllib3.Timeout(connect=min(10.0, self.limits.timeout), read=self.limits.timeout),
            preload_content=False,
        )

    def _lost(self, failure: Exception) -> Failure:
        """Why there is no reply at all."""
        if isinstance(failure, exceptions.SSLError | ssl.SSLError):
            return self._fail(
                Reason.TLS, f"TLS fails: {_words(failure)}; --ca-file names an authority to trust"
            )
        if isinstance(failure, exceptions.ReadTimeoutError):
            seconds = f"{self.limits.timeout:g}"
            return self._fail(Reason.TOO_MUCH, f"it did not answer within {seconds} seconds")
        if isinstance(failure, exceptions.NameResolutionError):
            return self._fail(
                Reason.UNREACHABLE, f"its host {self.address.host} has no address", passing=True
            )
        return self._fail(Reason.UNREACHABLE, f"it cannot be reached: {_words(failure)}", passing=True)

    def _fail(self, reason: Reason, message: str, *, passing: bool = False) -> Failure:
        return Failure(reason, self.address.url, message, passing=passing)


def _authorisation(access: Access) -> dict[str, str]:
    """The header by which we are let in; the secret is read anew each time.

    Raises:
        OSError, ValueError: the file with the secret cannot be read, or holds none.
    """
    match access.credentials:
        case None:
            return {}
        case BearerToken(file=file):
            return {"Authorization": f"Bearer {_secret(file)}"}
        case Password(user=user, file=file):
            pair = base64.b64encode(f"{user}:{_secret(file)}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}


def _sendable(headers: dict[str, str]) -> dict[str, str]:
    """The headers.

    Raises:
        ValueError: one of them cannot be sent.
    """
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"what is to be sent as {name} holds a character that no header can")
    return headers


def _secret(file: Path) -> str:
    text = file.read_text(encoding="utf-8").strip()
    if not text or not text.isprintable():
        raise ValueError(f"{file} holds {'no secret' if not text else 'more than one line'}")
    return text


def _pool(address: Address, tls: Tls) -> urllib3.PoolManager:
    """What keeps connections, directly or by the proxy that the environment names.

    Raises:
        OSError: a certificate or key cannot be used.
    """
    context = None
    if address.url.startswith("https:"):
        context = ssl.create_default_context(cafile=tls.authorities)
        if not tls.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            urllib3.disable_warnings(exceptions.InsecureRequestWarning)
        if tls.certificate is not None:
            # A key with a passphrase would ask for it on the terminal.
            context.load_cert_chain(tls.certificate, tls.key, password=lambda: b"")
    proxy = _proxy(address)
    if proxy is None:
        return urllib3.PoolManager(ssl_context=context, maxsize=1)
    headers = {}
    parts = urlsplit(proxy)
    if parts.username:
        who = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = urllib3.make_headers(proxy_basic_auth=who)
    return urllib3.ProxyManager(proxy, ssl_context=context, maxsize=1, proxy_headers=headers)


def _proxy(address: Address) -> str | None:
    """The proxy that the environment names for the address: none for this machine itself."""
    if address.host in _NEVER_BY_PROXY or proxy_bypass(address.host):
        return None
    return getproxies().get(urlsplit(address.url).scheme)


def _read(reply: urllib3.BaseHTTPResponse, most: int) -> bytes | None:
    """The body, unpacked; None where it is longer than anybody wants to hold."""
    parts, size = [], 0
    try:
        for part in reply.stream(2**16, decode_content=True):
            size += len(part)
            if size > most:
                reply.close()
                return None
            parts.append(part)
    finally:
        reply.release_conn()
    return b"".join(parts)


def _words(failure: Exception) -> str:
    """What a library says of a failure: of the innermost one, without the objects that it names first."""
    inner = [getattr(failure, "reason", None), *failure.args[::-1]]
    for each in inner:
        if isinstance(each, Exception):
            return _words(each)
    last = str(failure).rpartition(": ")[2] or type(failure).__name__
    return quoted(_NUMBER.sub("", _OF_OPENSSL.sub("", last)))


def _unusable(failure: Exception) -> str:
    if isinstance(failure, ssl.SSLError):
        return (
            "the certificate, its key or the file of authorities cannot be used: they are not PEM, do not "
            "belong together, or the key has a passphrase"
        )
    if isinstance(failure, OSError):
        return f"{failure.filename or 'a file of certificates'} cannot be read: {failure.strerror}"
    return quoted(str(failure))


def _redacted(failure: Failure, headers: Mapping[str, str]) -> Failure:
    """The failure with nothing in it of what was shown to the server, should the server repeat it."""
    message = failure.message
    for secret in (part for value in headers.values() for part in (value, value.rpartition(" ")[2])):
        message = message.replace(secret, "***") if len(secret) > 3 else message
    return replace(failure, message=message)
