"""What rules cost whoever evaluates them: series written and samples read, estimated from the rules alone."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from msgspec import Struct, field

from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import Expr, MatrixSelector, Subquery, VectorSelector
from slo_compiler.quantities import MINUTE, Seconds
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule
from slo_compiler.rules.program import Program

SUBQUERY_STEP: Final = MINUTE
"""The step of a subquery that names none: the global evaluation_interval, by default."""


class Assumptions(Struct, frozen=True):
    """What the specs do not say and the cost depends on."""

    series: int = 1
    """How many series a selector of a raw metric matches."""
    values: int = 1
    """How many combinations of values the labels of a ``group_by`` have."""
    scrape_interval: Seconds = Fraction(30)


class Cost(Struct, frozen=True):
    """What some groups cost. Costs add up."""

    groups: int = 0
    rules: int = 0
    series: int = 0
    """Series that are recorded, without those of alerts that fire."""
    written: Fraction = Fraction(0)
    """Samples a second that are written."""
    read: Fraction = Fraction(0)
    """Samples a second that are read, on average."""
    largest: int = 0
    """Samples that the most expensive single rule reads at once: what ``query.max-samples`` has to allow."""

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.groups + other.groups,
            self.rules + other.rules,
            self.series + other.series,
            self.written + other.written,
            self.read + other.read,
            max(self.largest, other.largest),
        )


class SubjectCost(Struct, frozen=True):
    """What the groups of an SLO, a signal or an adapter cost."""

    id: str
    cost: Cost
    by_group: Mapping[str, Cost] = field(default_factory=dict)


class _Read(NamedTuple):
    """Samples that one evaluation reads: of raw metrics for each series they have, and of recorded ones."""

    raw: Fraction
    recorded: Fraction


def costs(program: Program, assumed: Assumptions) -> list[SubjectCost]:
    """What each SLO, signal and adapter costs, in the order of the specs."""
    recorded = {
        rule.record: group.interval
        for group in _all_groups(program)
        for rule in group.rules
        if isinstance(rule, RecordingRule)
    }
    intervals = tuple(sorted(recorded.items()))
    grouped = {lowered.subject.id for lowered in program.slos if lowered.plan.slo.group_by}
    found = []
    for id_, target, groups in _subjects(program):
        values = assumed.values if id_ in grouped else 1
        by_group = {
            group.name: _cost(group, _Reader(id_, target, intervals, assumed), values) for group in groups
        }
        found.append(SubjectCost(id_, sum(by_group.values(), Cost()), by_group))
    return found


def _subjects(program: Program) -> Iterator[tuple[str, str, list[Group]]]:
    lowered = sorted(program.lowered, key=lambda each: each.subject.id)
    for id_, parts in itertools.groupby(lowered, key=lambda each: each.subject.id):
        same = list(parts)
        yield id_, same[0].subject.target, [group for each in same for group in each.groups]
    for adapted in program.adapted:
        yield adapted.group.name, adapted.target, [adapted.group]


def _all_groups(program: Program) -> Iterator[Group]:
    return (group for file in program.rule_files for group in file.groups)


class _Reader(Struct, frozen=True):
    id: str
    target: str
    intervals: tuple[tuple[str, Seconds], ...]
    assumed: Assumptions

    def samples(self, expr: str, values: int) -> Fraction:
        """How many samples an evaluation of an expression reads."""
        # but for its id the rules of an SLO are those of many others
        read = _samples(
            expr.replace(f'"{self.id}"', '""'), self.target, self.intervals, self.assumed.scrape_interval
        )
        return read.raw * self.assumed.series + read.recorded * values


def _cost(group: Group, reader: _Reader, values: int) -> Cost:
    records = sum(1 for rule in group.rules if not isinstance(rule, AlertingRule))
    read = [reader.samples(rule.expr, values) for rule in group.rules]
    return Cost(
        groups=1,
        rules=len(group.rules),
        series=records * values,
        written=Fraction(records * values) / group.interval,
        read=sum(read, Fraction(0)) / group.interval,
        largest=round(max(read, default=Fraction(0))),
    )


@functools.lru_cache(maxsize=10_000)
def _samples(
    expr: str, target: str, intervals: tuple[tuple[str, Seconds], ...], scrape_interval: Seconds
) -> _Read:
    parsed = parse(expr, release_named(target))
    if isinstance(parsed, list):  # rules/broken tells of it
        return _Read(Fraction(0), Fraction(0))
    known = dict(intervals)
    read = {True: Fraction(0), False: Fraction(0)}
    for selector, times, range_ in _reads(parsed.tree):
        interval = known.get(metric_of(selector) or "")
        spaced = interval or scrape_interval
        read[interval is None] += times * (1 if range_ is None else range_ / spaced)
    return _Read(raw=read[True], recorded=read[False])


def _reads(root: Expr) -> Iterator[tuple[VectorSelector, Fraction, Seconds | None]]:
    """Each selector, how often it is read in one evaluation, and over which range."""
    waiting: list[tuple[Expr, Fraction]] = [(root, Fraction(1))]
    while waiting:
        node, times = waiting.pop()
        match node:
            case VectorSelector():
                yield node, times, None
                continue
            case MatrixSelector(selector=selector, range=range_):
                yield selector, times, range_.seconds or Seconds(0)
                continue
            case Subquery(range=range_, step=step):
                seconds = (step.seconds if step else None) or SUBQUERY_STEP
                times *= (range_.seconds or Seconds(0)) / seconds
        waiting.extend((child, times) for child in node.children)


def total(found: Iterable[SubjectCost]) -> Cost:
    """What all of them cost together."""
    return sum((each.cost for each in found), Cost())
