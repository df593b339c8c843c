"""A guard: what it looks for, the alert that holds back others meanwhile, and the alert that it is stuck.

It fires on a positive comparison only, so that missing data never holds back anything. It may hold back for
so long, of any time twice as long; then it lets go, whatever it sees, and a ticket says that it is stuck.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct

from slo_compiler.model import labels
from slo_compiler.model.guard import GuardKind
from slo_compiler.model.role import Role
from slo_compiler.model.service import Service
from slo_compiler.model.subject import Subject
from slo_compiler.model.surface import Surface
from slo_compiler.promql.quote import matcher
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import Seconds, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule, RecordingRule, Rule
from slo_compiler.rules.layout import chain
from slo_compiler.rules.severity import NO_VISIBLE_IMPACT
from slo_compiler.rules.signals.labelling import alert_labels, notices


class Guarding(Struct, frozen=True):
    """A guard of one drift or one SLO.

    ``condition`` is PromQL: a series, with at most the labels of groups, wherever alerts have to wait.
    ``keep`` is how long it outlives its condition, so that what it held back ends before it does.
    """

    kind: GuardKind
    subject: Subject
    condition: str
    most: Seconds
    keep: Seconds
    name: str
    """What is guarded, as the spec names it."""
    surface: Surface
    """Whose owner is told when it is stuck."""
    seen: str
    """What it has seen, as a sentence."""
    static: Mapping[str, str]
    run_time_labels: tuple[str, ...]


def guard_rules(guard: Guarding, service: Service) -> tuple[Rule, ...]:
    """The condition, the guard and the alert that it is stuck: of the last two never both fire on it."""
    kind = {labels.GUARD: guard.kind.value}
    condition = names.of(
        names.GUARD_CONDITION,
        guard.subject,
        matcher(labels.GUARD, MatchOperator.EQUAL, guard.kind.value),
    )
    enough = math.ceil(guard.most / service.clock.evaluation_interval)
    exhausted = f"(count_over_time({condition}[{format_duration(2 * guard.most)}]) >= {enough})"
    return (
        RecordingRule(names.GUARD_CONDITION, guard.condition, {**guard.subject.identity, **kind}),
        AlertingRule(
            alert=names.guard_alert(guard.kind),
            expr=chain("unless", condition, exhausted),
            hold=Fraction(0),
            keep_firing_for=guard.keep,
            labels={
                **guard.static,
                **guard.subject.identity,
                labels.ROLE: Role.GUARD.value,
                **kind,
            },
            annotations=notices(service, guard.name, **_holding(guard, service)),
            run_time_labels=guard.run_time_labels,
        ),
        AlertingRule(
            alert=names.STUCK_GUARD_ALERT,
            expr=chain("and", condition, exhausted),
            hold=Fraction(0),
            keep_firing_for=service.clock.base_window,
            labels={
                **alert_labels(service, guard.subject, guard.surface, NO_VISIBLE_IMPACT, Role.MONITOR),
                **guard.static,
                **kind,
            },
            annotations=notices(service, guard.name, **_stuck(guard, service)),
            run_time_labels=guard.run_time_labels,
            because=NO_VISIBLE_IMPACT.because,
        ),
    )


def _holding(guard: Guarding, service: Service) -> dict[str, str]:
    return {
        "summary": f"{service.name} {guard.name}: held back by the guard {guard.kind.value}",
        "description": (
            f"{guard.seen} Alerts that this explains do not notify meanwhile, for "
            f"{format_duration(guard.most)} at most; they fire all the same."
        ),
    }


def _stuck(guard: Guarding, service: Service) -> dict[str, str]:
    return {
        "summary": f"{service.name} {guard.name}: the guard {guard.kind.value} is stuck and has let go",
        "description": (
            f"{guard.seen} That has been so for {format_duration(guard.most)} of the last "
            f"{format_duration(2 * guard.most)}, which is no false page any more: alerts notify again. Mend "
            "the cause, or give the guard another max in the spec."
        ),
    }
