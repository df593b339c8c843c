"""The proof that inhibition silences what it is meant to and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model.alerting import Severity
from slo_compiler.model.labels import SLO_ID
from slo_compiler.rules.inhibition import violations
from slo_compiler.rules.program import Program, alert_labels


def check_inhibition(program: Program) -> Iterator[Diagnostic]:
    """What the proof of each inhibit rule fails on, and tiers that would silence each other."""
    if program.notification is None:
        return
    alerts = [(slo, alert_labels(alert)) for slo, alert in program.alerts()]
    for rule in program.notification.inhibit_rules:
        for violation in violations(rule, [labels for _, labels in alerts], (SLO_ID,)):
            place = program.notification.settings.position
            message = (
                f"the inhibition {rule.name!r} cannot be proved to hold back only what it should: {violation}"
            )
            yield error(place, "inhibition/unproved", message)
    yield from _check_orders(program)


def _check_orders(program: Program) -> Iterator[Diagnostic]:
    """Two SLOs that order the same two tier names differently make each inhibit the other: silence."""
    first: dict[tuple[Severity, str, str], str] = {}
    for lowered in program.slos:
        slo = lowered.plan.slo
        for faster, slower in itertools.combinations(lowered.plan.tiers, 2):
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
