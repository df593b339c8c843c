"""Rules as values, with the field names of Prometheus's own ``rulefmt``: emitters translate nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct, field

from slo_compiler.quantities import Seconds


class RecordingRule(Struct, frozen=True):
    """A series that Prometheus records at every evaluation of its group."""

    record: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it records."""
        return self.record


class AlertingRule(Struct, frozen=True):
    """An alert.

    Labels are literal text. Annotations are Go templates, in which text from a spec has been escaped.
    """

    alert: str
    expr: str
    hold: Seconds
    """``for``, which is a keyword here."""
    keep_firing_for: Seconds
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    run_time_labels: tuple[str, ...] = ()
    """Labels that the alert's expression brings, whose values only Prometheus knows."""
    because: str = ""
    """Why it is as severe as it is, for explanations: part of no file."""

    @property
    def name(self) -> str:
        """That of the alert."""
        return self.alert


Rule: TypeAlias = RecordingRule | AlertingRule


class Group(Struct, frozen=True):
    """Rules that are evaluated together, in their order, every ``interval``."""

    name: str
    interval: Seconds
    rules: tuple[Rule, ...]


class RuleFile(Struct, frozen=True):
    """The groups of one service, or of all adapters."""

    name: str
    groups: tuple[Group, ...]
