"""Receivers in the words of AlertmanagerConfig, or what of them it has no words for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from slo_compiler.emitters import yaml
from slo_compiler.model.receivers import Receiver, Setting
from slo_compiler.targets.alertmanagerconfig.integrations import INTEGRATIONS, Field, Kind

# Where the operator mounts the secrets that the Alertmanager resource lists.
_SECRET: Final = re.compile(r"/etc/alertmanager/secrets/([a-z0-9][a-z0-9.-]*)/([A-Za-z0-9._-]+)")


class UnsupportedError(ValueError):
    """A setting that no manifest can have; the message says which, and what to do."""


def receiver(name: str, receiver: Receiver | None) -> dict[str, yaml.Value]:
    """A receiver of a manifest; one without integrations discards.

    Raises:
        UnsupportedError: a part of it cannot be said.
    """
    integrations = receiver.integrations if receiver else {}
    return {"name": name, **dict(_integration(key, value) for key, value in integrations.items())}


def unsupported(receiver: Receiver) -> Iterator[str]:
    """What of a receiver no manifest can have, the first fault of each integration."""
    for key, value in receiver.integrations.items():
        try:
            _integration(key, value)
        except UnsupportedError as failure:
            yield str(failure)


def _integration(key: str, value: Setting) -> tuple[str, yaml.Value]:
    if key not in INTEGRATIONS:
        known = ", ".join(sorted(INTEGRATIONS))
        raise UnsupportedError(f"AlertmanagerConfig has no {key}; it has {known}")
    name, table = INTEGRATIONS[key]
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return name, [_section(key, item, table) for item in items]


def _section(path: str, value: Setting, table: Mapping[str, Field]) -> yaml.Value:
    if not isinstance(value, Mapping):
        return value
    written: dict[str, yaml.Value] = {}
    for key, item in value.items():
        if key not in table:
            raise UnsupportedError(
                f"AlertmanagerConfig has no {path}.{key}; it has {', '.join(sorted(table))}"
            )
        field = table[key]
        written[field.name] = _field(f"{path}.{key}", item, field)
    return written


def _field(path: str, value: Setting, field: Field) -> yaml.Value:
    match field.kind:
        case Kind.SECRET:
            return _secret_key(path, value)
        case Kind.PAIRS if isinstance(value, Mapping):
            return [{"key": key, "value": str(text)} for key, text in value.items()]
        case Kind.SECTION:
            return _section(path, value, field.of or {})
        case _:
            return value


def _secret_key(path: str, value: Setting) -> yaml.Value:
    """The secret that a file is mounted from, and its key."""
    found = _SECRET.fullmatch(str(value))
    if found is None:
        raise UnsupportedError(
            f"{path} is the file {value}, and AlertmanagerConfig names a secret and its key: write the path "
            "at which the operator mounts it, /etc/alertmanager/secrets/NAME/KEY"
        )
    return {"name": found[1], "key": found[2]}
