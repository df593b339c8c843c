"""OpenSLO, and each of its traps: the right result, or an error at its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.importers.importing import (
    Document,
    Imported,
    import_documents,
    import_texts,
    metric,
    openslo,
    openslo_slo,
    ratio,
)

GOOD = 'requests_total{code="200"}'
TOTAL = "requests_total"
RATIO = ratio(good=metric(f"sum({GOOD})"), total=metric(f"sum({TOTAL})"))
OURS = {"ratio": {"good": GOOD, "total": TOTAL}}
LATENCY = {"thresholdMetric": metric("d_p99_seconds")}


def of_condition(**condition: Any) -> Imported:
    """The import of an SLO with a policy of one condition."""
    said = {"kind": "burnrate", "op": "gt", "threshold": 14, "lookbackWindow": "1h", **condition}
    inline = {
        "kind": "AlertCondition",
        "metadata": {"name": "fast"},
        "spec": {"severity": "page", "condition": said},
    }
    policy = {"kind": "AlertPolicy", "metadata": {"name": "p"}, "spec": {"conditions": [inline]}}
    return import_documents(openslo_slo(RATIO, alertPolicies=[policy]))


@pytest.mark.parametrize(
    ("good", "total"),
    [
        pytest.param(GOOD, TOTAL, id="bare selectors"),
        pytest.param(f"sum({GOOD})", f"sum({TOTAL})", id="sums"),
        pytest.param(f"sum(rate({GOOD}[5m]))", f"sum(rate({TOTAL}[5m]))", id="already rated"),
        pytest.param(
            f"sum(rate({GOOD}[{{{{.window}}}}]))", f"sum(rate({TOTAL}[$window]))", id="placeholders"
        ),
    ],
)
def test_trap_queries_are_told_apart_by_their_syntax_trees(good: str, total: str) -> None:
    imported = import_documents(openslo_slo(ratio(good=metric(good), total=metric(total))))
    assert imported.slo["indicator"] == OURS
    assert imported.checks() == []


def test_trap_a_sum_of_several_counters_gets_the_window_in_each() -> None:
    imported = import_documents(openslo_slo(ratio(bad=metric("sum(a) + sum(b)"), total=metric("sum(c)"))))
    assert imported.slo["indicator"] == {
        "events": {
            "bad": "sum(rate(a[$window])) + sum(rate(b[$window]))",
            "total": "sum(rate(c[$window]))",
        }
    }


def test_trap_what_is_no_counter_is_summed_up() -> None:
    parts = {"counter": False, "bad": metric("slow"), "total": metric("all")}
    assert import_documents(openslo_slo({"ratioMetric": parts})).slo["indicator"] == {
        "events": {"bad": "sum_over_time(slow[$window])", "total": "sum_over_time(all[$window])"}
    }


@pytest.mark.parametrize(
    ("raw_type", "expected"),
    [("failure", "avg_over_time(r[$window])"), ("success", "1 - (avg_over_time(r[$window]))")],
)
def test_trap_a_raw_ratio_is_one_of_success_or_of_failure(raw_type: str, expected: str) -> None:
    sli = {"ratioMetric": {"rawType": raw_type, "raw": metric("r")}}
    assert import_documents(openslo_slo(sli)).slo["indicator"] == {"error_ratio": expected}


def test_trap_a_raw_ratio_that_does_not_say_of_what() -> None:
    assert import_documents(openslo_slo({"ratioMetric": {"raw": metric("r")}})).checks() == ["import/invalid"]


@pytest.mark.parametrize("op", ["lte", "lt"])
def test_trap_a_burn_rate_that_is_low_is_no_alert(op: str) -> None:
    """The published example of an AlertCondition says ``op: lte``."""
    imported = of_condition(op=op)
    assert imported.spec["alerting"]["tiers"] == [
        {"name": "fast", "severity": "page", "long": "1h", "burn_rate": 14}
    ]
    assert imported.checks() == ["import/changed"]


def test_trap_a_latency_above_its_bound_is_hardly_good() -> None:
    """The published example of a threshold says ``op: gt`` of a latency."""
    imported = import_documents(openslo_slo(LATENCY, {"target": 0.99, "op": "gte", "value": 0.5}))
    assert imported.slo["indicator"] == {"threshold": {"gauge": "d_p99_seconds", "at_least": 0.5}}
    assert imported.checks() == ["import/changed"]


@pytest.mark.parametrize(
    ("duration", "ours"),
    [("1M", None), ("4w", "28d"), ("1Q", "90d"), ("1Y", "365d"), ("7d", "7d")],
)
def test_trap_a_capital_m_is_a_month(duration: str, ours: str | None) -> None:
    window = [{"duration": duration, "isRolling": True}]
    assert import_documents(openslo_slo(RATIO, timeWindow=window)).slo.get("window") == ours


def test_trap_a_small_m_is_a_minute() -> None:
    """The published example of time slices says ``duration: 1m`` of a month."""
    imported = import_documents(openslo_slo(RATIO, timeWindow=[{"duration": "1m", "isRolling": True}]))
    assert [told.split("; ")[1] for told in imported.told("import/invalid")] == ["a month is 1M"]


def test_trap_a_calendar_window_is_a_rolling_one_and_told() -> None:
    calendar = {"startTime": "2022-01-01 12:00:00", "timeZone": "America/New_York"}
    imported = import_documents(openslo_slo(RATIO, timeWindow=[{"duration": "1w", "calendar": calendar}]))
    assert imported.slo["window"] == "7d"
    assert imported.checks() == ["import/changed"]


@pytest.mark.parametrize(
    ("objective", "ours", "checks"),
    [
        pytest.param({"target": 0.999}, "99.9%", [], id="a share"),
        pytest.param({"target": "0.999"}, "99.9%", [], id="a share as text"),
        pytest.param({"target": "99.9%"}, "99.9%", [], id="a percentage as text"),
        pytest.param({"targetPercent": 99.95}, "99.95%", [], id="a percentage"),
        pytest.param({"targetPercent": "99.95"}, "99.95%", [], id="a percentage as a text of digits"),
        pytest.param(
            {"target": 99.9}, "99.9%", ["import/changed"], id="a percentage in the place of a share"
        ),
        pytest.param(
            {"targetPercent": 0.99}, "0.99%", ["import/changed"], id="a share in the place of a percentage"
        ),
    ],
)
def test_trap_targets_are_numbers_or_texts_shares_or_percentages(
    objective: Document, ours: str, checks: list[str]
) -> None:
    imported = import_documents(openslo_slo(RATIO, objective))
    assert (imported.slo["objective"], imported.checks()) == (ours, checks)


@pytest.mark.parametrize(
    "objective",
    [
        {"target": 0.9, "targetPercent": 90},
        {},
        {"target": "most"},
        {"target": 1},
        {"target": 0},
    ],
)
def test_trap_targets_that_promise_nothing(objective: Document) -> None:
    checks = import_documents(openslo_slo(RATIO, objective)).checks()
    assert checks in (["import/invalid"], ["spec/value"])


def test_trap_labels_may_be_lists() -> None:
    document = openslo_slo(RATIO)
    document["metadata"]["labels"] = {"env": ["prod"], "zones": ["a", "b"], "team": "web"}
    imported = import_documents(document)
    assert imported.spec["labels"] == {"env": "prod", "zones": "a,b", "team": "web"}
    assert imported.spec["owners"] == {"serving": "web"}
    assert imported.checks() == ["import/changed"]


def test_trap_objects_in_documents_lists_and_files_refer_to_one_another() -> None:
    slo = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: availability}
spec:
  service: shop
  indicatorRef: good
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
  alertPolicies: [{alertPolicyRef: pages}]
"""
    others = f"""\
- apiVersion: openslo.com/v1
  kind: SLI
  metadata: {{name: good}}
  spec:
    ratioMetric:
      counter: true
      good: {{metricSource: {{metricSourceRef: prom, spec: {{query: 'sum({GOOD})'}}}}}}
      total: {{metricSource: {{metricSourceRef: prom, spec: {{query: 'sum({TOTAL})'}}}}}}
- apiVersion: openslo/v1
  kind: Service
  metadata: {{name: shop, labels: {{owner: payments}}}}
  spec: {{description: Sells things.}}
"""
    rest = """\
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: pages}
spec:
  conditions: [{conditionRef: fast}]
  notificationTargets: [{targetRef: on-call}]
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec:
  severity: critical
  condition: {kind: burnrate, op: gte, threshold: 14.4, lookbackWindow: 1h, alertAfter: 0m}
---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: {name: on-call}
spec: {target: slack}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: prom}
spec: {type: Prometheus, connectionDetails: {url: http://prometheus.example.com}}
"""
    imported = import_texts(slo, others, rest)
    assert imported.spec == {
        "apiVersion": "slo-compiler/v1",
        "service": "shop",
        "description": "Sells things.",
        "owners": {"serving": "payments"},
        "alerting": {
            "tiers": [
                {
                    "name": "fast",
                    "severity": "page",
                    "long": "1h",
                    "burn_rate": imported.spec["alerting"]["tiers"][0]["burn_rate"],
                }
            ]
        },
        "slos": [{"name": "availability", "objective": "99.9%", "indicator": OURS}],
    }
    assert imported.spec["alerting"]["tiers"][0]["burn_rate"] == pytest.approx(14.4)
    assert imported.checks() == ["import/lost"]  # how the target is reached


@pytest.mark.parametrize("key", ["indicatorRef", "alertPolicies"])
def test_trap_a_reference_to_nothing_is_an_error_with_the_nearest_name(key: str) -> None:
    slo = openslo_slo(RATIO)
    if key == "indicatorRef":
        del slo["spec"]["indicator"]
    slo["spec"][key] = "goood" if key == "indicatorRef" else ["goood"]
    sli, policy = openslo("SLI", "good", RATIO), openslo("AlertPolicy", "good", {"conditions": []})
    (told,) = import_documents(slo, sli, policy).told("import/reference")
    assert told.endswith("; did you mean good?")


def test_trap_two_objects_of_one_name() -> None:
    assert import_documents(openslo_slo(RATIO), openslo_slo(RATIO)).checks() == ["import/invalid"]


def test_trap_time_slices_of_a_ratio() -> None:
    objective = {"target": 0.99, "timeSliceTarget": 0.95, "timeSliceWindow": "5m"}
    imported = import_documents(openslo_slo(RATIO, objective, budgetingMethod="Timeslices"))
    assert imported.slo["indicator"] == {
        "threshold": {
            "gauge": f"(sum(rate({GOOD}[5m]))) / (sum(rate({TOTAL}[5m])))",
            "at_least": pytest.approx(0.95),
        }
    }


def test_trap_the_mean_of_time_slices() -> None:
    objective = {"target": 0.99, "timeSliceWindow": 5}
    imported = import_documents(openslo_slo(RATIO, objective, budgetingMethod="RatioTimeslices"))
    good = f"(sum(rate({GOOD}[5m]))) / (sum(rate({TOTAL}[5m])))"
    assert imported.slo["indicator"] == {"error_ratio": f"1 - avg_over_time(({good})[$window:5m])"}


def test_several_objectives_are_several_slos() -> None:
    slo = openslo_slo(RATIO)
    slo["spec"]["objectives"] = [{"target": 0.99, "displayName": "For all"}, {"target": 0.9}]
    names = [each["name"] for each in import_documents(slo).spec["slos"]]
    assert names == ["availability-for-all", "availability-2"]


def test_the_first_version_has_its_queries_in_the_objectives() -> None:
    good, total = ({"source": "prometheus", "queryType": "promql", "query": query} for query in (GOOD, TOTAL))
    spec = {
        "service": "shop",
        "objectives": [{"ratioMetrics": {"counter": True, "good": good, "total": total}, "target": 0.999}],
        "timeWindows": [{"count": 28, "unit": "Day", "isRolling": True}],
    }
    imported = import_documents(openslo("SLO", "availability", spec, "openslo/v1alpha"))
    assert (imported.slo["indicator"], imported.slo["window"]) == (OURS, "28d")
    assert imported.checks() == []


def test_the_parts_of_a_composite_are_slos_of_their_own() -> None:
    slo = openslo_slo(RATIO)
    del slo["spec"]["indicator"]
    other = ratio(bad=metric("errors_total"), total=metric("all_total"))
    slo["spec"]["objectives"] = [
        {"displayName": "a", "target": 0.999, "compositeWeight": 2, "indicatorRef": "good"},
        {"displayName": "b", "target": 0.99, "indicator": {"metadata": {"name": "x"}, "spec": other}},
    ]
    imported = import_documents(slo, openslo("SLI", "good", RATIO))
    assert [each["indicator"] for each in imported.spec["slos"]] == [
        OURS,
        {"ratio": {"bad": "errors_total", "total": "all_total"}},
    ]
    (told,) = imported.told("import/changed")
    assert "each of them is an SLO of its own, and alerts by itself" in told


def test_of_an_objective_with_an_indicator_of_its_own_there_is_no_mean() -> None:
    slo = openslo_slo(RATIO)
    slo["spec"]["objectives"] = [{"target": 0.999, "indicator": slo["spec"].pop("indicator")}]
    imported = import_documents(slo)
    assert (imported.slo["indicator"], imported.checks()) == (OURS, [])


def test_a_share_of_a_slice_is_not_asked_of_a_gauge() -> None:
    objective = {"target": 0.99, "op": "lte", "value": 3, "timeSliceTarget": 0.9}
    imported = import_documents(openslo_slo(LATENCY, objective, budgetingMethod="Timeslices"))
    (told,) = imported.told("import/changed")
    assert "that 90% of the values of a slice are good is not asked" in told


@pytest.mark.parametrize("source", ["Datadog", "CloudWatch"])
def test_what_prometheus_cannot_read_is_told_as_lost(source: str) -> None:
    sli = ratio(good=metric("sum:hits{*}.as_count()", source), total=metric("sum:hits{*}", source))
    assert set(import_documents(openslo_slo(sli)).checks()) == {"import/slo-lost"}


def test_waiting_after_a_condition_is_told() -> None:
    assert of_condition(alertAfter="5m").checks() == ["import/changed"]


def test_a_condition_on_something_else_is_told() -> None:
    assert of_condition(kind="availability").checks() == ["import/lost"]


def test_a_policy_that_is_not_about_breaches_leaves_no_alerts() -> None:
    policy = {"kind": "AlertPolicy", "metadata": {"name": "p"}, "spec": {"alertWhenBreaching": False}}
    slo = import_documents(openslo_slo(RATIO, alertPolicies=[policy])).slo
    assert slo["alerting"] == {"enabled": False}


def test_an_object_that_no_slo_refers_to_is_told() -> None:
    imported = import_documents(openslo_slo(RATIO), openslo("SLI", "unused", RATIO))
    assert any("no SLO refers to this SLI" in told for told in imported.told("import/renamed"))


def test_a_time_window_that_is_missing_is_told() -> None:
    slo = openslo_slo(RATIO)
    del slo["spec"]["timeWindow"]
    (told,) = import_documents(slo).told("import/renamed")
    assert told.endswith("timeWindow is missing: the objective is promised over 30d here")


def test_nothing_that_is_measured_is_an_error() -> None:
    slo = openslo_slo(RATIO)
    del slo["spec"]["indicator"]
    assert import_documents(slo).checks() == ["import/invalid"]


def test_an_unknown_kind_is_an_error() -> None:
    assert import_documents(openslo("Slo", "x", {})).checks() == ["import/invalid"]
