"""Whether Alertmanager waits long enough for guards to arrive before it notifies of what they hold back."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.diagnostics import Diagnostic, warning
from slo_compiler.model import labels
from slo_compiler.model.role import Role
from slo_compiler.quantities import format_duration
from slo_compiler.rules.program import Program


def check_group_wait(program: Program) -> Iterator[Diagnostic]:
    """A guard is evaluated in its own group, up to an interval later than what it holds back."""
    notification = program.notification
    guarded = any(alert.labels.get(labels.ROLE) == Role.GUARD.value for _, alert in program.alerts())
    if notification is None or not guarded or not program.slos:
        return
    wait = notification.settings.grouping.group_wait
    interval = max(lowered.plan.slo.clock.evaluation_interval for lowered in program.slos)
    if wait < interval:
        yield warning(
            notification.settings.position,
            "guard/group-wait",
            f"a group_wait of {format_duration(wait)} is shorter than the evaluation interval of "
            f"{format_duration(interval)}: false pages go out before the guard that would have held them "
            f"back is there; wait for {format_duration(interval)} at least",
        )
