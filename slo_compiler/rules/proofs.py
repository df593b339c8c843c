"""The proofs of inhibit rules for all services: thousands of them have alerts that are labelled alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from slo_compiler.model.alerting import Severity
from slo_compiler.model.labels import ROLE, SEVERITY
from slo_compiler.model.role import Role
from slo_compiler.rules.inhibition import InhibitRule, Sides, Violation, violations_of
from slo_compiler.rules.matchers import Labels, Matcher, ToldApart


class Findings(Struct, frozen=True):
    """What is wrong with some rules; alerts are named by their index."""

    violations: tuple[tuple[InhibitRule, Violation], ...]
    unheard: tuple[tuple[InhibitRule, int], ...]
    """What is no symptom, but about security or the monitoring itself, or a guard, and could be held back."""


class Proofs:
    """The proofs of some rules, each made once for all services whose alerts are labelled alike."""

    def __init__(self, rules: Sequence[InhibitRule]) -> None:
        self._rules = rules
        self._sides = Sides(rules)
        self._told_apart = ToldApart(_asked(rules))
        self._known: dict[tuple[object, ...], Findings] = {}

    def of(self, alerts: Sequence[Labels]) -> Findings:
        """What is wrong with the rules, for the labels of all alerts that may meet."""
        key = self._told_apart.key_of_all(alerts)
        if key not in self._known:
            self._known[key] = self._proved(alerts)
        return self._known[key]

    def _proved(self, alerts: Sequence[Labels]) -> Findings:
        by_alert = [self._sides.of(labels) for labels in alerts]
        return Findings(
            tuple(
                (rule, violation)
                for number, rule in enumerate(self._rules)
                for violation in violations_of(rule, alerts, [sides[number] for sides in by_alert])
            ),
            tuple(
                (rule, index)
                for index, sides in enumerate(by_alert)
                if not _is_symptom(alerts[index])
                for rule, side in zip(self._rules, sides, strict=True)
                if side.target
            ),
        )


def _asked(rules: Iterable[InhibitRule]) -> Iterator[Matcher]:
    """All that a proof asks of an alert: what the rules do, whether labels are there, severity and role."""
    for rule in rules:
        yield from (*rule.source, *rule.target)
        yield from (Matcher(label, "=", "") for label in (*rule.equal, *rule.identity))
    yield from (Matcher(SEVERITY, "=", severity.value) for severity in Severity)
    yield from (Matcher(ROLE, "=", value) for value in ("", Role.SYMPTOM.value))


def _is_symptom(labels: Labels) -> bool:
    return (labels.get(ROLE) or Role.SYMPTOM.value) == Role.SYMPTOM.value
