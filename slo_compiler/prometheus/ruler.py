"""The ruler API of Mimir and Cortex: the rule groups that a tenant has, and to set and delete them.

Source: https://grafana.com/docs/mimir/latest/references/http-api/#ruler
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from slo_compiler.prometheus.failure import Failure, Reason
from slo_compiler.prometheus.transport import Question, Transport

RULES: Final = "/config/v1/rules"
TENANT: Final = "X-Scope-OrgID"
_NOTHING: Final = 404
_NAMESPACE: Final = re.compile(r"^([a-z0-9][a-z0-9.-]*):\s*$", re.MULTILINE)


class Ruler(Struct, frozen=True):
    """A ruler of a tenant. Its address ends with the prefix of the API, usually ``/prometheus``."""

    transport: Transport

    def namespaces(self, prefix: str) -> tuple[str, ...] | Failure:
        """The namespaces whose names begin with a prefix, sorted; rules of all others are not read."""
        told = self._read(RULES)
        if isinstance(told, Failure):
            return told
        names = _NAMESPACE.findall(told.decode(errors="replace"))
        return tuple(sorted(name for name in names if name.startswith(prefix)))

    def namespace(self, name: str) -> bytes | Failure:
        """The groups of a namespace as YAML, ``<namespace>: [group, …]``; empty where it has none."""
        return self._read(f"{RULES}/{_quoted(name)}")

    def set_group(self, namespace: str, text: str) -> Failure | None:
        """Create a group, or put it in the place of the one of its name."""
        question = Question(
            f"{RULES}/{_quoted(namespace)}",
            method="POST",
            body=text.encode(),
            content_type="application/yaml",
        )
        return _failure(self.transport.exchange(question))

    def delete_group(self, namespace: str, group: str) -> Failure | None:
        """Delete a group; the last one takes its namespace along. One that is gone is no failure."""
        path = f"{RULES}/{_quoted(namespace)}/{_quoted(group)}"
        return _failure(self.transport.exchange(Question(path, method="DELETE", known=(_NOTHING,))))

    def _read(self, path: str) -> bytes | Failure:
        reply = self.transport.exchange(Question(path, accept="application/yaml", known=(_NOTHING,)))
        if isinstance(reply, Failure):
            return reply
        if reply.status != _NOTHING:
            return reply.body
        if b"no rule groups" in reply.body or b"group does not exist" in reply.body:
            return b""
        return Failure(
            Reason.NO_API,
            self.transport.address.url,
            f"there is no {path} there (404): the address of a ruler ends with the prefix of its API, as in "
            "http://mimir:8080/prometheus",
        )


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _failure(answer: object) -> Failure | None:
    return answer if isinstance(answer, Failure) else None
