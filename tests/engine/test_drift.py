"""What real servers make of drift: silence first, then exactly one of three alerts, whatever quality says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from slo_compiler.rules.program import Program
from tests.compiling import drift, ml_spec, program_of, slo
from tests.engine.ml import MINUTELY, assert_firing, assert_value, signal_alone
from tests.oracles.prometheus import Prometheus


def drift_alone(**keys: Any) -> Program:
    """The rules of one drift, with no guard but those it is asked for."""
    guards = {"detector_moved": False, "spec_moved": False, "seasonality": False}
    program = program_of(ml_spec("scorer", drift=[drift(**keys)], guards=guards), defaults=MINUTELY)
    return signal_alone(program, "scorer:inputs")


DRIFT: Final = drift_alone()
SCORE: Final = 'ml_drift_score{model="scorer", kind="input", feature="amount", instance="a"}'
THRESHOLD: Final = SCORE.replace("_score", "_threshold")
LAST_RUN: Final = 'ml_detector_last_run_timestamp_seconds{model="scorer"}'
RUNNING: Final = {LAST_RUN: "0+60x600"}


def scores(score: str, threshold: str = "0.2x600", **features: str) -> dict[str, str]:
    """Those of one feature, and of others by their names."""
    others = {SCORE.replace("amount", feature): values for feature, values in features.items()}
    limits = {series.replace("_score", "_threshold"): "0.2x600" for series in others}
    return {SCORE: score, THRESHOLD: threshold, **others, **limits, **RUNNING}


def judged(bad: float, of: float) -> dict[str, str]:
    """What the quality SLO has recorded of the last hour."""
    return {
        'slo:errors:increase1h{slo_id="scorer:quality"}': f"{bad}x600",
        'slo:events:increase1h{slo_id="scorer:quality"}': f"{of}x600",
    }


NO_NUMBER: Final = "NaN " * 300
GONE: Final[Mapping[str, str]] = {}
INTACT: Final = judged(10, 10_000)
BREACHED: Final = judged(300, 10_000)

SILENT: Final = {
    "no drift": scores("0.19x600"),
    "a score just at its threshold": scores("0.2x600"),
    "drift that goes within five minutes": scores("0.1x30 0.5x3 0.1x600"),
}


@pytest.mark.parametrize("quality", [GONE, INTACT, BREACHED], ids=["unknown", "intact", "breached"])
@pytest.mark.parametrize("series", [pytest.param(each, id=what) for what, each in SILENT.items()])
def test_without_drift_nothing_fires(
    oldest_and_newest: Prometheus, series: dict[str, str], quality: Mapping[str, str]
) -> None:
    silence: dict[int, list[str]] = {minute: [] for minute in (20, 33, 36, 40, 90)}
    assert_firing(oldest_and_newest, DRIFT, {**series, **quality}, silence)


CLASSES: Final = {
    "quality is intact": (INTACT, "DriftVirtual"),
    "quality burns at a rate just below 1": (judged(99, 10_000), "DriftVirtual"),
    "a few bad predictions of a few": (judged(1, 30), "DriftVirtual"),
    "quality is breached": (BREACHED, "DriftReal"),
    "all predictions are bad": (judged(10_000, 10_000), "DriftReal"),
    "more errors than events, as extrapolation gives": (judged(101, 100), "DriftReal"),
    "few predictions, and nearly all bad": (judged(9, 10), "DriftReal"),
    "nothing was judged, 0 of 0": (judged(0, 0), "DriftUnclassified"),
    "quality is not recorded": (GONE, "DriftUnclassified"),
    "quality is no number": (dict.fromkeys(INTACT, NO_NUMBER), "DriftUnclassified"),
}


@pytest.mark.parametrize(
    ("quality", "alert"), [pytest.param(*each, id=what) for what, each in CLASSES.items()]
)
def test_drift_is_one_of_three(oldest_and_newest: Prometheus, quality: Mapping[str, str], alert: str) -> None:
    series = {**scores("0.1x30 0.5x600"), **quality}
    assert_firing(oldest_and_newest, DRIFT, series, {34: [], 37: [alert], 90: [alert]})


def test_quality_that_burns_just_as_fast_as_it_may_is_breached(oldest_and_newest: Prometheus) -> None:
    """Behind a gauge there are no counts, so that its burn rate can be just 1: one alone is told."""
    accuracy = slo(
        "quality",
        objective="99%",
        indicator={"threshold": {"gauge": "accuracy", "at_least": 0.9}},
        surface="model",
    )
    guards = {"detector_moved": False, "spec_moved": False, "seasonality": False}
    program = program_of(ml_spec("scorer", accuracy, guards=guards), defaults=MINUTELY)
    series = {**scores("0.5x600"), 'slo:burn_rate:ratio{slo_id="scorer:quality"}': "1x600"}
    assert_firing(oldest_and_newest, signal_alone(program, "scorer:inputs"), series, {37: ["DriftReal"]})


def test_it_is_told_anew_when_quality_breaks(oldest_and_newest: Prometheus) -> None:
    breaking = {
        'slo:errors:increase1h{slo_id="scorer:quality"}': "10x60 500x600",
        'slo:events:increase1h{slo_id="scorer:quality"}': "10000x600",
    }
    expected = {50: ["DriftVirtual"], 67: ["DriftReal"]}
    assert_firing(oldest_and_newest, DRIFT, {**scores("0.5x600"), **breaking}, expected)


def test_a_replica_that_was_replaced_counts_once(oldest_and_newest: Prometheus) -> None:
    """For five minutes both are there; features are counted, not replicas."""
    replaced = {
        series.replace('instance="a"', f'instance="{instance}"'): values
        for instance, values in (("a", "0.5x60"), ("b", "_x58 0.5x600"))
        for series, values in {SCORE: values, THRESHOLD: values.replace("0.5", "0.2")}.items()
    }
    series = {**replaced, **RUNNING}
    assert_value(oldest_and_newest, DRIFT, series, "count without () (sum(ml:drift:ratio))", {59: 1})
    assert_value(oldest_and_newest, DRIFT, series, "count(ml:drift:ratio)", {50: 1, 59: 1, 80: 1})


BREADTHS: Final = {
    "one feature of three": (scores("0.5x600", merchant="0.1x600", country="0.1x600"), ["DriftVirtual"]),
    "both of two features": (scores("0.5x600", merchant="0.5x600"), ["DriftVirtual"]),
    "two features of three": (
        scores("0.5x600", merchant="0.5x600", country="0.1x600"),
        ["DriftBroad", "DriftVirtual"],
    ),
}


@pytest.mark.parametrize(
    ("series", "alerts"), [pytest.param(*each, id=what) for what, each in BREADTHS.items()]
)
def test_drift_of_many_features_is_a_broken_pipeline(
    oldest_and_newest: Prometheus, series: dict[str, str], alerts: list[str]
) -> None:
    assert_firing(oldest_and_newest, DRIFT, {**series, **INTACT}, {60: alerts})


def test_a_detector_that_runs_is_not_stale(oldest_and_newest: Prometheus) -> None:
    hourly = {LAST_RUN: " ".join(f"{3600 * hour}x59" for hour in range(6))}
    series = {**scores("0.1x600"), **hourly}
    assert_firing(oldest_and_newest, DRIFT, series, {minute: [] for minute in (59, 119, 239, 330)})


def test_a_detector_that_does_not_run_any_more_is_told_of(oldest_and_newest: Prometheus) -> None:
    """Its last score and the time of its last run stay where they are: it says for ever that all is well."""
    dead = {**scores("0.1x600"), LAST_RUN: "0x600"}
    assert_firing(oldest_and_newest, DRIFT, dead, {180: [], 190: ["DetectorStale"]})


def test_scores_that_are_gone_are_told_of(oldest_and_newest: Prometheus) -> None:
    gone = {SCORE: "0.1x60", THRESHOLD: "0.2x600", **RUNNING}
    assert_firing(oldest_and_newest, DRIFT, gone, {240: [], 260: ["DetectorStale"]})


NOTHING_TO_COMPARE: Final = {
    "scores that are no numbers": scores(NO_NUMBER),
    "thresholds that are no numbers": scores("0.5x600", NO_NUMBER),
    "scores without a threshold": {SCORE: "0.5x600", **RUNNING},
}


@pytest.mark.parametrize("series", [pytest.param(each, id=what) for what, each in NOTHING_TO_COMPARE.items()])
def test_scores_that_cannot_be_compared_are_as_good_as_none(
    oldest_and_newest: Prometheus, series: dict[str, str]
) -> None:
    assert_firing(oldest_and_newest, DRIFT, {**series, **BREACHED}, {4: [], 60: ["DetectorStale"]})


def test_the_drift_of_labels_is_told_as_such(oldest_and_newest: Prometheus) -> None:
    labels = {series.replace("input", "label"): values for series, values in scores("0.5x600").items()}
    for quality in (GONE, INTACT, BREACHED):
        assert_firing(
            oldest_and_newest, drift_alone(kind="label"), {**labels, **quality}, {60: ["DriftOfLabels"]}
        )
