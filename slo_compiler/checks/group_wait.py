"""Whether Alertmanager waits long enough for guards to arrive before it notifies of what they hold back."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.diagnostics import Diagnostic, warning
from slo_compiler.model import labels
from slo_compiler.model.role import Role
from slo_compiler.quantities import format_duration
from slo_compiler.rules.program import Program
from slo_compiler.rules.signals.signal import LoweredSignal


def check_group_wait(program: Program) -> Iterator[Diagnostic]:
    """A guard is evaluated in its own group, up to an interval later than what it holds back."""
    notification = program.notification
    if notification is None or not any(map(_is_guarded, program.signals)):
        return
    wait = notification.settings.grouping.group_wait
    interval = max(watched.service.clock.evaluation_interval for watched in program.watched)
    if wait < interval:
        yield warning(
            notification.settings.position,
            "guard/group-wait",
            f"a group_wait of {format_duration(wait)} is shorter than the evaluation interval of "
            f"{format_duration(interval)}: false pages go out before the guard that would have held them "
            f"back is there; wait for {format_duration(interval)} at least",
        )


def _is_guarded(signal: LoweredSignal) -> bool:
    return any(alert.labels.get(labels.ROLE) == Role.GUARD.value for alert in signal.alerts())
