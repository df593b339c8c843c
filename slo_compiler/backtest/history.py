"""What is known of the past of an SLO: the counts that its rules would have recorded, group by group."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.windows import Raw
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.quantities import Seconds
from slo_compiler.replay.grid import Array, Grid, Mask, Span, Spans
from slo_compiler.replay.series import Counts, Readings
from slo_compiler.replay.spans import spans_of

MOST_EVENTS: Final = 2**53
"""A count above this does not tell one event from none, and sums of such counts soon tell nothing."""

Group: TypeAlias = tuple[tuple[str, str], ...]
"""The labels of a group, in the order of their names; none where an SLO is one for all."""


def group_of(labels: Mapping[str, str]) -> Group:
    """The group of some labels."""
    return tuple(sorted(labels.items()))


class Steps(Struct, frozen=True):
    """Evaluations at whole multiples of an interval since 1970, so that another run finds the same ones."""

    first: int
    count: int
    interval: float

    @classmethod
    def within(cls, begin: float, end: float, interval: float) -> Steps:
        """All from a Unix time to another, both included."""
        first = math.ceil(begin / interval)
        return cls(first, math.floor(end / interval) - first + 1, interval)

    @property
    def begin(self) -> float:
        """The time of the first."""
        return self.first * self.interval

    @property
    def end(self) -> float:
        """The time of the last."""
        return (self.first + self.count - 1) * self.interval

    @property
    def times(self) -> Array:
        """The time of each."""
        return np.arange(self.first, self.first + self.count, dtype=np.float64) * self.interval

    def grid(self, down: Spans = ()) -> Grid:
        """The evaluations of the rules, the coarse ones at the same moments."""
        return Grid(self.begin, self.interval, self.count, coarse_start=self.begin, down=down)


class Table(Struct, frozen=True, eq=False):
    """Values of some groups at each of some steps, no number where there is none."""

    groups: tuple[Group, ...]
    values: Array

    def rows(self, groups: Sequence[Group], count: int) -> Array:
        """The values of just these groups, in their order; nothing at all of one that is not there."""
        found = np.full((len(groups), count), np.nan)
        places = {group: row for row, group in enumerate(groups)}
        for group, values in zip(self.groups, self.values, strict=True):
            if group in places:
                found[places[group]] = values
        return found


class History(Struct, frozen=True, eq=False):
    """The past of an SLO: a row of each reading a group, a column an evaluation.

    ``down`` is when Prometheus itself was not there, so that no rule was evaluated.
    """

    groups: tuple[Group, ...]
    readings: Readings
    steps: Steps
    down: Spans = ()

    @property
    def grid(self) -> Grid:
        """When rules were evaluated."""
        return self.steps.grid(self.down)

    def since_it_begins(self, plan: Plan) -> History | None:
        """The same without the time before the first event was known; None where none ever was."""
        known = np.flatnonzero((~np.isnan(self.readings.counts[plan.windows.base].events)).any(axis=0))
        if not known.size:
            return None
        first = int(known[0])
        steps = replace(self.steps, first=self.steps.first + first, count=self.steps.count - first)
        return History(self.groups, _part(self.readings, slice(None), slice(first, None)), steps, self.down)

    def row(self, row: int) -> History:
        """The history of one group alone."""
        readings = _part(self.readings, slice(row, row + 1), slice(None))
        return History((self.groups[row],), readings, self.steps, self.down)

    def holes(self, plan: Plan) -> Spans:
        """When nothing was known of any group."""
        unknown = _nowhere(self.readings.counts[plan.windows.base].events)
        return spans_of(unknown, self.steps.grid())


Recall: TypeAlias = Callable[[Plan], "History | list[Diagnostic]"]
"""What knows the history of a plan, or what is wrong with the source of it."""

AskRaw: TypeAlias = Callable[[str], Table | None]
"""What knows what an expression on raw series was at each step; None where it cannot tell."""


class Source(Struct, frozen=True, eq=False):
    """A past that can be asked about, by evaluation: the histories of plans, and any expression.

    ``down`` is when Prometheus itself was not there; ``blind`` says why a source does not know what it should
    be asked of raw series, and is empty where it may know all.
    """

    recall: Recall
    raw: AskRaw
    steps: Steps
    down: Spans = ()
    blind: str = ""


def raw_windows(plan: Plan) -> list[Seconds]:
    """The windows that read raw series; all others are added up from them."""
    return sorted(
        {
            plan.windows.base,
            *(each.length for each in plan.windows.recorded if isinstance(each.source, Raw)),
        }
    )


def history(
    steps: Steps,
    events: Mapping[Seconds, Table],
    counted: Mapping[Seconds, Table],
    *,
    counts_good: bool,
    down: Spans = (),
) -> History:
    """The history that tables make, with the errors that rules would have recorded.

    Args:
        steps: of all tables.
        events: all events within each window.
        counted: the errors or good events within each.
        counts_good: which of the two they are.
        down: when Prometheus was not there.
    """
    groups = _groups(events.values())
    counts = {
        length: _counts(
            table.rows(groups, steps.count),
            counted[length].rows(groups, steps.count),
            counts_good=counts_good,
        )
        for length, table in events.items()
    }
    return History(groups, Readings(counts), steps, down)


def outages(presence: Table, steps: Steps) -> Spans:
    """When Prometheus itself scraped nothing at all; none where it does not say when it did."""
    if not presence.groups:
        return ()
    there = ~_nowhere(presence.values)
    begun = np.logical_or.accumulate(there)
    return tuple(Span(span.begin, span.end) for span in spans_of(~there & begun, steps.grid()))


def _nowhere(values: Array) -> Mask:
    """Where no row has a number."""
    return np.asarray(np.isnan(values).all(axis=0), dtype=np.bool_)


def _counts(events: Array, counted: Array, *, counts_good: bool) -> Counts:
    """As rules/reading.py has it: what is counted is none where it is missing, but not beyond events."""
    known = np.nan_to_num(counted)
    errors = np.maximum(events - known, 0) if counts_good else np.where(np.isnan(events), np.nan, known)
    return Counts(events, errors)


def _groups(tables: Iterable[Table]) -> tuple[Group, ...]:
    return tuple(sorted({group for table in tables for group in table.groups}))


def _part(readings: Readings, rows: slice, columns: slice) -> Readings:
    return Readings(
        {
            length: Counts(counts.events[rows, columns], counts.errors[rows, columns])
            for length, counts in readings.counts.items()
        }
    )
