"""What the metrics of a service with a model are, by how it is: requests, engines, labels, drift, versions.

This is the one generator of them: the exporter of the demo counts them up as time goes by, and the tests and
the measurement of triage write a past of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from slo_compiler.demo.state import COUNTRIES, DAY, FEATURES, PODS, State
from slo_compiler.model import contract

SERVICE: Final = "scorer"
"""Its name, which is that of its model and of its job."""

TRAFFIC: Final = 20.0
"""Requests a second, of all pods."""


class Exposed(NamedTuple):
    """A series: the value that a gauge has, or what is added to a counter."""

    metric: str
    labels: dict[str, str]
    value: float
    counts: bool = False
    """Whether the value is added."""


def exposed(state: State, refreshed: float, seconds: float) -> Iterator[Exposed]:
    """All series of the service.

    Args:
        state: how it is.
        refreshed: when the pipeline succeeded last, in seconds since 1970.
        seconds: the time for which counters go on.
    """
    requests = TRAFFIC * seconds * state.traffic
    yield from _requests(requests, state)
    for pod in PODS:
        yield from _of_pod(pod, requests / len(PODS), seconds, state)
    scale = {"horizontalpodautoscaler": SERVICE}
    yield Exposed("kube_horizontalpodautoscaler_status_desired_replicas", scale, len(PODS) + len(state.ready))
    yield from _guardrail(requests, state)
    yield from _of_labels(requests, state)
    yield Exposed(contract.PIPELINE_LAST_SUCCESS, {"pipeline": "features"}, refreshed)
    yield from _of_model(state)
    yield from _of_detector(state)


def _requests(requests: float, state: State) -> Iterator[Exposed]:
    for code, share in (("200", 1 - state.errors), ("503", state.errors)):
        yield Exposed("http_requests_total", {"job": SERVICE, "code": code}, requests * share, counts=True)


def _of_pod(pod: str, requests: float, seconds: float, state: State) -> Iterator[Exposed]:
    of = {"job": SERVICE, "pod": pod}
    fast = requests * (1 - state.slow.get(pod, 0.001))
    yield Exposed("http_request_duration_seconds_bucket", {**of, "le": "0.25"}, fast, counts=True)
    yield Exposed("http_request_duration_seconds_bucket", {**of, "le": "+Inf"}, requests, counts=True)
    yield Exposed("http_request_duration_seconds_count", of, requests, counts=True)
    yield Exposed("kube_pod_status_ready_time", of, state.ready.get(pod, state.at - DAY))
    yield Exposed("kube_pod_container_status_restarts_total", of, 0.0, counts=True)
    engine = {**of, "instance": pod}
    worked_off = 0.0 if pod in state.stalled else 16.0 * seconds
    yield Exposed("engine_requests_running", engine, 5.0)
    yield Exposed("engine_tokens_total", engine, worked_off, counts=True)


def _guardrail(requests: float, state: State) -> Iterator[Exposed]:
    of = {"guardrail": "notes", "origin": "user", "phase": "input"}
    shares = {"allow": 0.99 - state.unguarded * 0.99, "block": 0.01 * (1 - state.unguarded)}
    for action, share in {**shares, "error": 0.0, "fail_open": state.unguarded}.items():
        yield Exposed(contract.GUARDRAIL_CHECKS, {**of, "action": action}, requests * share, counts=True)


def _of_labels(requests: float, state: State) -> Iterator[Exposed]:
    model, judged = {"model": SERVICE}, requests * state.judged
    yield Exposed(contract.PREDICTIONS, model, requests, counts=True)
    yield Exposed(contract.LABELS_JOINED, model, judged, counts=True)
    for country in COUNTRIES:
        bad = state.bad_of.get(country, state.bad)
        for verdict, share in (("bad", bad), ("good", 1 - bad)):
            of = {**model, "slice": country, "verdict": verdict}
            yield Exposed(contract.QUALITY_EVALUATIONS, of, judged / len(COUNTRIES) * share, counts=True)


def _of_model(state: State) -> Iterator[Exposed]:
    version = {"model": SERVICE, "model_version": state.version}
    yield Exposed(contract.MODEL_DEPLOYED, version, state.deployed)
    yield Exposed(contract.MODEL_INFO, version, 1.0)


def _of_detector(state: State) -> Iterator[Exposed]:
    detector = {"model": SERVICE, "detector": "ks"}
    yield Exposed(contract.DETECTOR_INFO, {**detector, "detector_version": state.detector}, 1.0)
    yield Exposed(contract.DETECTOR_LAST_RUN, detector, state.at)
    for feature in (*FEATURES, "label"):
        kind = "label" if feature == "label" else "input"
        score = state.mix if kind == "label" else state.scores.get(feature, 0.3)
        of = {**detector, "feature": feature, "kind": kind}
        yield Exposed(contract.DRIFT_SCORE, of, score)
        yield Exposed(contract.DRIFT_THRESHOLD, of, 1.0)
