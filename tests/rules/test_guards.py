"""Which guards there are, what they carry, and that they cannot be told from outside."""

from __future__ import annotations

from typing import Any, Final

import pytest

from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.signals.drift_guards import tells_detectors
from tests.compiling import alerts_of, defaults, drift, ml_spec, program_of, quality, records_of, slo

LATENCY: Final = {"latency": {"histogram": "request_seconds", "threshold": 1}}
LAGGING: Final = {"quality": {"labels": {"lag": "6h"}}}
REPLICAS: Final = {"ready": "ready", "restarts": "restarts"}


def guards(*slos: Any, **keys: Any) -> dict[str, AlertingRule]:
    """The guards of a spec, by the id of what they guard and their names."""
    found = alerts_of(program_of(ml_spec("s", *slos, **keys)))
    return {name: alert for name, alert in found.items() if alert.labels["ml_role"] == "guard"}


def test_by_default_those_are_on_that_see_something() -> None:
    assert set(guards()) == {
        "s:inputs GuardDetectorMoved",
        "s:inputs GuardSpecMoved",
        "s:inputs GuardSeasonality",
    }


def test_label_lag_is_looked_for_where_the_lag_is_known() -> None:
    assert set(guards(quality(indicator=LAGGING), drift=[])) == {"s:quality GuardLabelLag"}
    own = {"bad": "judged_bad_total", "total": "judged_total", "labels": {"lag": "6h"}}
    assert set(guards(quality(indicator={"quality": own}), drift=[])) == set()


def test_cold_starts_are_looked_for_where_replicas_are_known() -> None:
    said = {"cold_start": REPLICAS}
    assert set(guards(slo("latency", indicator=LATENCY), drift=[], guards=said)) == {
        "s:latency GuardColdStart"
    }
    assert set(guards(slo("latency", indicator=LATENCY), drift=[], model="m")) == set()


def test_what_is_off_is_off() -> None:
    off = dict.fromkeys(("detector_moved", "spec_moved", "label_lag", "cold_start", "seasonality"), False)
    assert guards(quality(indicator=LAGGING), guards=off) == {}


def test_a_guard_of_any_gauge_needs_its_detector_or_a_threshold_that_may_move() -> None:
    bare = drift(score="psi", threshold=0.2)
    assert "s:inputs GuardDetectorMoved" not in guards(drift=[bare])
    assert "s:inputs GuardDetectorMoved" in guards(drift=[{**bare, "threshold": "limit"}])


def test_a_guard_carries_what_it_is_compared_by_and_no_urgency() -> None:
    found = guards(labels={"cluster": "eu"})["s:inputs GuardSpecMoved"]
    assert found.labels == {
        "cluster": "eu",
        "service": "s",
        "ml_signal": "inputs",
        "ml_signal_id": "s:inputs",
        "ml_role": "guard",
        "ml_guard": "spec_moved",
    }


def test_a_guard_of_an_slo_has_its_identity_and_labels() -> None:
    late = quality(indicator=LAGGING, alerting={"labels": {"channel": "x"}})
    found = guards(late, drift=[])["s:quality GuardLabelLag"]
    assert found.labels == {
        "channel": "x",
        "service": "s",
        "slo": "quality",
        "slo_id": "s:quality",
        "ml_role": "guard",
        "ml_guard": "label_lag",
    }


def test_each_guard_has_an_alert_for_when_it_is_stuck() -> None:
    found = alerts_of(program_of(ml_spec("s", quality(indicator=LAGGING))))
    stuck = [alert for name, alert in found.items() if name.endswith("GuardStuck")]
    assert {alert.labels["ml_role"] for alert in stuck} == {"monitor"}
    assert {alert.labels["severity"] for alert in stuck} == {"ticket"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(True, ("[12h]", ">= 720)"), id="six hours if nothing is said"),
        pytest.param({"max": "1h"}, ("[2h]", ">= 120)"), id="what the spec says"),
    ],
)
def test_how_long_a_guard_may_hold_back(said: Any, expected: tuple[str, str]) -> None:
    last = guards(guards={"spec_moved": said})["s:inputs GuardSpecMoved"].expr.splitlines()[-1]
    assert [part in last for part in expected] == [True, True]


def test_label_lag_holds_back_for_as_long_as_labels_are_late() -> None:
    """Six hours of thirty seconds."""
    assert ">= 720)" in guards(quality(indicator=LAGGING), drift=[])["s:quality GuardLabelLag"].expr


def test_a_guard_stands_before_what_it_holds_back() -> None:
    program = program_of(ml_spec("s"))
    (group,) = next(each for each in program.signals if each.subject.id == "s:inputs").groups
    names = [rule.alert for rule in group.rules if isinstance(rule, AlertingRule)]
    guarding = [name.startswith("Guard") for name in names]
    assert guarding == sorted(guarding, reverse=True)


def test_a_guard_of_a_native_histogram_reads_it_as_the_slo_does() -> None:
    native = {"latency": {"histogram": "request_seconds", "threshold": 1, "type": "native"}}
    program = program_of(
        ml_spec("s", slo("latency", indicator=native), drift=[], guards={"cold_start": REPLICAS}),
        defaults=defaults(target="prometheus-2.53"),
    )
    assert "histogram_fraction(-Inf, 1, sum(rate(request_seconds[5m30s]) and on (namespace, pod)" in (
        records_of(program)["s:latency ml:guard_condition"].expr
    )


def test_a_guard_of_regions_compares_each_with_itself() -> None:
    regional = slo("latency", indicator=LATENCY, group_by=["region"])
    program = program_of(ml_spec("s", regional, drift=[], guards={"cold_start": REPLICAS}))
    condition = records_of(program)["s:latency ml:guard_condition"].expr
    assert "and on (region)" in condition
    assert "sum by (region) (rate(request_seconds_count[5m30s]) and on (namespace, pod)" in condition
    found = alerts_of(program)["s:latency GuardColdStart"]
    assert found.run_time_labels == ("region",)


def test_a_cohort_is_looked_at_when_its_labels_have_come() -> None:
    cohort = {"quality": {"labels": {"mode": "cohort", "lag": "6h"}, "slices": ["country"]}}
    program = program_of(ml_spec("s", quality(indicator=cohort), drift=[]))
    events = records_of(program)["s:quality slo:events:increase5m"].expr
    assert events == 'sum(rate(ml_quality_evaluations_total{model="s"}[5m30s] offset 6h)) * 300'
    sliced = records_of(program)["s:quality slo:slice_events:increase1h"].expr
    assert sliced == 'sum by (country) (increase(ml_quality_evaluations_total{model="s"}[1h] offset 6h))'
    assert alerts_of(program)["s:quality IndicatorAbsent"].hold > 6 * 3600


SCORE = {"score": 'psi{model="scorer"}', "threshold": 0.2}


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        pytest.param(SCORE, False, id="a number"),
        pytest.param(
            {**SCORE, "threshold": 'limit{model="scorer"}'}, True, id="a threshold that is a metric"
        ),
        pytest.param({**SCORE, "detector": 'build{model="scorer"}'}, True, id="a detector"),
    ],
)
def test_something_says_what_the_detector_is(keys: dict[str, Any], told: bool) -> None:  # noqa: FBT001
    (watched,) = program_of(ml_spec("scorer", drift=[drift(**keys)])).watched
    assert tells_detectors(watched.service.drifts[0]) == told
