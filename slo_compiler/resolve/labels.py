"""The labels that a spec and its defaults say together: on all alerts, and on those of a severity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from slo_compiler.model.alerting import Alerting, Severity

Value = TypeVar("Value")


class Labels(Struct, frozen=True):
    """The labels of alerts; of a severity of which more is said, all that its alerts have."""

    general: Mapping[str, str]
    of_severity: Mapping[Severity, Mapping[str, str]]


def labels_of(layers: Sequence[Alerting | Mapping[str, str]]) -> Labels:
    """The labels of layers, the most specific last; within one, what is said of a severity comes last."""
    general: dict[str, str] = {}
    of_severity: dict[Severity, dict[str, str]] = {}
    for layer in layers:
        said = layer.labels if isinstance(layer, Alerting) else layer
        for together in (general, *of_severity.values()):
            together.update(said)
        if isinstance(layer, Alerting):
            for severity, more in layer.severity_labels.items():
                of_severity.setdefault(severity, {**general}).update(more)
    return Labels(general, of_severity)


def merged(layers: Iterable[Mapping[str, Value]]) -> dict[str, Value]:
    """What layers say together, the last one having the last word."""
    together: dict[str, Value] = {}
    for layer in layers:
        together.update(layer)
    return together
