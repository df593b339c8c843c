"""Whether the labels that groups come from are there, and how many groups they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from slo_compiler.diagnostics import Diagnostic, error, nearest, warning
from slo_compiler.verify import words
from slo_compiler.verify.looking import Grouping, Looked
from slo_compiler.verify.metrics import Metrics, Series, label_names
from slo_compiler.verify.selecting import label_matchers, selected

MOST_GROUPS: Final = 100
"""Beyond this an SLO is rather an SLO a user or a path: each group has alerts and all recorded series."""


def check_groups(looked: Looked, name: str, metrics: Metrics) -> Iterator[Diagnostic]:
    """Labels that the series lack, and labels with too many values."""
    found = selected(metrics.of(name), label_matchers(looked.selector), metrics, looked.release)
    for grouping in looked.groupings:
        missing = list(_missing(grouping, name, found, metrics))
        yield from missing
        if not missing:
            yield from _too_many(grouping, found)


def _missing(
    grouping: Grouping, name: str, found: Sequence[Series], metrics: Metrics
) -> Iterator[Diagnostic]:
    known = list(label_names(found))
    for index, label in enumerate(grouping.labels):
        if label in known or label in metrics.added:
            continue
        near = nearest(label, known)
        advice = f"did you mean {near}?" if near else f"they have {words.listed(known) or 'none'}"
        yield error(
            grouping.locate(index),
            "verify/label",
            f"the series of {name} have no label {label}: {grouping.merged}; {advice}"
            f"{words.unless_added(label, metrics)}",
        )


def _too_many(grouping: Grouping, found: Sequence[Series]) -> Iterator[Diagnostic]:
    groups = {tuple(series.labels.get(label, "") for label in grouping.labels) for series in found}
    if grouping.recorded and len(groups) > MOST_GROUPS:
        yield warning(
            grouping.locate(0),
            "verify/cardinality",
            f"{grouping.key} {', '.join(grouping.labels)} makes {len(groups)} groups: "
            f"{len(groups) * grouping.recorded:,} recorded series and {len(groups)} times every alert; group "
            "by what somebody is paged for",
        )
