"""A small ruler with the API of Mimir: it keeps groups, counts them, and says no as Mimir does."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import yaml

PREFIX = "/prometheus/config/v1/rules"


@dataclass(slots=True)
class FakeRuler:
    """Where it is, what each tenant has, and what was asked."""

    url: str = ""
    most_rules: int = 20
    fails_after: int | None = None
    """After so many writes it answers 500."""
    tenants: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, tenant: str | None, body: bytes) -> tuple[int, str]:
        """Status and text, as pkg/ruler/api.go has them."""
        if tenant is None:
            return 401, "no org id"
        parts = [unquote(part) for part in path.removeprefix(PREFIX).split("/") if part]
        if not path.startswith(PREFIX):
            return 404, "404 page not found"
        namespaces = self.tenants.setdefault(tenant, {})
        match method, parts:
            case "GET", []:
                return listed(namespaces)
            case "GET", [namespace]:
                return listed({namespace: namespaces[namespace]} if namespace in namespaces else {})
            case "POST", [namespace]:
                return self.post(namespaces.setdefault(namespace, {}), namespace, body)
            case "DELETE", [namespace, group]:
                self.writes.append(f"DELETE {namespace}/{group}")
                if namespaces.get(namespace, {}).pop(group, None) is None:
                    return 404, "group does not exist"
                return 202, '{"status":"success","data":null,"errorType":"","error":""}'
        return 405, "method not allowed"

    def post(self, groups: dict[str, Any], namespace: str, body: bytes) -> tuple[int, str]:
        if self.fails_after is not None and len(self.writes) >= self.fails_after:
            return 500, "the ring is unhealthy"
        group = yaml.safe_load(body)
        if len(group["rules"]) > self.most_rules:
            return 400, f"per-user rules per rule group limit (limit: {self.most_rules}) exceeded"
        self.writes.append(f"POST {namespace}/{group['name']}")
        groups[group["name"]] = as_go_writes(group)
        return 202, '{"status":"success","data":null,"errorType":"","error":""}'


def as_go_writes(group: dict[str, Any]) -> dict[str, Any]:
    """The group without what is empty, and with durations as Go's model.Duration prints them."""
    rules = [
        {key: value for key, value in rule.items() if value not in ({}, "0s")} for rule in group["rules"]
    ]
    for rule in rules:
        if rule.get("for") == "7d":
            rule["for"] = "1w"
    return {**group, "rules": rules}


def listed(namespaces: dict[str, Any]) -> tuple[int, str]:
    shown = {name: list(groups.values()) for name, groups in namespaces.items() if groups}
    if not shown:
        return 404, "no rule groups found"
    return 200, yaml.safe_dump(shown, width=10_000, sort_keys=False)


@contextlib.contextmanager
def serving(ruler: FakeRuler) -> Iterator[FakeRuler]:
    """Run it on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, text = ruler.answer(self.command, self.path, self.headers.get("X-Scope-OrgID"), body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_DELETE = _reply  # noqa: N815  # the names that the base class looks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    ruler.url = f"http://127.0.0.1:{server.server_port}/prometheus"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield ruler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
