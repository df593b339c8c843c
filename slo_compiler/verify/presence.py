"""Whether a selector finds anything: the metric, its labels, their values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from slo_compiler.diagnostics import Diagnostic, Position, error, warning
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.syntax import Matcher, MatchOperator
from slo_compiler.verify import words
from slo_compiler.verify.bounds import check_le
from slo_compiler.verify.looking import Looked, Role
from slo_compiler.verify.metrics import HISTOGRAM_PARTS, Metrics, Series, label_names, label_values
from slo_compiler.verify.selecting import NoLabel, NotTogether, NoValue, blame, label_matchers, selected
from slo_compiler.verify.yields import can_yield

METRIC = "verify/metric"
NOT_INITIALISED = "verify/not-initialised"


def check_name(looked: Looked, name: str, metrics: Metrics) -> Iterator[Diagnostic]:
    """Whether there is such a metric; if not, which it may be called now."""
    if metrics.of(name):
        return
    if name in metrics.types:
        if looked.role is not Role.RARE:
            yield _not_initialised(looked.position, f"{name} is declared and has no series yet")
        return
    if _is_an_alternative(looked, metrics):
        yield _not_initialised(looked.position, f"there is no metric {name}")
        return
    yield missing_name(looked, name, renamed(name, metrics))


def _is_an_alternative(looked: Looked, metrics: Metrics) -> bool:
    """Whether the expression has a value without the metric, as ``errors or vector(0)`` has."""
    parsed = parse(looked.reading.expression.text, looked.release, placeholders=True)
    if isinstance(parsed, list):
        return False
    return can_yield(parsed.tree, lambda selector: bool(metrics.of(metric_of(selector) or "")))


def missing_name(looked: Looked, name: str, near: str | None) -> Diagnostic:
    """That a metric is missing."""
    advice = f"; did you mean {near}?" if near else ""
    return error(looked.position, METRIC, f"there is no metric {name}: {looked.consequence}{advice}")


def renamed(name: str, metrics: Metrics) -> str | None:
    """The metric that is most like a missing one, of the same kind where the name tells its kind."""
    for other in (
        f"{name}_total",
        name.removesuffix("_total"),
        *(f"{name}{part}" for part in HISTOGRAM_PARTS),
    ):
        if other != name and metrics.of(other):
            return other
    parts = [part for part in HISTOGRAM_PARTS if name.endswith(part)]
    known = [each for each in metrics.series if not parts or each.endswith(parts[0])]
    return words.nearest_name(name, known)


def check_selection(looked: Looked, name: str, metrics: Metrics) -> Iterator[Diagnostic]:
    """Whether the matchers find any of the metric's series; if not, which of them is to blame."""
    series = metrics.of(name)
    matchers = label_matchers(looked.selector)
    if selected(series, matchers, metrics, looked.release):
        return
    match blame(series, matchers, metrics, looked.release):
        case NoLabel(matcher=matcher):
            yield _no_label(looked, name, matcher, series, metrics)
        case NoValue(matcher=matcher):
            yield from _no_value(looked, name, matcher, series)
        case NotTogether():
            yield from _not_together(looked, name, matchers)
        case found:
            assert_never(found)


def _no_label(
    looked: Looked, name: str, matcher: Matcher, series: Sequence[Series], metrics: Metrics
) -> Diagnostic:
    near = words.nearest_label(matcher, series, metrics, looked.release)
    advice = (
        f"did you mean {near}?" if near else f"it has {words.listed(list(label_names(series))) or 'none'}"
    )
    unless = (
        f"; if Prometheus adds the label when it scrapes, say so with --label {matcher.label}=VALUE"
        if metrics.added
        else ""
    )
    return error(
        looked.position_of(matcher),
        "verify/label",
        f"no series of {name} has a label {matcher.label}: {looked.consequence}; {advice}{unless}",
    )


def _no_value(looked: Looked, name: str, matcher: Matcher, series: Sequence[Series]) -> Iterator[Diagnostic]:
    if matcher.label == "le":
        yield check_le(looked, name, matcher, series)
        return
    values = label_values(series, matcher.label)
    near = words.nearest_value(matcher.value, values) if matcher.operator is MatchOperator.EQUAL else None
    position = looked.position_of(matcher)
    written = f"{matcher.label}{matcher.operator.value}{matcher.value!r}"
    told = f"no series of {name} has {written}; there are {words.listed(values)}"
    if near is not None:
        yield error(position, "verify/value", f"{told}: {looked.consequence}; did you mean {near}?")
    else:
        yield from _none_yet(looked, position, told)


def _not_together(looked: Looked, name: str, matchers: Sequence[Matcher]) -> Iterator[Diagnostic]:
    told = (
        f"no series of {name} has all of {', '.join(matcher.label for matcher in matchers)} as they are here"
    )
    yield from _none_yet(looked, looked.position, told)


def _none_yet(looked: Looked, position: Position, told: str) -> Iterator[Diagnostic]:
    """No series is as it should be: of what is rare there may be none yet."""
    match looked.role:
        case Role.ERRORS:
            yield _not_initialised(position, told)
        case Role.RARE:
            return
        case _:
            yield error(position, "verify/value", f"{told}: {looked.consequence}")


def _not_initialised(position: Position, told: str) -> Diagnostic:
    return warning(
        position,
        NOT_INITIALISED,
        f"{told}: if such a series appears with its first event, that event is missed, for increase() of a "
        "series that begins at 1 is 0; export it with 0 from the start",
    )
