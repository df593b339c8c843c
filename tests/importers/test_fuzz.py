"""Whatever stands in a file of another tool, there is a word on it, and never a traceback."""

from __future__ import annotations

import copy
import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.compiler import import_sources
from slo_compiler.sources import Source
from tests.importers.importing import Document, metric, openslo, openslo_slo, pyrra, ratio, sloth, sloth_slo
from tests.importers.test_sloth import windows

CONDITION: Document = {
    "severity": "page",
    "condition": {"kind": "burnrate", "op": "gt", "threshold": 2, "lookbackWindow": "1h", "alertAfter": "5m"},
}
WHOLE: list[list[Document]] = [
    [sloth(sloth_slo(labels={"a": "b"}, sli={"raw": {"error_ratio_query": "a[{{.window}}]"}})), windows()],
    [sloth(sloth_slo(alerting={"name": "x", "page_alert": {"labels": {"a": "b"}}}), labels={"owner": "c"})],
    [
        pyrra(
            {"latency": {"success": {"metric": 'a_bucket{le="1"}'}, "total": {"metric": "a_count"}}},
            alerting={"severities": {"fastBurn": "page"}, "absent": True},
        )
    ],
    [
        openslo_slo(
            ratio(good=metric("sum(a)"), total=metric("sum(rate(b[5m]))")),
            {"target": 0.9, "timeSliceTarget": 0.9, "timeSliceWindow": "1m", "displayName": "x"},
            budgetingMethod="Timeslices",
            alertPolicies=[{"alertPolicyRef": "p"}],
        ),
        openslo("AlertPolicy", "p", {"conditions": [{"conditionRef": "c"}], "notificationTargets": ["t"]}),
        openslo("AlertCondition", "c", CONDITION),
        openslo("AlertNotificationTarget", "t", {"target": "mail"}),
        openslo("Service", "shop", {"description": "x"}),
    ],
    [openslo_slo({"thresholdMetric": metric("a")}, {"targetPercent": 99, "op": "lte", "value": 3})],
]
ODD: list[Any] = [
    None,
    "",
    "x",
    "{{.window}}",
    "sum(",
    "a[$window]",
    0,
    -1,
    1e30,
    True,
    [],
    {},
    ["a"],
    {"a": "b"},
    [{}],
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to everything in a value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, part in parts for deeper in places(part, (*path, key)))]


@st.composite
def broken(draw: st.DrawFn) -> list[Any]:
    """Documents in which up to three things are gone, or others."""
    documents: Any = copy.deepcopy(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(places(documents)[1:])) or (0,)
        inside = documents
        for step in way:
            inside = inside[step]
        if draw(st.booleans()) and isinstance(inside, dict):
            del inside[last]
        else:
            inside[last] = copy.deepcopy(draw(st.sampled_from(ODD)))
        if not documents:
            break
    return list(documents)


@given(broken())
def test_what_is_broken_is_told_at_a_place(documents: list[Any]) -> None:
    content = yaml.safe_dump_all([json.loads(json.dumps(each)) for each in documents]).encode()
    specs, found = import_sources([Source("a.yaml", content)])
    assert specs or found or not any(documents)
    assert all(each.position.path == "a.yaml" and each.message for each in found)
