"""The alerts that fire, the guards among them, and which holds back which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from slo_compiler.incident.asking import Answer
from slo_compiler.model import labels
from slo_compiler.model.role import Role
from slo_compiler.model.subject import Subject
from slo_compiler.prometheus.answers import Sample
from slo_compiler.rules.inhibition import InhibitRule, inhibits


class Held(Struct, frozen=True):
    """An alert that fires and notifies nobody, and what keeps it from that, in words."""

    alert: Mapping[str, str]
    by: str


class Firing(Struct, frozen=True):
    """The labels of the alerts of a service that fire, ``alertname`` among them."""

    alerts: tuple[Mapping[str, str], ...]

    @property
    def guards(self) -> tuple[Mapping[str, str], ...]:
        """Those that only hold back others."""
        return tuple(each for each in self.alerts if each.get(labels.ROLE) == Role.GUARD.value)

    def guards_of(self, subject: Subject) -> list[Mapping[str, str]]:
        """The guards of an SLO or a signal."""
        return [each for each in self.guards if each.get(subject.id_label) == subject.id]

    def explains(self, subject: Subject, rows: Iterable[Sample], groups: Sequence[str]) -> str:
        """The kind of a guard that explains all rows, each of its own group; empty where none does."""
        kinds = [self._guard_over(subject, row, groups) for row in rows]
        return kinds[0] if kinds and all(kinds) else ""

    def held_back(self, rules: Sequence[InhibitRule]) -> list[Held]:
        """What is held back, and by what first, as Alertmanager's inhibit rules say."""
        found = []
        for target in self.alerts:
            by = (source for source in self.alerts if any(inhibits(rule, source, target) for rule in rules))
            first = next(by, None)
            if first is not None:
                found.append(Held(target, name_of(first)))
        return found

    def _guard_over(self, subject: Subject, row: Sample, groups: Sequence[str]) -> str:
        for guard in self.guards_of(subject):
            if all(guard[label] == row.labels.get(label) for label in groups if label in guard):
                return guard[labels.GUARD]
        return ""


def firing_of(answer: Answer) -> Firing:
    """What fires, in the order of names and labels."""
    alerts = [
        {name: value for name, value in sample.labels.items() if name not in {"__name__", "alertstate"}}
        for sample in answer
    ]
    return Firing(tuple(sorted(alerts, key=lambda each: sorted(each.items()))))


def name_of(alert: Mapping[str, str]) -> str:
    """An alert in words: its name and what it is about."""
    about = alert.get(labels.SLO) or alert.get(labels.SIGNAL, "")
    return f"{alert['alertname']} of {about}" if about else alert["alertname"]
