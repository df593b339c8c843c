"""Which series a selector finds, and if none, which of its matchers is to blame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from msgspec import Struct

from slo_compiler.promql.matching import accepts
from slo_compiler.promql.release import Release
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import Matcher, VectorSelector
from slo_compiler.verify.metrics import Metrics, Series


class NoLabel(Struct, frozen=True):
    """No series of the metric has the label of a matcher."""

    matcher: Matcher


class NoValue(Struct, frozen=True):
    """No series of the metric has the label with such a value."""

    matcher: Matcher


class NotTogether(Struct, frozen=True):
    """Each matcher finds series, and all of them together none."""


Blame: TypeAlias = NoLabel | NoValue | NotTogether


def selected(
    series: Iterable[Series], matchers: Sequence[Matcher], metrics: Metrics, release: Release
) -> list[Series]:
    """The series that all the matchers find."""
    return [each for each in series if all(finds(matcher, each, metrics, release) for matcher in matchers)]


def label_matchers(selector: VectorSelector) -> list[Matcher]:
    """The matchers of a selector but for that of the name."""
    return [matcher for matcher in selector.matchers if matcher.label != METRIC_NAME]


def finds(matcher: Matcher, series: Series, metrics: Metrics, release: Release) -> bool:
    """Whether a series fulfils a matcher; what only a scrape adds fulfils any."""
    if matcher.label in metrics.added and matcher.label not in series.labels:
        return True
    return accepts(matcher, series.labels.get(matcher.label, ""), release)


def blame(series: Sequence[Series], matchers: Sequence[Matcher], metrics: Metrics, release: Release) -> Blame:
    """Why the matchers find none of the series, of which there is at least one."""
    for matcher in matchers:
        if not any(finds(matcher, each, metrics, release) for each in series):
            known = any(each.labels.get(matcher.label) for each in series)
            return NoValue(matcher) if known else NoLabel(matcher)
    return NotTogether()
