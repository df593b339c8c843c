"""Labels of series that a selector selects, and of those that it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from slo_compiler.promql.matching import accepts
from slo_compiler.promql.regex_examples import examples
from slo_compiler.promql.release import Release
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import Matcher, MatchOperator, VectorSelector

OTHERS = ("other", "x", "0", "")
"""Values to try where a matcher only says what a label is not; the last one stands for no label at all."""


def labels_selected(
    selectors: Sequence[VectorSelector], given: Mapping[str, str], release: Release
) -> dict[str, str] | None:
    """Labels that all selectors select, those given among them; None where none were found."""
    found = dict(given)
    for label, matchers in _by_label(selectors).items():
        candidates = [given[label]] if label in given else _candidates(matchers, release)
        value = next((each for each in candidates if _fits(each, matchers, release)), None)
        if value is None:
            return None
        found[label] = value
    return {label: value for label, value in found.items() if value}


def labels_left_out(
    labels: Mapping[str, str],
    *,
    by: VectorSelector,
    selected_by: VectorSelector,
    fixed: Iterable[str],
    release: Release,
) -> dict[str, str] | None:
    """The labels with one of them changed, so that ``selected_by`` still selects them and ``by`` does not.

    Args:
        labels: what both select.
        by: the selector that is to leave them out.
        selected_by: the selector that is to select them.
        fixed: labels that must not be changed.
        release: whose regular expressions these are.

    Returns:
        the labels, or None where no change was found.
    """
    wanted = _by_label([selected_by])
    for label, matchers in _by_label([by]).items():
        both = wanted.get(label, [])
        for value in _candidates([*both, *matchers], release) if label not in fixed else ():
            if _fits(value, both, release) and not _fits(value, matchers, release):
                changed = {**labels, label: value}
                return {label: value for label, value in changed.items() if value}
    return None


def values_of(
    label: str, selectors: Sequence[VectorSelector], first: Sequence[str], release: Release
) -> list[str]:
    """Values of a label that all selectors take, the given ones first."""
    matchers = _by_label(selectors).get(label, [])
    candidates = dict.fromkeys((*first, *_candidates(matchers, release)))
    return [value for value in candidates if value and _fits(value, matchers, release)]


def _by_label(selectors: Iterable[VectorSelector]) -> dict[str, list[Matcher]]:
    found: dict[str, list[Matcher]] = {}
    for selector in selectors:
        for matcher in selector.matchers:
            if matcher.label != METRIC_NAME:
                found.setdefault(matcher.label, []).append(matcher)
    return found


def _candidates(matchers: Sequence[Matcher], release: Release) -> Iterator[str]:
    """Values that matchers name, then others, and last those that they exclude."""
    for matcher in matchers:
        if matcher.operator in (MatchOperator.EQUAL, MatchOperator.REGEX):
            yield from _named(matcher, release)
    yield from OTHERS
    for matcher in matchers:
        yield from _named(matcher, release)


def _named(matcher: Matcher, release: Release) -> list[str]:
    """The values that a matcher names, those first that are not empty."""
    if not matcher.operator.is_regex:
        return [matcher.value]
    return sorted(examples(matcher.value, release), key=lambda value: not value)


def _fits(value: str, matchers: Iterable[Matcher], release: Release) -> bool:
    return all(accepts(matcher, value, release) for matcher in matchers)
