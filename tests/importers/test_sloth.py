from __future__ import annotations

from typing import Any, Final

import pytest

from tests.importers.importing import (
    ERRORS,
    TOTAL,
    Document,
    import_documents,
    import_texts,
    sloth,
    sloth_slo,
)

TIERS = [
    {"name": "fast", "severity": "page", "budget": "2%", "long": "1h", "short": "5m"},
    {"name": "medium", "severity": "page", "budget": "5%", "long": "6h", "short": "30m"},
    {"name": "slow", "severity": "ticket", "budget": "10%", "long": "1d", "short": "2h"},
    {"name": "long-term", "severity": "ticket", "budget": "10%", "long": "3d", "short": "6h"},
]


def windows(**of_page: Any) -> Document:
    return {
        "apiVersion": "sloth.slok.dev/v1",
        "kind": "AlertWindows",
        "spec": {
            "sloPeriod": "7d",
            "page": {
                "quick": {
                    "errorBudgetPercent": 8,
                    "shortWindow": "5m",
                    "longWindow": "1h",
                    **of_page,
                },
                "slow": {"errorBudgetPercent": 12.5, "shortWindow": "30m", "longWindow": "6h"},
            },
            "ticket": {
                "quick": {"errorBudgetPercent": 20, "shortWindow": "2h", "longWindow": "1d"},
                "slow": {"errorBudgetPercent": 50, "shortWindow": "6h", "longWindow": "3d"},
            },
        },
    }


def test_rates_of_counters_are_a_ratio() -> None:
    imported = import_documents(sloth())
    assert imported.slo["indicator"] == {
        "ratio": {"bad": 'requests_total{code=~"5.."}', "total": "requests_total"}
    }
    assert imported.slo["objective"] == "99.9%"
    assert imported.spec["alerting"] == {"tiers": TIERS}
    assert imported.checks() == []


def test_grouped_rates_are_one_slo_for_each_group() -> None:
    events = {
        key: query.replace("sum", "sum by (region) ")
        for key, query in (("error_query", ERRORS), ("total_query", TOTAL))
    }
    assert import_documents(sloth(sloth_slo(sli={"events": events}))).slo["group_by"] == ["region"]


def test_what_is_slower_than_a_bucket_is_a_latency() -> None:
    count, bucket = (
        f"sum(rate(d_seconds_{each}[{{{{.window}}}}]))" for each in ("count", 'bucket{le="0.4"}')
    )
    events = {"error_query": f"(\n  {count}\n  -\n  {bucket}\n)\n", "total_query": count}
    slo = import_documents(sloth(sloth_slo(sli={"events": events}))).slo
    assert slo["indicator"] == {"latency": {"histogram": "d_seconds", "threshold": "400ms"}}


def test_what_no_selector_says_stays_an_expression() -> None:
    events = {
        "error_query": "sum_over_time((count(x < 0.75))[{{ .window }}:]) or on() vector(0)",
        "total_query": "sum_over_time((count(x))[{{.window}}:])",
    }
    assert import_documents(sloth(sloth_slo(sli={"events": events}))).slo["indicator"] == {
        "events": {
            "bad": "sum_over_time((count(x < 0.75))[$window:]) or on() vector(0)",
            "total": "sum_over_time((count(x))[$window:])",
        }
    }


def test_a_raw_ratio_is_an_error_ratio() -> None:
    slo = sloth_slo(sli={"raw": {"error_ratio_query": "avg_over_time(ratio[{{.window}}])"}})
    assert import_documents(sloth(slo)).slo["indicator"] == {"error_ratio": "avg_over_time(ratio[$window])"}


def test_the_kubernetes_object_is_the_same_in_camel_case() -> None:
    slo = sloth_slo(
        sli={"events": {"errorQuery": ERRORS, "totalQuery": TOTAL}},
        alerting={"name": "X", "pageAlert": {"disable": True}},
    )
    document = {
        "apiVersion": "sloth.slok.dev/v1",
        "kind": "PrometheusServiceLevel",
        "metadata": {"name": "shop", "namespace": "monitoring"},
        "spec": {"service": "shop", "slos": [slo]},
    }
    imported = import_documents(document)
    assert imported.spec["alerting"]["tiers"] == TIERS[2:]
    assert imported.checks() == []


def test_alert_windows_are_the_tiers_of_all_slos() -> None:
    spec = import_documents(sloth(), windows()).spec
    assert spec["slos"][0]["window"] == "7d"
    assert [tier["budget"] for tier in spec["alerting"]["tiers"]] == ["8%", "12.5%", "20%", "50%"]


def test_alert_windows_of_which_none_is_for_a_month_are_ambiguous() -> None:
    other = windows()
    other["spec"]["sloPeriod"] = "28d"
    assert import_documents(sloth(), windows(), other).checks() == ["import/invalid"]


def test_labels_that_all_slos_have_are_said_once() -> None:
    labels = {"tier": "2", "owner": "payments"}
    spec = import_documents(sloth(sloth_slo(), sloth_slo("other", labels={"a": "b"}), labels=labels)).spec
    assert (spec["labels"], spec["owners"]) == ({"tier": "2"}, {"serving": "payments"})
    assert spec["slos"][1]["alerting"] == {"labels": {"a": "b"}}


# As in Sloth's own first example: both severities are routed by labels of their own.
ROUTED: Final[Document] = {
    "name": "ShopBurns",
    "labels": {"category": "availability"},
    "page_alert": {"labels": {"severity": "pageteam", "routing_key": "shop", "tier": "1"}},
    "ticket_alert": {"labels": {"severity": "slack", "slack_channel": "#shop", "tier": "1"}},
}


def test_labels_of_one_severity_are_those_of_its_alerts() -> None:
    imported = import_documents(sloth(sloth_slo(alerting=ROUTED)))
    assert imported.checks() == []
    assert imported.spec["labels"] == {"category": "availability", "tier": "1"}
    assert imported.spec["alerting"]["severity_labels"] == {
        "page": {"routing_key": "shop"},
        "ticket": {"slack_channel": "#shop"},
    }
    assert "alerting" not in imported.slo


def test_labels_of_one_severity_stand_with_the_slo_that_has_them() -> None:
    imported = import_documents(sloth(sloth_slo("a", alerting=ROUTED), sloth_slo("b")))
    assert "severity_labels" not in imported.spec["alerting"]
    assert imported.spec["slos"][0]["alerting"]["severity_labels"]["page"] == {"routing_key": "shop"}


def test_one_service_in_two_files_is_one_spec() -> None:
    texts = [f"version: prometheus/v1\nservice: shop\nslos: [{sloth_slo(name)}]" for name in ("a", "b")]
    assert [slo["name"] for slo in import_texts(*texts).spec["slos"]] == ["a", "b"]


def test_an_slo_without_alerts_is_only_recorded() -> None:
    off = {"disable": True}
    slo = sloth_slo(alerting={"name": "x", "page_alert": off, "ticket_alert": off})
    assert import_documents(sloth(slo)).slo["alerting"] == {"enabled": False}


def test_an_unreachable_tier_is_derived_and_told() -> None:
    imported = import_documents(sloth(sloth_slo(objective=90)))
    assert "alerting" not in imported.spec
    (told,) = imported.told("import/changed")
    assert told == (
        "a.yaml:11:5: the 1h page at a burn rate of 14.4 needs an error ratio above 1.44 and never fired; "
        "the tiers are derived for this objective instead"
    )


@pytest.mark.parametrize(
    ("slo", "told"),
    [
        pytest.param(
            sloth_slo(sli={"plugin": {"id": "sloth-common/x", "options": {"a": "b"}}}),
            {"import/slo-lost": "availability is measured by the plugin sloth-common/x"},
            id="a plugin measures",
        ),
        pytest.param(
            sloth_slo(plugins={"chain": [{"id": "x"}]}),
            {"import/lost": "plugins are programs of Sloth"},
            id="a plugin changes rules",
        ),
        pytest.param(
            sloth_slo(interval={"all": "5m"}),
            {"import/lost": "rules of all SLOs are evaluated at one interval"},
            id="an interval",
        ),
        pytest.param(
            sloth_slo(alerting={"name": "x", "page_alert": {"annotations": {"note": "a"}}}),
            {"import/lost": "the annotation note is said of one severity only"},
            id="an annotation of one severity",
        ),
        pytest.param(
            sloth_slo(alerting={"name": "x", "annotations": {"title": "{{ $labels.x }}"}}),
            {"import/changed": "the annotation title is a text here"},
            id="an annotation that is a template",
        ),
        pytest.param(
            sloth_slo(labels={"slo": "x"}),
            {"import/lost": "the label slo means something else here"},
            id="a label of ours",
        ),
        pytest.param(
            sloth_slo(objectiv=3),
            {"import/unknown-key": "slos has no key 'objectiv'"},
            id="a key that Sloth does not know",
        ),
        pytest.param(
            sloth_slo(sli={"events": {"error_query": "sum(rate(x[{{.other}}]))", "total_query": TOTAL}}),
            {"import/invalid": "{{.other}} is a template that is not run here"},
            id="another template",
        ),
        pytest.param(
            sloth_slo(sli={"events": {"error_query": ERRORS, "total_query": "sum(rate(t_total[5m]))"}}),
            {"import/invalid": "no range in it is [{{.window}}]"},
            id="a range that is not the window",
        ),
        pytest.param(
            sloth_slo(sli={"raw": {"error_ratio_query": 'ratio{window="{{.window}}"}'}}),
            {"import/invalid": "no range in it is [{{.window}}]"},
            id="a window that is no range",
        ),
        pytest.param(
            sloth_slo(sli={"events": {"error_query": "sum(rate(x[", "total_query": TOTAL}}),
            {"promql/syntax": ""},
            id="no PromQL",
        ),
        pytest.param(
            sloth_slo(objective="many"),
            {"import/invalid": "'many' stands where objective wants a number"},
            id="an objective that is no number",
        ),
        pytest.param(
            sloth_slo(sli={}),
            {"import/invalid": "one of events, raw and plugin is missing"},
            id="nothing is measured",
        ),
    ],
)
def test_what_is_not_carried_over_is_told(slo: Document, told: dict[str, str]) -> None:
    found = [each for each in import_documents(sloth(slo)).found if each.level.value != "note"]
    assert {each.check: each.message[: len(told.get(each.check, ""))] for each in found} == told


def test_a_share_in_the_place_of_a_percentage_is_told() -> None:
    told, _ = import_documents(sloth(sloth_slo(objective=0.999))).told("import/changed")
    assert told.endswith("the objective is in percent, and promises 0.999%; did you mean 99.9%?")


def test_ranges_beside_the_window_stay_as_they_are() -> None:
    raw = "sum(rate(a[{{.window}}])) / (sum(rate(b[{{.window}}])) > 0 and on () absent(c[5m]))"
    imported = import_documents(sloth(sloth_slo(sli={"raw": {"error_ratio_query": raw}})))
    assert imported.slo["indicator"] == {"error_ratio": raw.replace("{{.window}}", "$window")}


def test_an_object_of_another_kind_is_an_error() -> None:
    document = {"apiVersion": "sloth.slok.dev/v1", "kind": "PrometheusServiceLevels", "spec": sloth()}
    (told,) = import_documents(document).told("import/invalid")
    assert told.endswith("is no kind of Sloth; did you mean PrometheusServiceLevel?")


def test_an_error_in_a_query_is_shown_at_its_place_in_the_file() -> None:
    text = f"""\
version: prometheus/v1
service: shop
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(a[{{{{.window}}}}])) + sum(raet(b[{{{{.window}}}}]))
        total_query: {TOTAL}
    alerting: {{name: x}}
"""
    (told,) = import_texts(text).told("promql/syntax")
    assert told.startswith(f"a.yaml:8:{text.splitlines()[7].index('raet') + 1}: ")


def test_everything_wrong_is_told_at_once() -> None:
    broken = sloth({"name": "a"}, {"objective": 99}, sloth_slo(objective=100))
    assert import_documents(broken).checks() == ["import/invalid"] * 6 + ["spec/value"]
