"""Whether what a ratio counts is a part of its total: the matchers of one selector against the other's."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.diagnostics import Diagnostic, error, warning
from slo_compiler.model.indicator import Bad, Counted, ratio_of
from slo_compiler.model.slo import Slo
from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.matching import accepts
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.release import Release, release_named
from slo_compiler.promql.syntax import Matcher, MatchOperator, VectorSelector


def check_counting(slo: Slo) -> Iterator[Diagnostic]:
    """What a ratio counts besides its total; of different metrics nothing is known."""
    ratio = ratio_of(slo.indicator)
    if ratio is None:
        return
    release = release_named(slo.target)
    counted, total = ratio.counted, ratio.total
    part, whole = _selector(counted.expression.text, release), _selector(total.text, release)
    if part is None or whole is None or metric_of(part) is None or metric_of(part) != metric_of(whole):
        return
    if _conditions(part) == _conditions(whole):
        yield error(
            counted.expression.position,
            "promql/all-counted",
            f"this selects what total does: every event would be {_word(counted)}, whatever happens; add the "
            "matcher that tells good from bad",
        )
        return
    for condition in whole.matchers:
        yield from _check_kept(condition, part, counted, release)


def _check_kept(
    condition: Matcher, part: VectorSelector, counted: Counted, release: Release
) -> Iterator[Diagnostic]:
    """Whether the part keeps to a condition on the whole, so far as matchers tell."""
    own = [matcher for matcher in part.matchers if matcher.label == condition.label]
    written = f"{condition.label}{condition.operator.value}{condition.value!r}"
    if not own and not accepts(condition, "", release):
        yield warning(
            counted.expression.position,
            "promql/not-in-total",
            f"total is limited to {written} and this is not: {_word(counted)} events of others are counted "
            "too; add the same matcher",
        )
    for matcher in own:
        if matcher.operator is MatchOperator.EQUAL and not accepts(condition, matcher.value, release):
            yield error(
                counted.expression.locate(matcher.start),
                "promql/not-in-total",
                f"total is limited to {written}, so that nothing counted here is a part of it",
            )


def _selector(text: str, release: Release) -> VectorSelector | None:
    parsed = parse(text, release)
    return parsed.tree if isinstance(parsed, Expression) and isinstance(parsed.tree, VectorSelector) else None


def _conditions(selector: VectorSelector) -> set[tuple[str, MatchOperator, str]]:
    return {(matcher.label, matcher.operator, matcher.value) for matcher in selector.matchers}


def _word(counted: Counted) -> str:
    return "bad" if isinstance(counted, Bad) else "good"
