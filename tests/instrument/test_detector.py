"""What a detector may tell, and what is exposed of it."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Gauge

from slo_compiler.instrument import Detector, config_hash, from_p_value
from tests.instrument.exposition import samples_of

SCORE = "ml_drift_score"
THRESHOLD = "ml_drift_threshold"
INFO = "ml_detector_info"
LAST_RUN = "ml_detector_last_run_timestamp_seconds"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def detector(registry: CollectorRegistry, **more: Any) -> Detector:
    return Detector(**{"model": "fraud", "name": "psi", "registry": registry, **more})


def test_before_a_run_has_ended_no_last_run_is_told(registry: CollectorRegistry) -> None:
    detector(registry).report(feature="amount", score=0.1, threshold=0.2)
    assert {} == samples_of(registry, LAST_RUN)


def test_a_score_stands_beside_its_threshold(registry: CollectorRegistry) -> None:
    detector(registry).report(feature="amount", score=0.3, threshold=0.2, kind="label", slice="eu")
    labels = ("psi", "amount", "label", "fraud", "eu")
    assert ({labels: 0.3}, {labels: 0.2}) == (samples_of(registry, SCORE), samples_of(registry, THRESHOLD))


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf, -0.1])
def test_a_score_that_no_alert_could_compare_is_refused(registry: CollectorRegistry, score: float) -> None:
    watch = detector(registry)
    with pytest.raises(ValueError, match="no alert could compare"):
        watch.report(feature="amount", score=score, threshold=0.2)
    assert {} == samples_of(registry, SCORE)


def test_a_faulty_threshold_leaves_no_score_without_one(registry: CollectorRegistry) -> None:
    watch = detector(registry)
    with pytest.raises(ValueError, match="threshold"):
        watch.report(feature="amount", score=0.1, threshold=math.nan)
    assert {} == samples_of(registry, SCORE)


def test_an_unknown_kind_is_refused(registry: CollectorRegistry) -> None:
    kind: Any = "inputs"
    with pytest.raises(ValueError, match="one of input, prediction, label"):
        detector(registry).report(feature="amount", score=0.1, threshold=0.2, kind=kind)


@pytest.mark.parametrize("missing", ["model", "name"])
def test_a_detector_has_a_name_and_a_model(registry: CollectorRegistry, missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        detector(registry, **{missing: ""})


def test_a_second_object_is_no_error_and_takes_the_place_of_the_first(registry: CollectorRegistry) -> None:
    detector(registry, reference_id="june")
    detector(registry, reference_id="july")
    assert {("psi", "fraud", "july"): 1} == samples_of(registry, INFO)


def test_another_detector_of_the_model_stays(registry: CollectorRegistry) -> None:
    detector(registry, reference_id="june")
    detector(registry, name="ks", reference_id="july")
    assert {("psi", "fraud", "june"), ("ks", "fraud", "july")} == set(samples_of(registry, INFO))


def test_a_metric_of_the_same_name_is_named_in_the_error(registry: CollectorRegistry) -> None:
    Gauge("ml_drift_score", "mine", registry=registry)
    with pytest.raises(ValueError, match="ml_drift_score is registered in this registry already"):
        detector(registry)


def test_registries_keep_apart(registry: CollectorRegistry) -> None:
    other = CollectorRegistry()
    detector(registry)
    detector(other, name="ks")
    assert ({("psi", "fraud")}, {("ks", "fraud")}) == (
        set(samples_of(registry, INFO)),
        set(samples_of(other, INFO)),
    )


def test_a_run_that_raises_is_not_stamped_and_keeps_what_was_told(registry: CollectorRegistry) -> None:
    watch = detector(registry)
    watch.report(feature="amount", score=0.1, threshold=0.2)
    with pytest.raises(RuntimeError), watch.run():
        raise RuntimeError
    assert (1, {}) == (len(samples_of(registry, SCORE)), samples_of(registry, LAST_RUN))


def test_a_run_forgets_what_it_did_not_report_again(registry: CollectorRegistry) -> None:
    watch = detector(registry)
    with watch.run():
        watch.report(feature="amount", score=0.1, threshold=0.2, samples=10)
        watch.report(feature="merchant", score=0.1, threshold=0.2, samples=10)
    with watch.run():
        watch.report(feature="amount", score=0.3, threshold=0.2)
    for metric in (SCORE, THRESHOLD):
        assert {("psi", "amount", "input", "fraud")} == set(samples_of(registry, metric))


def test_a_run_leaves_other_detectors_alone(registry: CollectorRegistry) -> None:
    watch = detector(registry)
    for each in (watch, detector(registry, name="ks")):
        each.report(feature="amount", score=0.1, threshold=0.2)
    with watch.run():
        pass
    assert {("ks", "amount", "input", "fraud")} == set(samples_of(registry, SCORE))


def test_after_a_run_that_raised_the_next_one_still_forgets(registry: CollectorRegistry) -> None:
    watch = detector(registry)
    watch.report(feature="amount", score=0.1, threshold=0.2)
    with pytest.raises(RuntimeError), watch.run():
        raise RuntimeError
    with watch.run():
        pass
    assert {} == samples_of(registry, SCORE)


def test_a_run_is_stamped_with_the_time_it_ended(registry: CollectorRegistry) -> None:
    before = datetime.now(UTC).timestamp()
    with detector(registry).run():
        pass
    assert before <= samples_of(registry, LAST_RUN)["psi", "fraud"]


@pytest.mark.parametrize("at", [1_790_000_000, datetime.fromtimestamp(1_790_000_000, UTC)])
def test_a_time_may_be_given(registry: CollectorRegistry, at: Any) -> None:
    detector(registry).completed(at)
    assert {("psi", "fraud"): 1_790_000_000} == samples_of(registry, LAST_RUN)


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (1_790_000_000_000, "milliseconds"),
        (datetime(2026, 9, 30), "no time zone"),  # noqa: DTZ001 that is the point
        (math.nan, "finite"),
    ],
)
def test_a_time_that_misleads_is_refused(registry: CollectorRegistry, at: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        detector(registry).completed(at)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_smaller_p_value_is_never_a_smaller_score(one: float, other: float) -> None:
    assert (one <= other) <= (from_p_value(one) >= from_p_value(other))


@given(st.floats(0, 1))
def test_a_p_value_becomes_a_score_that_may_be_reported(p_value: float) -> None:
    registry = CollectorRegistry()
    detector(registry).report(feature="x", score=from_p_value(p_value), threshold=from_p_value(0.05))
    assert [1 - p_value] == list(samples_of(registry, SCORE).values())


@pytest.mark.parametrize("p_value", [-0.1, 1.1, math.nan])
def test_what_is_no_p_value_is_refused(p_value: float) -> None:
    with pytest.raises(ValueError, match="no p-value"):
        from_p_value(p_value)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_the_hash_does_not_depend_on_the_order_of_keys(config: dict[str, object]) -> None:
    assert config_hash(config) == config_hash(dict(reversed(config.items())))


def test_the_hash_is_the_same_in_every_process() -> None:
    assert "0edb661c418b" == config_hash({"bins": 10, "features": ["amount", "merchant"]})


def test_another_configuration_has_another_hash() -> None:
    assert config_hash({"bins": 10}) != config_hash({"bins": 11})


@pytest.mark.parametrize("config", [{"fn": print}, {"x": math.nan}, {"x": {1, 2}}])
def test_a_configuration_whose_hash_might_change_by_itself_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no JSON"):
        config_hash(config)
