"""Which series a selector selects, and which values a matcher accepts, as Prometheus decides it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from slo_compiler.promql.regex import matches
from slo_compiler.promql.release import Release
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import Matcher, MatchOperator, VectorSelector


def selects(selector: VectorSelector, labels: Mapping[str, str], release: Release) -> bool:
    """Whether a series of these labels is selected; its name is one of them, and a missing label is empty."""
    if selector.metric is not None and labels.get(METRIC_NAME) != selector.metric:
        return False
    return all(accepts(matcher, labels.get(matcher.label, ""), release) for matcher in selector.matchers)


def accepts(matcher: Matcher, value: str, release: Release) -> bool:
    """Whether a label of this value fulfils a matcher; a label that is missing has the empty value."""
    match matcher.operator:
        case MatchOperator.EQUAL:
            return value == matcher.value
        case MatchOperator.NOT_EQUAL:
            return value != matcher.value
        case MatchOperator.REGEX:
            return matches(matcher.value, value, release)
        case MatchOperator.NOT_REGEX:
            return not matches(matcher.value, value, release)
        case _:
            assert_never(matcher.operator)
