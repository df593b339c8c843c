"""Whether the labels of ``group_by`` are there, and how many groups they make."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from slo_compiler.diagnostics import Diagnostic, error, warning
from slo_compiler.verify import words
from slo_compiler.verify.looking import Looked, Role
from slo_compiler.verify.metrics import Metrics, label_names
from slo_compiler.verify.selecting import label_matchers, selected

MOST_GROUPS: Final = 100
"""Beyond this an SLO is rather an SLO a user or a path: each group has alerts and all recorded series."""


def check_groups(looked: Looked, name: str, metrics: Metrics) -> Iterator[Diagnostic]:
    """Labels of ``group_by`` that the counted series lack, and labels with too many values."""
    slo = looked.slo
    if slo is None or not slo.group_by or looked.role is not Role.EVENTS:
        return
    found = selected(metrics.of(name), label_matchers(looked.selector), metrics, looked.release)
    known = list(label_names(found))
    missing = [label for label in slo.group_by if label not in known and label not in metrics.added]
    for label in missing:
        near = difflib.get_close_matches(label, known, n=1)
        advice = f"did you mean {near[0]}?" if near else f"they have {words.listed(known) or 'none'}"
        unless = f"; or say --label {label}=VALUE if Prometheus adds it" if metrics.added else ""
        yield error(
            slo.locate("group_by", slo.group_by.index(label)),
            "verify/label",
            f"the series of {name} have no label {label}: all groups would be one; {advice}{unless}",
        )
    groups = {tuple(series.labels.get(label, "") for label in slo.group_by) for series in found}
    if not missing and len(groups) > MOST_GROUPS:
        yield warning(
            slo.locate("group_by", 0),
            "verify/cardinality",
            f"group_by {', '.join(slo.group_by)} makes {len(groups)} groups: "
            f"{len(groups) * looked.recorded:,} recorded series and {len(groups)} times every alert; group "
            "by what somebody is paged for",
        )
