"""The metrics of the contract in a registry, each made once however often it is asked for."""

from __future__ import annotations

import threading
import weakref
from typing import Final, Literal, TypeAlias, TypeVar

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge

from slo_compiler.model.contract import BY_NAME, MetricType

Family = TypeVar("Family", Counter, Gauge)
Mode: TypeAlias = Literal["mostrecent", "max"]

_LOCK: Final = threading.Lock()
_FAMILIES: Final[weakref.WeakKeyDictionary[CollectorRegistry, dict[str, Counter | Gauge]]] = (
    weakref.WeakKeyDictionary()
)


def counter(name: str, registry: CollectorRegistry | None) -> Counter:
    """The counter of the contract with this name, in the registry or else the default one.

    Raises:
        ValueError: something else is registered there under its name.
    """
    return _family(Counter, name, registry)


def gauge(name: str, registry: CollectorRegistry | None) -> Gauge:
    """The gauge of the contract with this name, in the registry or else the default one.

    Raises:
        ValueError: something else is registered there under its name.
    """
    return _family(Gauge, name, registry)


def _family(kind: type[Family], name: str, registry: CollectorRegistry | None) -> Family:
    place = REGISTRY if registry is None else registry
    with _LOCK:
        families = _FAMILIES.setdefault(place, {})
        if name not in families:
            families[name] = _register(name, place)
        family = families[name]
    if not isinstance(family, kind):
        raise TypeError(f"the contract has {name} as a {BY_NAME[name].type.value}")
    return family


def _register(name: str, registry: CollectorRegistry) -> Counter | Gauge:
    metric = BY_NAME[name]
    try:
        if metric.type is MetricType.COUNTER:
            return Counter(name, metric.help, metric.labels, registry=registry)
        # Of several processes the newest word holds. A time, or an info's 1, is never less than it was.
        mode: Mode = "max" if name.endswith(("_seconds", "_info")) else "mostrecent"
        return Gauge(name, metric.help, metric.labels, registry=registry, multiprocess_mode=mode)
    except ValueError as taken:
        raise ValueError(
            f"{name} is registered in this registry already, and not by slo_compiler.instrument: two writers "
            "would contradict each other; remove the other metric, or give this object a registry of its own"
        ) from taken


def forget(family: Gauge | Counter, **labels: str) -> None:
    """Remove the series with these labels, so that what is not so any more is not exposed for ever."""
    family.remove_by_labels(labels)
