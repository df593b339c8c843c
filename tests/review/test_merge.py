"""What a merge does, as it is told; ``test_merge_on_prometheus`` asks a real one whether it is so."""

from __future__ import annotations

import pytest

from slo_compiler.quantities import format_duration
from slo_compiler.review.changes import SloChange
from slo_compiler.review.merge import Fate
from tests.compiling import Document, defaults, slo, spec
from tests.review.comparing import fates, of_slo, reviewed

ALL = ("fast", "medium", "slow", "IndicatorAbsent")
REGIONS: Document = {"group_by": ["region"]}
OTHER: Document = {
    "indicator": {"ratio": {"bad": 'http_requests_total{code="500"}', "total": "http_requests_total"}}
}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"objective": "99.5%"}, "changed"),
        ({}, {"description": "In words."}, "kept"),
        ({}, {"alerting": {"min_errors": 9}}, "changed"),
        ({}, {"alerting": {"annotations": {"a": "b"}}}, "kept"),
        ({}, {"alerting": {"labels": {"team": "x"}}}, "reset label team"),
        ({}, REGIONS, "reset label region"),
        (REGIONS, {}, "reset label region"),
        ({}, {"surface": "data"}, "reset label surface"),
        ({}, OTHER, "changed"),
    ],
    ids=[
        "objective",
        "description",
        "min_errors",
        "annotation",
        "label",
        "group_by added",
        "group_by removed",
        "surface",
        "indicator",
    ],
)
def test_all_alerts_of_an_slo_share_a_fate(old: Document, new: Document, expected: str) -> None:
    owners = {"owners": {"serving": "platform", "data": "platform"}}
    found = reviewed(spec("a", slo(**old), **owners), spec("a", slo(**new), **owners)).slos[0]
    absent = expected if expected.startswith("reset") else fates(found)["IndicatorAbsent"]
    assert fates(found) == dict.fromkeys(ALL, expected) | {"IndicatorAbsent": absent}


@pytest.mark.parametrize(
    ("alerting", "expected"),
    [
        ({"severities": {"medium": "ticket"}}, {"medium": "reset label sev label severity"}),
        ({"absent": False}, {"IndicatorAbsent": "ended"}),
        ({"absent": {"for": "20m"}}, {"IndicatorAbsent": "changed"}),
        (
            {"tiers": [{"name": "fast", "severity": "page", "budget": "2%", "long": "1h"}]},
            {"medium": "ended", "slow": "ended"},
        ),
    ],
    ids=["severity", "no absent alert", "a longer for", "fewer tiers"],
)
def test_one_alert_has_a_fate_of_its_own(alerting: Document, expected: dict[str, str]) -> None:
    assert fates(of_slo(slo(), slo(alerting=alerting))) == dict.fromkeys(ALL, "kept") | expected


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (spec("a", slo("one")), spec("a", slo("two")), "group label slo label slo_id"),
        (spec("a", slo("one")), spec("b", slo("one")), "file group label service label slo_id"),
    ],
    ids=["SLO", "service"],
)
def test_a_new_name_resets(old: Document, new: Document, why: str) -> None:
    assert fates(reviewed(old, new).slos[0]) == dict.fromkeys(ALL, f"reset {why}")


def test_an_slo_that_comes_or_goes() -> None:
    assert set(fates(reviewed([], spec("a")).slos[0]).values()) == {"new"}
    assert set(fates(reviewed(spec("a"), []).slos[0]).values()) == {"ended"}


def test_another_base_window_empties_what_every_alert_reads() -> None:
    found = reviewed(spec("a"), spec("a"), after={"defaults": defaults(base_window="2m")}).slos[0]
    assert fates(found) == dict.fromkeys(ALL, "emptied") | {"IndicatorAbsent": "changed"}


def series(found: SloChange, fate: Fate) -> dict[str, str]:
    return {
        each.record.removeprefix("slo:"): format_duration(each.whole_after)
        for each in found.series
        if each.fate is fate
    }


def test_series_of_a_changed_objective_go_on() -> None:
    found = of_slo(slo(), slo(objective="99.5%"))
    assert series(found, Fate.NEW) == series(found, Fate.ENDED) == {}
    assert series(found, Fate.RESET) == {"spec_info": "0s"}
    assert series(found, Fate.CHANGED) == {"burn_rate:ratio": "0s", "error_budget_remaining:ratio": "0s"}


def test_a_longer_window_is_whole_at_once_as_it_is_added_up_from_what_is_there() -> None:
    found = of_slo(slo(), slo(objective="95%"))
    assert series(found, Fate.NEW) == {
        "events:increase10m": "0s",
        "errors:increase10m": "0s",
        "events:increase2h": "0s",
        "errors:increase2h": "0s",
    }
    assert sorted(series(found, Fate.ENDED)) == ["errors:increase1h", "events:increase1h"]


def test_windows_under_a_new_name_begin_empty() -> None:
    found = reviewed(spec("a", slo("one")), spec("a", slo("two"))).slos[0]
    begun = series(found, Fate.RESET)
    assert {name: begun[name] for name in begun if "events" in name or "budget" in name} == {
        "events:increase5m": "0s",
        "events:increase30m": "30m",
        "events:increase1h": "1h",
        "events:increase6h": "6h",
        "events:increase5m_coarse": "0s",
        "events:increase3d": "3d",
        "error_budget_remaining:ratio": "30d",
    }


def test_series_that_come_once_a_region_are_others() -> None:
    found = of_slo(slo(), slo(**REGIONS))
    assert series(found, Fate.KEPT) == series(found, Fate.CHANGED) == {}
    assert series(found, Fate.RESET)["events:increase6h"] == "6h"


def test_a_changed_indicator_is_mixed_with_the_old_one_for_as_long_as_each_window() -> None:
    found = of_slo(slo(), slo(**OTHER))
    mixed = {
        each.record.removeprefix("slo:"): format_duration(each.whole_after)
        for each in found.series
        if each.whole_after
    }
    assert mixed == {
        "errors:increase30m": "30m",
        "errors:increase1h": "1h",
        "burn_rate:ratio": "1h",
        "errors:increase6h": "6h",
        "errors:increase3d": "3d",
        "error_budget_remaining:ratio": "30d",
    }


def test_the_fates_of_all_alerts_are_counted() -> None:
    old = [spec("a"), spec("b", slo("one"), slo("two"))]
    new = [spec("a", owners={"serving": "payments"}), spec("b", slo("one"), slo("three", objective="99%"))]
    assert reviewed(old, new).fates == {Fate.KEPT: 4, Fate.RESET: 4, Fate.NEW: 4, Fate.ENDED: 4}
