from __future__ import annotations

from fractions import Fraction

import pytest

from slo_compiler.importers.pyrra import pairs
from slo_compiler.quantities import DAY, MINUTE
from tests.importers.importing import Document, import_documents, pyrra

BAD = 'requests_total{job="api", code=~"5.."}'
TOTAL = 'requests_total{job="api"}'
RATIO = {"ratio": {"errors": {"metric": BAD}, "total": {"metric": TOTAL}}}


def latency(success: str) -> Document:
    return {"latency": {"success": {"metric": success}, "total": {"metric": 'd_seconds_count{job="api"}'}}}


def test_a_ratio_of_selectors_stays_one() -> None:
    imported = import_documents(pyrra(RATIO))
    assert imported.slo["indicator"] == {"ratio": {"bad": BAD, "total": TOTAL}}
    assert (imported.slo["objective"], imported.slo["window"]) == ("99.9%", "28d")
    assert imported.checks() == []


def test_grouping_is_one_slo_for_each_group() -> None:
    grouped = {"ratio": {**RATIO["ratio"], "grouping": ["handler"]}}
    assert import_documents(pyrra(grouped)).slo["group_by"] == ["handler"]


def test_an_offset_stays_with_the_window() -> None:
    shifted = {"ratio": {"errors": {"metric": f"{BAD} offset 1m"}, "total": {"metric": f"{TOTAL} offset 1m"}}}
    assert import_documents(pyrra(shifted)).slo["indicator"] == {
        "events": {
            "bad": f"sum(rate({BAD}[$window] offset 1m))",
            "total": f"sum(rate({TOTAL}[$window] offset 1m))",
        }
    }


def test_a_bucket_and_a_count_are_a_latency() -> None:
    imported = import_documents(pyrra(latency('d_seconds_bucket{job="api", le="0.25"}')))
    assert imported.slo["indicator"] == {
        "latency": {"histogram": 'd_seconds{job="api"}', "threshold": "250ms"}
    }


def test_a_bucket_without_a_bound_is_an_error() -> None:
    imported = import_documents(pyrra(latency('d_seconds_bucket{job="api"}')))
    assert imported.checks() == ["import/invalid"]


def test_a_native_histogram() -> None:
    native = {"latencyNative": {"total": {"metric": "d_seconds"}, "latency": "200ms"}}
    assert import_documents(pyrra(native)).slo["indicator"] == {
        "latency": {"histogram": "d_seconds", "threshold": "200ms", "type": "native"}
    }


def test_a_gauge_of_zero_and_one_is_a_probe() -> None:
    imported = import_documents(pyrra({"bool_gauge": {"metric": "up"}}))
    assert imported.slo["indicator"] == {"probe": "up"}


def test_the_windows_of_four_weeks_are_those_that_pyrra_documents() -> None:
    written = [
        tier["long"] + " and " + tier["short"]
        for tier in import_documents(pyrra(RATIO)).spec["alerting"]["tiers"]
    ]
    assert written == ["1h and 5m", "6h and 30m", "1d and 2h", "4d and 6h"]
    assert [pair.burn_rate for pair in pairs(28 * DAY)] == [14, 7, 2, 1]


def test_windows_of_another_period_are_rounded_to_minutes_as_pyrra_does() -> None:
    assert pairs(30 * DAY)[0].long == 64 * MINUTE
    assert pairs(7 * DAY)[0].short == Fraction(60)


def test_severities_are_pages_and_tickets() -> None:
    alerting = {"severities": {"fastBurn": "info", "slowBurn": "critical", "absent": "warning"}}
    imported = import_documents(pyrra(RATIO, alerting=alerting))
    assert [tier["severity"] for tier in imported.spec["alerting"]["tiers"]] == [
        "ticket",
        "page",
        "page",
        "ticket",
    ]
    assert imported.slo["alerting"] == {"absent": {"severity": "ticket"}}


@pytest.mark.parametrize("off", [{"burnrates": False}, {"disabled": True}])
def test_without_burn_rate_alerts_it_is_only_recorded(off: Document) -> None:
    assert import_documents(pyrra(RATIO, alerting=off)).slo["alerting"] == {"enabled": False}


def test_absent_can_be_off() -> None:
    assert import_documents(pyrra(RATIO, alerting={"absent": False})).slo["alerting"] == {"absent": False}


def test_what_is_meant_for_alerts_is_on_them_and_the_rest_is_left_to_kubernetes() -> None:
    document = pyrra(RATIO)
    document["metadata"] |= {
        "labels": {"pyrra.dev/team": "shop", "prometheus": "k8s", "pyrra.dev/service": "api"},
        "annotations": {"pyrra.dev/hint": "Look."},
    }
    imported = import_documents(document)
    assert (imported.spec["service"], imported.spec["labels"], imported.spec["owners"]) == (
        "api",
        {"team": "shop"},
        {"serving": "shop"},
    )
    assert imported.slo["alerting"] == {"annotations": {"hint": "Look."}}
    assert any("prometheus of the Kubernetes object" in told for told in imported.told("import/renamed"))


def test_without_a_service_it_is_the_job_that_is_read() -> None:
    document = pyrra(RATIO)
    del document["metadata"]["labels"]
    assert import_documents(document).spec["service"] == "api"


def test_a_list_of_kubernetes_is_its_items() -> None:
    items = [pyrra(RATIO, name="a"), pyrra(RATIO, name="b")]
    document = {"apiVersion": "v1", "kind": "List", "items": items}
    assert [slo["name"] for slo in import_documents(document).spec["slos"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("spec", "check"),
    [
        pytest.param({"alerting": {"burnRateType": "dynamic"}}, "import/changed", id="dynamic thresholds"),
        pytest.param({"partial_response_strategy": "warn"}, "import/lost", id="of Thanos alone"),
        pytest.param({"target": "50"}, "import/changed", id="an unreachable tier"),
        pytest.param({"target": "nearly all"}, "import/invalid", id="a target that is no number"),
        pytest.param({"window": "a month"}, "import/invalid", id="a window that is no duration"),
        pytest.param({"target": "0.999"}, "import/changed", id="a share in the place of a percentage"),
        pytest.param({"window": "1h"}, "import/invalid", id="a window into which no alert fits"),
        pytest.param({"indicator": {}}, "import/invalid", id="no indicator"),
        pytest.param(
            {"indicator": {"ratio": {"errors": {"metric": "e"}, "total": {"metric": "sum(t)"}}}},
            "import/invalid",
            id="an expression in the place of a metric",
        ),
        pytest.param(
            {"indicator": {"bool_gauge": {"metric": "up == 1"}}}, "import/invalid", id="no gauge but a test"
        ),
        pytest.param({"latency": "1"}, "import/unknown-key", id="a key that Pyrra does not know"),
    ],
)
def test_what_is_not_carried_over_is_told(spec: Document, check: str) -> None:
    assert set(import_documents(pyrra(**{"indicator": RATIO, **spec})).checks()) == {check}


def test_an_object_of_another_kind_is_an_error() -> None:
    (told,) = import_documents({**pyrra(RATIO), "kind": "ServiceLevelObjectives"}).told("import/invalid")
    assert told.endswith("is no kind of Pyrra; did you mean ServiceLevelObjective?")
