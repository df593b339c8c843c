"""The page of each guard: its words, the rules that it becomes, and when a real incident is heard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.model import labels
from slo_compiler.model.guard import GuardKind, Guards
from slo_compiler.quantities import MINUTE, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.inhibition import could_inhibit
from slo_compiler.rules.ir import AlertingRule, RecordingRule
from slo_compiler.rules.notification import inhibitions
from slo_compiler.rules.program import Program, alert_labels
from slo_compiler.rules.traits import traits_of
from tests.engine.delays import HEARD_WITHIN
from tests.pages.compiled import example, keys_of, program_of, rules_of
from tests.pages.writing import block, written

MODELS: Final = {
    GuardKind.DETECTOR_MOVED: "GuardModel",
    GuardKind.SPEC_MOVED: "GuardModel",
    GuardKind.LABEL_LAG: "LabelLagModel",
    GuardKind.COLD_START: "ColdStartModel",
    GuardKind.SEASONALITY: "SeasonalityModel",
}
"""The part of a spec that says more of each."""


def pages_of_guards() -> Iterator[tuple[str, str]]:
    """Path below ``docs/`` and text of each page."""
    for kind in GuardKind:
        yield f"guards/{kind.value}.md", _page(kind)


def _page(kind: GuardKind) -> str:
    spec = example(f"guards/{kind.value}.yaml")
    program = program_of(spec)
    condition, guard, stuck = _rules(program, kind)
    held, heard = _held_back(program, guard)
    most = getattr(getattr(Guards(), kind.value), "most", None)
    return written(
        f"guards/{kind.value}",
        name=kind.value,
        alert=guard.alert,
        example=block(spec, "yaml"),
        condition=block(condition.expr, "promql"),
        guard=block(guard.expr, "promql"),
        stuck=block(stuck.expr, "promql"),
        keep=format_duration(guard.keep_firing_for),
        most="" if most is None else format_duration(most),
        held=held,
        heard=heard,
        delay=format_duration(HEARD_WITHIN[kind].minutes * MINUTE),
        test=f"tests/engine/{HEARD_WITHIN[kind].test}",
        keys=keys_of(MODELS[kind]),
    )


def _rules(program: Program, kind: GuardKind) -> tuple[RecordingRule, AlertingRule, AlertingRule]:
    """The condition of a guard, the guard, and the alert that it is stuck."""
    of_guard = [rule for rule in rules_of(program) if rule.labels.get(labels.GUARD) == kind.value]
    match of_guard:
        case [RecordingRule() as condition, AlertingRule() as guard, AlertingRule() as stuck]:
            return condition, guard, stuck
        case _:
            raise ValueError(f"the example of {kind.value} has no such guard, or several")


def _held_back(program: Program, guard: AlertingRule) -> tuple[list[str], list[str]]:
    """The alerts of the example that the guard may hold back, and those that it never does."""
    alerts = [alert for signal in program.signals for alert in signal.alerts()]
    services = [watched.service for watched in program.watched]
    plans = [lowered.plan for lowered in program.slos]
    rules = inhibitions(traits_of(plans, services, alerts))
    held: dict[str, None] = {}
    heard: dict[str, None] = {}
    for subject, alert in program.alerts():
        if alert.labels.get(labels.ROLE) == guard.labels[labels.ROLE]:
            continue
        waits = any(could_inhibit(rule, alert_labels(guard), alert_labels(alert)) for rule in rules)
        name = subject.id.removeprefix(f"{subject.service}:")
        (held if waits else heard)[f"`{alert.alert}` of {name}"] = None
    return [*held], [told for told in heard if names.STUCK_GUARD_ALERT not in told]
