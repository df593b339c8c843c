"""The timeline: what changed, what fired and what held back, on one axis with the series that paged."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.incident.asking import told_by
from slo_compiler.model import labels
from slo_compiler.model.subject import Subject
from slo_compiler.prometheus.answers import Line, Sample
from slo_compiler.quantities import HOUR, MINUTE, format_duration, format_percent
from slo_compiler.rules import names
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook.of_slo import ratio
from slo_compiler.rules.timeline import Kind, Lane, Marks, lanes_of

BEFORE: Final = 12 * HOUR
"""How far back a triage looks: a bad deploy is blamed for less, whatever the lag of labels."""

FINEST: Final = MINUTE
MOST_POINTS: Final = 720
"""As many as a picture has room for."""

AskRange: TypeAlias = Callable[[str], Sequence[Line]]
"""A range query over the whole timeline, at its step. Raises ``Unanswered``."""


class Axis(Struct, frozen=True):
    """The time that is looked at, in seconds since 1970, and how finely."""

    begin: float
    end: float
    step: float


class Entry(Struct, frozen=True):
    """Something that was there from a time to another; of a moment both are the same."""

    label: str
    begin: float
    end: float


class Row(Struct, frozen=True):
    """A lane: what it shows, and what was there."""

    kind: Kind
    entries: tuple[Entry, ...]
    promql: str


class Curve(Struct, frozen=True):
    """A series over time; times at which its value is no number are left out."""

    label: str
    times: tuple[float, ...]
    values: tuple[float, ...]
    promql: str


class Bound(Struct, frozen=True):
    """A threshold across the chart."""

    label: str
    value: float


class Timeline(Struct, frozen=True):
    """The series that paged with its thresholds, and the lanes under it."""

    service: str
    axis: Axis
    title: str
    is_ratio: bool
    """Whether the values are shares, to be shown as percentages, or multiples of a threshold."""
    curves: tuple[Curve, ...]
    bounds: tuple[Bound, ...]
    rows: tuple[Row, ...]


def axis_of(begin: float, end: float) -> Axis:
    """The axis between two moments, on whole steps, so that the same time is asked in the same way."""
    step = max(float(FINEST), math.ceil((end - begin) / MOST_POINTS / 60) * 60.0)
    return Axis(math.floor(begin / step) * step, math.ceil(end / step) * step, step)


def drawable(program: Program, service: str, wanted: Subject | None) -> Subject:
    """The SLO or drift that is wanted; the first SLO of the service where that is neither."""
    slos = [lowered.subject for lowered in program.slos if lowered.subject.service == service]
    drifts = [
        watched.service.signal(drift.name, (), drift.position)
        for watched in program.watched
        if watched.service.name == service
        for drift in watched.service.drifts
    ]
    return wanted if wanted in (*slos, *drifts) and wanted is not None else slos[0]


def timeline_of(program: Program, subject: Subject, axis: Axis, ask: AskRange) -> Timeline:
    """The timeline around an SLO or a drift of a service.

    Args:
        program: what the specs compile to.
        subject: the SLO or drift whose series is drawn.
        axis: the time.
        ask: answers range queries on that axis.

    Raises:
        Unanswered: a query was refused.
    """
    service = subject.service
    watched = next((each for each in program.watched if each.service.name == service), None)
    plans = [lowered.plan for lowered in program.slos if lowered.plan.slo.service == service]
    plan = next((each for each in plans if each.slo.subject == subject), None)
    curves, bounds = _of_slo(plan) if plan is not None else _of_drift(subject)
    lanes = lanes_of(service, plans, watched)
    return Timeline(
        service=service,
        axis=axis,
        title=_title(plan, subject),
        is_ratio=plan is not None,
        curves=tuple(curve for label, promql in curves for curve in _curves(label, promql, ask)),
        bounds=bounds,
        rows=tuple(
            Row(lane.kind, tuple(_entries(lane, axis, ask(lane.promql))), lane.promql) for lane in lanes
        ),
    )


def _title(plan: Plan | None, subject: Subject) -> str:
    if plan is None:
        return f"{subject.id}: scores over their thresholds"
    objective = f"{format_percent(plan.slo.objective)} over {format_duration(plan.slo.period)}"
    return f"{subject.id}, {objective}: error ratio"


Drawn: TypeAlias = tuple[list[tuple[str, str]], tuple[Bound, ...]]
"""Queries by what their series are called, and the bounds."""


def _of_slo(plan: Plan) -> Drawn:
    fastest = plan.tiers[0]
    curves = [
        (format_duration(length), ratio(plan.slo, length))
        for length in dict.fromkeys((fastest.long, fastest.short))
    ]
    bounds = (
        Bound(f"{tier.name} above {format_percent(tier.threshold, digits=3)}", float(tier.threshold))
        for tier in plan.tiers
    )
    return curves, tuple(bounds)


def _of_drift(subject: Subject) -> Drawn:
    return [("", names.of(names.DRIFT, subject))], (Bound("drifts above 1", 1.0),)


def _curves(label: str, promql: str, ask: AskRange) -> Iterator[Curve]:
    for line in ask(promql):
        group = told_by(Sample(line.labels, 0.0, 0.0))
        points = [each for each in zip(line.times, line.values, strict=True) if math.isfinite(each[1])]
        times, values = zip(*points, strict=True) if points else ((), ())
        yield Curve(", ".join(part for part in (label, group) if part), times, values, promql)


def _entries(lane: Lane, axis: Axis, lines: Sequence[Line]) -> Iterator[Entry]:
    """What was there, in the order in which it began; series that are called the same are one."""
    found: defaultdict[str, set[tuple[float, float]]] = defaultdict(set)
    for line in lines:
        found[_label(lane, line)] |= set(
            _moments(line, axis) if lane.marks is Marks.MOMENTS else _spans(line, axis)
        )
    entries = [Entry(label, *span) for label, spans in found.items() for span in spans]
    yield from sorted(entries, key=lambda entry: (entry.begin, entry.end, entry.label))


def _label(lane: Lane, line: Line) -> str:
    """What tells the series from others; of the scaling its direction is in the value."""
    told = [line.labels[name] for name in lane.told_by if line.labels.get(name) and name != labels.SPEC_HASH]
    return " ".join(told) or lane.kind.value


def _spans(line: Line, axis: Axis) -> Iterator[tuple[float, float]]:
    """The times at which the series was there, put together where no step is missing between them."""
    begin = last = None
    for time in line.times:
        if begin is None or last is None:
            begin = time
        elif time - last > 1.5 * axis.step:
            yield begin, last + axis.step
            begin = time
        last = time
    if begin is not None and last is not None:
        yield begin, min(last + axis.step, axis.end)


def _moments(line: Line, axis: Axis) -> Iterator[tuple[float, float]]:
    for value in dict.fromkeys(line.values):
        if axis.begin <= value <= axis.end:
            yield value, value
