"""What verification proposes: names, labels and values that are near to those that are missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from slo_compiler.diagnostics import nearest
from slo_compiler.promql.release import Release
from slo_compiler.promql.syntax import Matcher, MatchOperator
from slo_compiler.verify.metrics import Metrics, Series, label_names
from slo_compiler.verify.selecting import finds

_CUTOFF: Final = 0.75
_MOST_LISTED: Final = 6
_PARTS: Final = frozenset({"total", "count", "sum", "bucket", "created", "info"})
_UNITS: Final = frozenset({"seconds", "milliseconds", "microseconds", "ms", "s", "bytes", "ratio", "percent"})


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The name that a missing one was probably renamed to."""
    candidates = list(known)
    near = nearest(name, candidates, cutoff=_CUTOFF)
    if near:
        return near
    words = _words(name)
    ranked = sorted(((_alike(words, _words(each)), each) for each in candidates), reverse=True)
    return ranked[0][1] if ranked and ranked[0][0] >= _CUTOFF else None


def _words(name: str) -> set[str]:
    return set(name.lower().replace(".", "_").replace(":", "_").split("_")) - _PARTS - _UNITS


def _alike(one: set[str], other: set[str]) -> float:
    """How much two names have in common, whatever the order and units of their words."""
    return len(one & other) / max(len(one | other), 1)


def nearest_label(
    matcher: Matcher, series: Sequence[Series], metrics: Metrics, release: Release
) -> str | None:
    """The label that a missing one was probably meant to be: of a like name, or with such values."""
    names = list(label_names(series))
    near = nearest(matcher.label, names, cutoff=_CUTOFF)
    if near:
        return near
    positive = matcher.operator in (MatchOperator.EQUAL, MatchOperator.REGEX)
    for name in names:
        other = Matcher(matcher.start, matcher.end, name, matcher.operator, matcher.value)
        if positive and name != "le" and any(finds(other, each, metrics, release) for each in series):
            return name
    return None


def nearest_value(value: str, known: Collection[str]) -> str | None:
    """The value that a missing one was probably meant to be."""
    by_case = {each.lower(): each for each in known}
    if value.lower() in by_case:
        return by_case[value.lower()]
    return nearest(value, known, cutoff=_CUTOFF)


def listed(values: Sequence[str]) -> str:
    """A few values, and how many more there are."""
    more = len(values) - _MOST_LISTED
    shown = ", ".join(values[:_MOST_LISTED])
    return f"{shown} and {more} more" if more > 0 else shown


def unless_added(label: str, metrics: Metrics) -> str:
    """What is said of a label that is missing where only a scrape is seen; nothing of a Prometheus."""
    return f"; or say --label {label}=VALUE if Prometheus adds it" if metrics.added else ""
