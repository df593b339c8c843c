"""Budgets of OpenSLO that count slices of time: a slice is good while a ratio, or a gauge, is."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, Literal

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import indicators, native, queries, telling
from slo_compiler.importers.fields import Fields
from slo_compiler.importers.imported import Indicator
from slo_compiler.importers.openslo import values
from slo_compiler.importers.openslo.indicator import Measured
from slo_compiler.importers.queries import Query
from slo_compiler.quantities import MINUTE, Seconds, format_decimal, format_duration, format_percent
from slo_compiler.schema.yaml.nodes import Node, ScalarNode

USUAL_SLICE: Final = MINUTE

_SIDES: Final[dict[str, Literal["at_least", "at_most"]]] = {
    "gte": "at_least",
    "gt": "at_least",
    "lte": "at_most",
    "lt": "at_most",
}


def length_of(objective: Fields, found: list[Diagnostic]) -> Seconds:
    """How long a slice is."""
    written = objective.scalar("timeSliceWindow")
    length = values.duration(written, found) if written is not None else None
    return length or USUAL_SLICE


def good_slices(measured: Measured, slice_: Seconds, objective: Fields) -> Indicator | None:
    """The indicator of ``Timeslices``: those in which enough of the events are good."""
    share = objective.number("timeSliceTarget", required=True)
    ratio = _good_ratio(measured, slice_)
    if share is None or ratio is None:
        return None
    return indicators.threshold(ratio, "at_least", native.number(share, ratio))


def mean_of_slices(measured: Measured, slice_: Seconds) -> Indicator | None:
    """The indicator of ``RatioTimeslices``: the mean of the ratios of all slices, busy or not."""
    ratio = _good_ratio(measured, slice_)
    if ratio is None:
        return None
    written = format_duration(slice_)
    mean = queries.surrounded(queries.parsed(ratio), "1 - avg_over_time((", f")[$window:{written}])")
    return indicators.error_ratio(queries.parsed(mean))


def _good_ratio(measured: Measured, slice_: Seconds) -> ScalarNode | None:
    """The share of good events within a slice, as a gauge."""
    written = format_duration(slice_)
    match measured:
        case Measured(counted=Query() as counted, total=Query() as total):
            function = "rate" if measured.is_counter else "sum_over_time"
            some, whole = (queries.over(query, function, written) for query in (counted, total))
            before, behind = ("", "") if measured.kind == "good" else ("1 - (", ")")
            return queries.joined(some, f" / ({whole.node.text.strip()})", before, behind)
        case Measured(ratio=Query() as ratio):
            over = queries.over(ratio, "avg_over_time", written)
            return over.node if measured.kind == "good" else queries.surrounded(over, "1 - (", ")")
        case _:
            return None


def on_the_right_side(gauge: Query, objective: Fields, found: list[Diagnostic]) -> Indicator | None:
    """The indicator of a ``thresholdMetric``: time in which it is on the right side of ``value``."""
    op, value = objective.scalar("op", required=True), objective.scalar("value", required=True)
    bound = objective.number("value")
    if op is None or value is None or bound is None:
        return None
    side = _SIDES.get(op.text.lower())
    if side is None:
        known = ", ".join(_SIDES)
        found.append(telling.invalid(op.position, f"{op.text} is no comparison; known: {known}"))
        return None
    if op.text.lower() in ("lt", "gt"):
        message = f"a value of exactly {format_decimal(bound)} is good here, where {op.text} has it bad"
        found.append(telling.changed(op.position, message))
    _tell_of_shares(objective, found)
    _tell_of_upside_down(gauge, side, bound, op, found)
    return indicators.threshold(indicators.stripped(gauge.node), side, native.number(bound, value))


def _tell_of_shares(objective: Fields, found: list[Diagnostic]) -> None:
    """A slice of ``Timeslices`` is good when enough of the values in it are."""
    share = objective.number("timeSliceTarget")
    if share is not None and share < 1:
        message = (
            f"timeSliceTarget: each evaluation is a slice here, good or bad by its one value; that "
            f"{format_percent(share)} of the values of a slice are good is not asked"
        )
        found.append(telling.changed(objective.place("timeSliceTarget"), message))


def _tell_of_upside_down(gauge: Query, side: str, bound: Fraction, op: Node, found: list[Diagnostic]) -> None:
    """Latencies are good below a bound; published examples have that upside down."""
    names = [(selector.metric or "").lower() for selector in queries.selectors(gauge)]
    is_time = any(
        word in name for name in names for word in ("latency", "duration", "msec", "_seconds", "_ms")
    )
    if side == "at_least" and is_time:
        message = (
            f"values above {format_decimal(bound)} are the good ones here, of what looks like a latency: if "
            "slow is bad, this alerts while all is well, and op is lte"
        )
        found.append(telling.changed(op.position, message))
