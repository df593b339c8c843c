"""The proof that inhibition silences what it is meant to and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.rules.program import Program
from slo_compiler.rules.traits import contradictory, slower_of


def check_inhibition(program: Program) -> Iterator[Diagnostic]:
    """What the proof of each inhibit rule fails on, and tiers that would silence each other."""
    if program.notification is None:
        return
    place = program.notification.settings.position
    found = program.notification.proofs.of([each.labels for each in program.labelled])
    for rule, violation in found.violations:
        message = (
            f"the inhibition {rule.name!r} cannot be proved to hold back only what it should: {violation}"
        )
        yield error(place, "inhibition/unproved", message)
    for rule, index in found.unheard:
        subject, alert, labelled = program.labelled[index]
        message = (
            f"the inhibition {rule.name!r} could hold back {alert.alert} of {subject.id}, whose role is "
            f"{labelled[labels.ROLE]}: nothing may"
        )
        yield error(place, "inhibition/unproved", message)
    yield from _check_orders(program)


def _check_orders(program: Program) -> Iterator[Diagnostic]:
    """Two SLOs that order the same two tier names differently make each inhibit the other: silence."""
    plans = [lowered.plan for lowered in program.slos]
    if not contradictory(frozenset().union(*{slower_of(plan) for plan in plans})):
        return
    first: dict[tuple[Severity, str, str], str] = {}
    for plan in plans:
        slo = plan.slo
        for faster, slower in itertools.combinations(plan.alerting, 2):
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
