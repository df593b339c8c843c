"""The proof that inhibition silences what it is meant to and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.role import Role
from slo_compiler.model.subject import Subject
from slo_compiler.rules.inhibition import Side, violations_of
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.notification import Notification
from slo_compiler.rules.program import Program, alert_labels


def check_inhibition(program: Program) -> Iterator[Diagnostic]:
    """What the proof of each inhibit rule fails on, and tiers that would silence each other."""
    if program.notification is None:
        return
    alerts = list(program.alerts())
    all_labels = [alert_labels(alert) for _, alert in alerts]
    all_sides = [program.notification.sides.of(labels) for labels in all_labels]
    for number, rule in enumerate(program.notification.inhibit_rules):
        for violation in violations_of(rule, all_labels, [sides[number] for sides in all_sides]):
            place = program.notification.settings.position
            message = (
                f"the inhibition {rule.name!r} cannot be proved to hold back only what it should: {violation}"
            )
            yield error(place, "inhibition/unproved", message)
    for (subject, alert), sides in zip(alerts, all_sides, strict=True):
        yield from _check_heard(subject, alert, sides, program.notification)
    yield from _check_orders(program)


def _check_heard(
    subject: Subject, alert: AlertingRule, sides: Iterable[Side], notification: Notification
) -> Iterator[Diagnostic]:
    """What is about security, or about the monitoring itself, is held back by nothing; nor are guards."""
    role = alert.labels.get(labels.ROLE, Role.SYMPTOM.value)
    if role != Role.SYMPTOM.value:
        for rule, side in zip(notification.inhibit_rules, sides, strict=True):
            if side.target:
                yield error(
                    notification.settings.position,
                    "inhibition/unproved",
                    f"the inhibition {rule.name!r} could hold back {alert.alert} of {subject.id}, whose role "
                    f"is {role}: nothing may",
                )


def _check_orders(program: Program) -> Iterator[Diagnostic]:
    """Two SLOs that order the same two tier names differently make each inhibit the other: silence."""
    first: dict[tuple[Severity, str, str], str] = {}
    for lowered in program.slos:
        slo = lowered.plan.slo
        for faster, slower in itertools.combinations(lowered.plan.alerting, 2):
            if faster.severity is not slower.severity:
                continue
            first.setdefault((faster.severity, faster.name, slower.name), slo.id)
            other = first.get((faster.severity, slower.name, faster.name))
            if other is not None:
                yield error(
                    slo.position_of(faster.name),
                    "inhibition/order",
                    f"{slo.id} has tier {faster.name} faster than {slower.name}, and {other} the other "
                    "way round: their alerts would hold back each other, and nobody be told; rename one",
                )
