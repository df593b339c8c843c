"""Who saw the incident and when: what fired, and what of all compiled signals could have fired first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from slo_compiler.incident.timeline import AskRange, Axis
from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.role import Role
from slo_compiler.model.subject import Subject
from slo_compiler.prometheus.answers import Line
from slo_compiler.rules.inhibition import InhibitRule, inhibits
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook.queries import of_service, of_subject

STEP: Final = 30.0
"""Seconds between two looks: the times that are told are right to within that."""

MOST_LOOKS: Final = 10_000
"""Of one query; Prometheus answers 11,000 at most."""


class Signal(Struct, frozen=True):
    """A compiled alert, and when its condition and it itself were first there; None where they were not.

    ``could`` is when it would fire at the earliest: when its condition has held for as long as it has to.
    ``fired`` is when it did, and ``told`` when it first did while no inhibit rule held it back.
    """

    subject: Subject
    alert: AlertingRule
    could: float | None
    fired: float | None
    told: float | None

    @property
    def is_page(self) -> bool:
        """Whether it wakes somebody."""
        return self.alert.labels.get(labels.SEVERITY) == Severity.PAGE.value

    @property
    def name(self) -> str:
        """The alert and what it is about, with the tier of a burn rate and its severity."""
        about = self.subject.id.partition(":")[2]
        return f"{self.alert.alert} of {about} ({self.alert.labels.get(labels.SEVERITY, 'guard')})"


def fine_axis(begin: float, end: float) -> Axis:
    """The axis of looks between two moments, as fine as one query allows."""
    step = STEP * max(1, -(-int(end - begin) // int(STEP * MOST_LOOKS)))
    return Axis(begin, begin + (end - begin) // step * step, step)


def signals_of(program: Program, service: str, axis: Axis, ask: AskRange) -> tuple[Signal, ...]:
    """All alerts of a service that could tell of an incident, those that could the earliest first.

    Guards are none of them: they tell of nothing.
    """
    firing = ask(of_service(service)["firing"])
    found = [
        _signal(subject, alert, axis, ask, lambda line: _untouched(line, firing, program.inhibit_rules))
        for subject, alert in program.alerts()
        if subject.service == service and alert.labels.get(labels.ROLE) != Role.GUARD.value
    ]
    return tuple(sorted(found, key=lambda each: (_or_never(each.could), each.subject.id, each.alert.alert)))


def first_page(signals: Sequence[Signal]) -> Signal | None:
    """What woke somebody first."""
    told = [each for each in signals if each.is_page and each.told is not None]
    return min(told, key=lambda each: (_or_never(each.told), each.name), default=None)


def first_signal(signals: Sequence[Signal]) -> Signal | None:
    """What fired first of all."""
    fired = [each for each in signals if each.fired is not None]
    return min(fired, key=lambda each: (_or_never(each.fired), not each.is_page, each.name), default=None)


def _or_never(time: float | None) -> float:
    return float("inf") if time is None else time


def _signal(
    subject: Subject,
    alert: AlertingRule,
    axis: Axis,
    ask: AskRange,
    untouched: Callable[[Line], float | None],
) -> Signal:
    held = float(alert.hold)
    conditions = (_held(line, held, axis.step) for line in ask(alert.expr))
    lines = [line for line in ask(of_subject(subject)["firing"]) if _is(alert, line.labels)]
    return Signal(
        subject,
        alert,
        could=_first(conditions),
        fired=_first(line.times[0] for line in lines),
        told=_first(map(untouched, lines)),
    )


def _first(times: Iterable[float | None]) -> float | None:
    return min((time for time in times if time is not None), default=None)


def _untouched(target: Line, firing: Iterable[Line], rules: Sequence[InhibitRule]) -> float | None:
    """When an alert first fired while nothing that fired then held it back."""
    sources = (line for line in firing if any(inhibits(rule, line.labels, target.labels) for rule in rules))
    held_back = {time for source in sources for time in source.times}
    return next((time for time in target.times if time not in held_back), None)


def _is(alert: AlertingRule, told: Mapping[str, str]) -> bool:
    """Whether a series of ``ALERTS`` is of the alert: by its name and all labels that are known of it."""
    return {**alert.labels, "alertname": alert.alert}.items() <= told.items()


def _held(line: Line, hold: float, step: float) -> float | None:
    """When the condition has first been there for long enough without a gap."""
    begin = last = None
    for time in line.times:
        if begin is None or last is None or time - last > 1.5 * step:
            begin = time
        last = time
        if time - begin >= hold:
            return time
    return None


def seen_by(signals: Sequence[Signal]) -> Iterator[Signal]:
    """Those that saw the incident or could have."""
    return (each for each in signals if each.could is not None or each.fired is not None)
