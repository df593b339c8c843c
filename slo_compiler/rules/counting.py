"""What an author's expression with a window counts: events a second, events a window, or samples."""

from __future__ import annotations

import enum

from slo_compiler.promql.queries import range_calls
from slo_compiler.promql.syntax import Expr


class Counting(enum.Enum):
    """The unit of an expression over a window."""

    PER_SECOND = "events a second"
    PER_WINDOW = "events a window, extrapolated to its ends"
    SAMPLES = "samples within a window"


_UNITS = {
    "rate": Counting.PER_SECOND,
    "increase": Counting.PER_WINDOW,
    "count_over_time": Counting.SAMPLES,
    "sum_over_time": Counting.SAMPLES,
}
"""Functions whose sum over adjacent windows is the same as over one long window."""


def counting_of(tree: Expr) -> Counting | None:
    """What the expression counts; None when its functions disagree, or count nothing that adds up."""
    units = {_UNITS.get(call.function) for call in range_calls(tree)}
    return units.pop() if len(units) == 1 else None


def counts_events(function: str) -> bool:
    """Whether a function of range vectors counts what adds up."""
    return function in _UNITS
