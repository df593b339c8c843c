"""From an indicator to the two expressions that read its raw series: errors and events within a window.

A window of 5m over counters is read with one scrape more: the events between two samples belong to the later
one, so that the windows of two readings 5m apart meet without a gap and their sum misses nothing. Where a
sample stands for itself, as of a gauge, the window is read as it is.
Events are recorded first; errors are read against them, so that an error series that does not exist yet, or
no more, counts as none wherever there is traffic.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final, assert_never

from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import (
    AtLeast,
    AtMost,
    Bad,
    Counted,
    ErrorRatio,
    Events,
    Freshness,
    Good,
    Guardrail,
    Indicator,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
)
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import Seconds, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.counting import Counting, counting_of
from slo_compiler.rules.layout import chain
from slo_compiler.rules.selecting import authored, bucket_matcher, histogram_part, template
from slo_compiler.rules.windows import Span

NO_SHIFT: Final = Fraction(0)


def read_events(slo: Slo, span: Span) -> str:
    """All events within a window, one series a group."""
    match slo.indicator:
        case Ratio(total=total) | Guardrail(checks=Ratio(total=total)):
            return _increase(slo, authored(total, slo.target), span)
        case Quality(judged=Ratio(total=total), labelling=labelling):
            return _increase(slo, authored(total, slo.target), span, labelling.shift)
        case Latency(native=True, histogram=histogram):
            rate = _rate(slo, authored(histogram, slo.target), span)
            return f"histogram_count({rate}) * {span.seconds}"
        case Latency(histogram=histogram):
            return _increase(slo, histogram_part(histogram, "_count", (), slo.target), span)
        case Events(total=total):
            return _template_count(slo, total, span)
        case ErrorRatio(expression=expression):
            return f"0 * ({_error_ratio(slo, expression, span)}) + 1"
        case Probe(gauge=gauge):
            return _sum(slo, f"count_over_time({authored(gauge, slo.target)}[{span.window}])")
        case Threshold(gauge=gauge):
            slices = _slices(_known(gauge, slo), span)
            return _sum(slo, f"count_over_time({slices})")
        case Freshness(timestamp=timestamp):
            slices = _slices(_newest(slo, timestamp), span)
            return _sum(slo, f"count_over_time({slices})")
        case _:
            assert_never(slo.indicator)


def read_errors(slo: Slo, span: Span) -> str:
    """The errors within a window, a series wherever there is one of events."""
    match slo.indicator:
        case Ratio(counted=counted) | Guardrail(checks=Ratio(counted=counted)):
            return _against(counted, slo, span, _increase(slo, _text(counted, slo), span))
        case Quality(judged=Ratio(counted=counted), labelling=labelling):
            count = _increase(slo, _text(counted, slo), span, labelling.shift)
            return _against(counted, slo, span, count)
        case Latency(native=True):
            return _slow_native(slo, slo.indicator, span)
        case Latency(histogram=histogram, threshold=threshold):
            bucket = histogram_part(histogram, "_bucket", (bucket_matcher(threshold),), slo.target)
            return _missing(slo, span, _increase(slo, bucket, span))
        case Events(counted=counted):
            count = _template_count(slo, counted.expression, span)
            return _against(counted, slo, span, count)
        case ErrorRatio(expression=expression):
            return f"clamp_max({_error_ratio(slo, expression, span)}, 1)"
        case Probe(gauge=gauge):
            range_ = f"{authored(gauge, slo.target)}[{span.window}]"
            failed = _sum(slo, f"count_over_time({range_}) - sum_over_time({range_})")
            return chain(f"or {_on(slo)}", _number(failed), f"0 * {_events_series(slo, span)}")
        case Threshold(gauge=gauge, bound=bound):
            bad = f"({_known(gauge, slo)}) {_wrong_side(bound)}"
            return _sum(slo, f"sum_over_time({_slices(bad, span)})")
        case Freshness(timestamp=timestamp, max_age=max_age):
            bad = f"time() - {_newest(slo, timestamp)} > bool {format_decimal(max_age)}"
            return _sum(slo, f"sum_over_time({_slices(bad, span)})")
        case _:
            assert_never(slo.indicator)


def read_counted(slo: Slo, span: Span) -> str:
    """The errors or the good events within a window, without what the events say where these are missing.

    This is for whoever asks for both at once and not, as the rules do, for one after the other: errors are
    those of ``read_errors`` where ``counts_good`` says no, and else the events without these.
    """
    match slo.indicator:
        case Ratio(counted=counted) | Guardrail(checks=Ratio(counted=counted)):
            return _increase(slo, _text(counted, slo), span)
        case Quality(judged=Ratio(counted=counted), labelling=labelling):
            return _increase(slo, _text(counted, slo), span, labelling.shift)
        case Latency(native=True, histogram=histogram, threshold=threshold):
            rate = _rate(slo, authored(histogram, slo.target), span)
            fast = f"histogram_fraction(-Inf, {format_decimal(threshold, digits=17)}, {rate})"
            return f"{read_events(slo, span)} * {_on(slo)} {fast}"
        case Latency(histogram=histogram, threshold=threshold):
            bucket = histogram_part(histogram, "_bucket", (bucket_matcher(threshold),), slo.target)
            return _increase(slo, bucket, span)
        case Events(counted=counted):
            return _template_count(slo, counted.expression, span)
        case Probe(gauge=gauge):
            range_ = f"{authored(gauge, slo.target)}[{span.window}]"
            return _sum(slo, f"count_over_time({range_}) - sum_over_time({range_})")
        case ErrorRatio() | Threshold() | Freshness():
            return read_errors(slo, span)
        case _:
            assert_never(slo.indicator)


def counts_good(indicator: Indicator) -> bool:
    """Whether ``read_counted`` counts the good events."""
    match indicator:
        case (
            Ratio(counted=counted)
            | Events(counted=counted)
            | Quality(judged=Ratio(counted=counted))
            | Guardrail(checks=Ratio(counted=counted))
        ):
            return isinstance(counted, Good)
        case Latency():
            return True
        case ErrorRatio() | Probe() | Threshold() | Freshness():
            return False
        case _:
            assert_never(indicator)


def _text(counted: Counted, slo: Slo) -> str:
    return authored(counted.expression, slo.target)


def _against(counted: Counted, slo: Slo, span: Span, count: str) -> str:
    match counted:
        case Bad():
            return chain(f"or {_on(slo)}", count, f"0 * {_events_series(slo, span)}")
        case Good():
            return _missing(slo, span, count)
        case _:
            assert_never(counted)


def _missing(slo: Slo, span: Span, good: str) -> str:
    """The events that are not good: all of them where nothing good is known."""
    events = _events_series(slo, span)
    return chain(f"or {_on(slo)}", f"clamp_min({events} - {_on(slo)} {good}, 0)", events)


def _slow_native(slo: Slo, indicator: Latency, span: Span) -> str:
    """Not a number without requests, which the comparison drops, so that the second branch says none."""
    events = _events_series(slo, span)
    rate = _rate(slo, authored(indicator.histogram, slo.target), span)
    fast = f"histogram_fraction(-Inf, {format_decimal(indicator.threshold, digits=17)}, {rate})"
    slow = f"clamp_min({events} * {_on(slo)} (1 - {fast}), 0) >= 0"
    return chain(f"or {_on(slo)}", slow, f"0 * {events}")


def _template_count(slo: Slo, expression: Expression, span: Span) -> str:
    authored_template = template(expression, slo.target)
    counting = counting_of(authored_template.expression.tree)
    match counting:
        case Counting.PER_SECOND:
            text = authored_template.substitute(span.reach)
            return f"{_sum(slo, text)} * {span.seconds}"
        case Counting.PER_WINDOW:
            text = authored_template.substitute(span.reach)
            return f"{_sum(slo, text)} * {span.seconds} / {span.reach_seconds}"
        case Counting.SAMPLES:
            return _number(_sum(slo, authored_template.substitute(span.window)))
        case None:
            raise ValueError(f"{expression.text} was to be checked to count events")
        case _:
            assert_never(counting)


def _known(gauge: Expression, slo: Slo) -> str:
    """A gauge where it is a number: 0/0 is neither on the right side of a bound nor on the wrong one."""
    return f"({authored(gauge, slo.target)}) >= -Inf"


def _number(count: str) -> str:
    """A count where it is one: a single sample that is none would blank all windows it falls into."""
    return f"(clamp_min({count}, 0) >= 0)"


def _error_ratio(slo: Slo, expression: Expression, span: Span) -> str:
    """The ratio where it is one: 0/0 of an idle moment, and x/0, are dropped."""
    text = template(expression, slo.target).substitute(span.window)
    return f"{_aggregated('max', slo, text)} >= 0 < +Inf"


def _newest(slo: Slo, timestamp: Expression) -> str:
    return _aggregated("max", slo, authored(timestamp, slo.target))


def _slices(expr: str, span: Span) -> str:
    """The expression at every evaluation within the window."""
    return f"({expr})[{span.window}:{span.step}]"


def _wrong_side(bound: AtLeast | AtMost) -> str:
    match bound:
        case AtLeast(bound=least):
            return f"< bool {format_decimal(least, digits=17)}"
        case AtMost(bound=most):
            return f"> bool {format_decimal(most, digits=17)}"
        case _:
            assert_never(bound)


def _increase(slo: Slo, selector: str, span: Span, shift: Seconds = NO_SHIFT) -> str:
    return f"{_rate(slo, selector, span, shift)} * {span.seconds}"


def _rate(slo: Slo, selector: str, span: Span, shift: Seconds = NO_SHIFT) -> str:
    offset = f" offset {format_duration(shift)}" if shift else ""
    return _sum(slo, f"rate({selector}[{span.reach}]{offset})")


def _events_series(slo: Slo, span: Span) -> str:
    return names.series(span.events, slo)


def _sum(slo: Slo, expr: str) -> str:
    return _aggregated("sum", slo, expr)


def _aggregated(operator: str, slo: Slo, expr: str) -> str:
    by = f" by ({', '.join(slo.group_by)}) " if slo.group_by else ""
    return f"{operator}{by}({expr})"


def _on(slo: Slo) -> str:
    return f"on ({', '.join(slo.group_by)})"
