"""What rules read beside SLOs, of guards, serving, guardrails and slices: each fault is found, alone."""

from __future__ import annotations

import functools
import re
from typing import Final

import pytest

from slo_compiler.rules.program import Program
from slo_compiler.verify.verify import verify
from tests.compiling import Document, drift, ml_spec, program_of, quality, slo
from tests.verify.test_verify import found_in, metrics_of

EXPOSITION: Final = """\
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{pod="a",namespace="ml",le="0.25"} 33
http_request_duration_seconds_bucket{pod="a",namespace="ml",le="+Inf"} 144
http_request_duration_seconds_sum{pod="a",namespace="ml"} 53.4
http_request_duration_seconds_count{pod="a",namespace="ml"} 144
# TYPE ml_quality_evaluations_total counter
ml_quality_evaluations_total{model="scorer",verdict="good",slice="eu"} 100
ml_quality_evaluations_total{model="scorer",verdict="bad",slice="eu"} 0
# TYPE ml_predictions_total counter
ml_predictions_total{model="scorer"} 200
# TYPE ml_labels_joined_total counter
ml_labels_joined_total{model="scorer"} 100
# TYPE ml_drift_score gauge
ml_drift_score{model="scorer",kind="input",feature="age",detector="ks"} 0.1
# TYPE ml_drift_threshold gauge
ml_drift_threshold{model="scorer",kind="input",feature="age",detector="ks"} 0.2
# TYPE ml_detector_info gauge
ml_detector_info{model="scorer",detector="ks",detector_version="1"} 1
# TYPE ml_detector_last_run_timestamp_seconds gauge
ml_detector_last_run_timestamp_seconds{model="scorer",detector="ks"} 1.8e+09
# TYPE ml_model_deployed_timestamp_seconds gauge
ml_model_deployed_timestamp_seconds{model="scorer"} 1.8e+09
# TYPE running gauge
running{engine="0"} 3
# TYPE tokens_total counter
tokens_total{engine="0"} 1000
# TYPE replicas gauge
replicas{deployment="scorer"} 3
# TYPE waiting gauge
waiting 0
# TYPE busy gauge
busy{gpu="0"} 0.5
# TYPE queue_seconds_total counter
queue_seconds_total 1
# TYPE inference_seconds_total counter
inference_seconds_total 10
# TYPE pod_ready_time gauge
pod_ready_time{pod="a",namespace="ml"} 1.8e+09
# TYPE pod_restarts_total counter
pod_restarts_total{pod="a",namespace="ml"} 0
# TYPE ml_guardrail_checks_total counter
ml_guardrail_checks_total{guardrail="pii",origin="user",action="allow"} 100
ml_guardrail_checks_total{guardrail="pii",origin="user",action="error"} 0
# TYPE requests_total counter
requests_total 100
"""


@functools.cache
def program() -> Program:
    return program_of(everything())


def found_of(text: str) -> list[str]:
    return [f"{found.check}: {found.message}" for found in verify(program(), metrics_of(text))]


def everything(**keys: object) -> Document:
    """A spec that reads all that there is to read."""
    latency = {"latency": {"histogram": "http_request_duration_seconds", "threshold": "250ms"}}
    judged = {"quality": {"labels": {"lag": "1h"}, "slices": ["slice"]}}
    return ml_spec(
        "scorer",
        slo("latency", objective="99%", indicator=latency),
        quality(indicator=judged),
        slo("guarded", indicator={"guardrail": {"name": "pii", "traffic": "requests_total"}}),
        **{
            "drift": [drift()],
            "deployed": "ml_model_deployed_timestamp_seconds",
            "serving": {
                "running": "running",
                "progress": "tokens_total",
                "by": ["engine"],
                "replicas": 'replicas{deployment="scorer"}',
                "waiting": "waiting",
                "utilisation": "busy",
                "queue_time": "queue_seconds_total",
                "total_time": "inference_seconds_total",
            },
            "guards": {"cold_start": {"ready": "pod_ready_time", "restarts": "pod_restarts_total"}},
            **keys,
        },
    )


def test_what_is_right_is_not_reported() -> None:
    assert found_of(EXPOSITION) == []


BLIND: Final = {
    "ml_drift_score": "this drift is never found",
    "ml_drift_threshold": "no score is ever above it, and this drift is never found",
    "ml_detector_info": "drift is never put down to a detector that moved",
    "ml_detector_last_run_timestamp_seconds": (
        "a detector that hangs is not told from one that finds nothing"
    ),
    "ml_model_deployed_timestamp_seconds": "bad quality is never put down to a deploy",
    "ml_predictions_total": "quality is never put down to labels that are late",
    "ml_labels_joined_total": "quality is never put down to labels that are late",
    "running": "no engine is ever found stalled",
    "tokens_total": "no engine is ever found stalled",
    "replicas": "the autoscaler is never found thrashing",
    "waiting": "how many requests wait is not known",
    "busy": "how busy the accelerators are is not known",
    "queue_seconds_total": "how much of the time requests wait is not known",
    "inference_seconds_total": "how much of the time requests wait is not known",
    "pod_ready_time": "slow requests are never put down to replicas that warm up",
    "pod_restarts_total": "slow requests are never put down to replicas that warm up",
    "requests_total": "nobody is told when requests go around the guardrail",
}


@pytest.mark.parametrize("metric", BLIND)
def test_a_metric_that_is_gone_is_told_with_what_goes_blind(metric: str) -> None:
    without = re.sub(rf"(?m)^(?:# TYPE )?{metric}[ {{].*\n", "", EXPOSITION)
    told = found_of(without)
    assert [each.partition("; did you mean")[0] for each in told] == [
        f"verify/metric: there is no metric {metric}: {BLIND[metric]}"
    ]


@pytest.mark.parametrize(
    ("sound", "faulty", "told"),
    [
        (
            'replicas{deployment="scorer"}',
            'replicas{deployment="scorer-v2"}',
            (
                "verify/value: no series of replicas has deployment='scorer'; there are scorer-v2: the "
                "autoscaler is never found thrashing; did you mean scorer-v2?"
            ),
        ),
        (
            'running{engine="0"}',
            'running{worker="0"}',
            (
                "verify/label: the series of running have no label engine: one engine that hangs would not "
                "be told from those that work; they have worker; or say --label engine=VALUE if Prometheus "
                "adds it"
            ),
        ),
        (
            'pod_ready_time{pod="a",namespace="ml"}',
            'pod_ready_time{pod="a",ns="ml"}',
            (
                "verify/label: the series of pod_ready_time have no label namespace: replicas that warm up "
                "would not be told from the others; they have pod, ns; or say --label namespace=VALUE if "
                "Prometheus adds it"
            ),
        ),
        (
            'ml_model_deployed_timestamp_seconds{model="scorer"} 1.8e+09',
            'ml_model_deployed_timestamp_seconds{model="scorer"} 1.8e+12',
            (
                "verify/unit: ml_model_deployed_timestamp_seconds is 1800000000000, which is no time in "
                "seconds since 1970 but looks like milliseconds: bad quality is never put down to a deploy; "
                "divide it where it is recorded"
            ),
        ),
        (
            "# TYPE tokens_total counter",
            "# TYPE tokens_total gauge",
            (
                "verify/type: tokens_total is a gauge, whose every decrease is taken for a restart and "
                "counted; name a counter"
            ),
        ),
        (
            "# TYPE waiting gauge",
            "# TYPE waiting counter",
            (
                "verify/type: waiting is a counter, which only ever grows: its value says how long the "
                "process has run"
            ),
        ),
        (
            ',origin="user",action="allow"} 100\nml_guardrail_checks_total{guardrail="pii",origin="user"',
            ',action="allow"} 100\nml_guardrail_checks_total{guardrail="pii"',
            (
                "verify/label: the series of ml_guardrail_checks_total have no label origin: far more "
                "blocks of one origin would be few among all; they have guardrail, action; or say --label "
                "origin=VALUE if Prometheus adds it"
            ),
        ),
        (
            'action="error"} 0',
            'action="error"} 0\nml_guardrail_checks_total{guardrail="pii",origin="user",action="blocked"} 0',
            (
                "verify/value: no series of ml_guardrail_checks_total has action='block'; there are allow, "
                "blocked, error: nobody is told when far more is blocked than usual; did you mean blocked?"
            ),
        ),
    ],
)  # fmt: skip
def test_a_fault_is_reported_and_nothing_else(sound: str, faulty: str, told: str) -> None:
    assert sound in EXPOSITION
    assert found_of(EXPOSITION.replace(sound, faulty)) == [told]


def test_slices_whose_label_is_not_there() -> None:
    told = found_of(EXPOSITION.replace(',slice="eu"', ""))
    assert [each.partition(": all slices")[0] for each in told] == [
        "verify/label: the series of ml_quality_evaluations_total have no label slice"
    ]


def test_too_many_slices() -> None:
    lines = "".join(
        f'ml_quality_evaluations_total{{model="scorer",verdict="bad",slice="{number}"}} 0\n'
        for number in range(100)
    )
    after = "# TYPE ml_quality_evaluations_total counter\n"
    (told,) = found_of(EXPOSITION.replace(after, after + lines))
    assert told.startswith("verify/cardinality: slices slice makes 101 groups: 505 recorded series")


def test_replicas_are_told_apart_on_the_series_of_the_slo_too() -> None:
    told = found_in(
        metrics_of(
            EXPOSITION.replace('{pod="a",namespace="ml",le', "{le").replace(
                'duration_seconds_count{pod="a",namespace="ml"}', "duration_seconds_count"
            )
        ),
        everything(),
    )
    assert [each.partition(": replicas")[0] for each in told] == [
        "verify/label: the series of http_request_duration_seconds_bucket have no label namespace",
        "verify/label: the series of http_request_duration_seconds_bucket have no label pod",
    ]  # fmt: skip


def test_a_guard_that_is_off_reads_nothing() -> None:
    off = {"detector_moved": False, "label_lag": False, "cold_start": False}
    without = re.sub(r"(?m)^(?:# TYPE )?(ml_detector_info|ml_labels_\w+|pod_\w+)[ {].*\n", "", EXPOSITION)
    assert found_in(metrics_of(without), everything(guards=off)) == []


def test_a_drift_that_is_told_apart_by_a_label_of_its_own() -> None:
    told = found_in(metrics_of(EXPOSITION), everything(drift=[drift(by=["feature", "country"])]))
    assert [each.partition(": all")[0] for each in told] == [
        "verify/label: the series of ml_drift_score have no label country"
    ]


def test_what_prometheus_itself_records_of_a_scrape_is_there() -> None:
    assert found_in(metrics_of(EXPOSITION), everything(serving={"waiting": "scrape_samples_scraped"})) == []
    probe = ml_spec("scorer", slo(indicator={"probe": 'up{job="scorer"}'}), drift=[])
    assert found_in(metrics_of(EXPOSITION), probe) == []
