"""What servers answer, as values: samples, metadata, rules, alerts, silences. Times are Unix seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Generic, TypeAlias, TypeVar

from msgspec import Struct

Value_co = TypeVar("Value_co", covariant=True)

Labels: TypeAlias = Mapping[str, str]

_PART: Final = re.compile("[0-9]{1,9}")


class Answer(Struct, Generic[Value_co], frozen=True):
    """An answer, and what the server has to say about it: its warnings and, of Prometheus 3, its infos."""

    value: Value_co
    warnings: tuple[str, ...] = ()


class Sample(Struct, frozen=True):
    """A series at one time; a scalar has no labels."""

    labels: Labels
    time: float
    value: float


class Line(Struct, frozen=True):
    """A series over some time: as many values as times, which ascend."""

    labels: Labels
    times: tuple[float, ...]
    values: tuple[float, ...]


class Metadata(Struct, frozen=True):
    """What a target says of a metric."""

    type: str
    help: str
    unit: str


class BuildInfo(Struct, frozen=True):
    """Which server it is."""

    version: str

    @property
    def release(self) -> tuple[int, ...]:
        """The numbers of the version: ``(2, 42, 0)``; none where they cannot be told."""
        head = self.version.removeprefix("v").partition("+")[0].partition("-")[0]
        return tuple(int(part) for part in head.split(".") if _PART.fullmatch(part))


class ActiveAlert(Struct, frozen=True):
    """An alert that waits or fires in Prometheus."""

    labels: Labels
    annotations: Mapping[str, str]
    state: str
    """``pending`` or ``firing``."""
    active_at: float
    value: float


class LoadedRule(Struct, frozen=True):
    """A rule as it is loaded: an alert where it has a state, and else a recorded series."""

    name: str
    query: str
    labels: Labels
    annotations: Mapping[str, str]
    state: str | None
    """``inactive``, ``pending`` or ``firing``; None of a recording rule."""
    hold: float
    """Its ``for``, in seconds."""
    health: str
    last_error: str
    alerts: tuple[ActiveAlert, ...]


class LoadedGroup(Struct, frozen=True):
    """A group of rules as it is loaded."""

    name: str
    file: str
    interval: float
    last_evaluation: float | None
    """None where it was not evaluated yet."""
    rules: tuple[LoadedRule, ...]


class Notified(Struct, frozen=True):
    """An alert in Alertmanager."""

    labels: Labels
    annotations: Mapping[str, str]
    state: str
    """``active``, ``suppressed`` or ``unprocessed``."""
    starts_at: float
    ends_at: float
    receivers: tuple[str, ...]
    silenced_by: tuple[str, ...]
    inhibited_by: tuple[str, ...]
    """Fingerprints of the alerts that hold it back."""
    fingerprint: str


class SilenceMatcher(Struct, frozen=True):
    """What the label of an alert has to be, or not to be, for a silence to hold."""

    name: str
    value: str
    is_regex: bool
    is_equal: bool


class Silence(Struct, frozen=True):
    """A silence in Alertmanager."""

    id: str
    matchers: tuple[SilenceMatcher, ...]
    starts_at: float
    ends_at: float
    created_by: str
    comment: str
    state: str
    """``active``, ``pending`` or ``expired``."""


class AlertmanagerStatus(Struct, frozen=True):
    """Which Alertmanager it is, and with whom it works."""

    version: str
    cluster: str
    """``ready``, ``settling`` or ``disabled``."""
    config: str
    """Its configuration; Alertmanager itself has put ``<secret>`` in the place of secrets."""
