"""A model behind an API as its series have it: well at all times, but for what is done to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, TypeAlias

from slo_compiler.rules import names
from slo_compiler.rules.program import Program
from tests.compiling import Document, defaults, ml_spec, program_of, slo
from tests.engine.remote_write import Sample, Written

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

ONE_PAGE: Final = {"tiers": [{"name": "fast", "severity": "page", "long": "1h", "budget": "2%"}]}
"""One tier that pages: more of them would only take longer."""

PODS: Final = ("a", "b", "c")
FEATURES: Final = ("age", "amount", "country", "device")
COUNTRIES: Final = ("de", "fr")
TRAFFIC: Final = 20.0
"""Requests a second, of all pods."""

MOMENTS: Final = MINUTE
"""Between two scrapes."""


DEFAULTS: Final = defaults(scrape_interval="1m", evaluation_interval="1m")


def spec_of_scorer() -> Document:
    """The service: an SLO of each surface and kind of fault, drifts, engines, and all guards."""
    latency = {"latency": {"histogram": 'seconds{job="scorer"}', "threshold": "250ms"}}
    quality = {"quality": {"labels": {"lag": "30m", "completeness": "80%"}, "slices": ["slice"]}}
    freshness = {
        "freshness": {
            "timestamp": 'ml_pipeline_last_success_timestamp_seconds{pipeline="features"}',
            "max_age": "30m",
        }
    }
    bad, total = 'http_requests_total{job="scorer", code=~"5.."}', 'http_requests_total{job="scorer"}'
    return ml_spec(
        "scorer",
        slo(alerting=ONE_PAGE, indicator={"ratio": {"bad": bad, "total": total}}),
        slo("latency", objective="99%", indicator=latency, alerting=ONE_PAGE),
        slo("freshness", objective="99%", surface="data", indicator=freshness, alerting=ONE_PAGE),
        slo("quality", objective="99%", indicator=quality, alerting=ONE_PAGE),
        drift=[{"name": "inputs", "quality": "quality"}, {"name": "mix", "kind": "label"}],
        deployed='ml_model_deployed_timestamp_seconds{model="scorer"}',
        serving={"running": 'running{job="scorer"}', "progress": 'tokens_total{job="scorer"}'},
        guards={
            "cold_start": {"ready": "pod_ready_time", "restarts": "pod_restarts_total", "by": ["pod"]},
        },
    )


def scorer(spec: Document | None = None) -> Program:
    """What the service compiles to, or another spec of it."""
    return program_of(spec or spec_of_scorer(), defaults=DEFAULTS)


@dataclass(frozen=True, slots=True)
class State:
    """How the service is at a moment; ``at`` is that moment, in seconds since 1970."""

    at: float
    errors: float = 0.0001
    """Of requests, the share that fails."""
    slow: dict[str, float] = field(default_factory=dict)
    """Of the requests of a pod, the share that is slow."""
    ready: dict[str, float] = field(default_factory=dict)
    """Since when a pod is ready, if it is a new one."""
    stalled: tuple[str, ...] = ()
    up: bool = True
    traffic: float = 1.0
    bad: float = 0.002
    """Of judged predictions, the share that is bad."""
    bad_of: dict[str, float] = field(default_factory=dict)
    """The same, of one slice."""
    judged: float = 1.0
    """Of predictions, the share whose labels come, in their time."""
    refreshed: bool = True
    """Whether the pipeline succeeds."""
    scores: dict[str, float] = field(default_factory=dict)
    mix: float = 0.2
    """The drift score of labels."""
    detector: str = "1"
    version: str = "1"
    deployed: float = 0.0
    silent: tuple[str, ...] = ()
    """Metrics that nobody exports."""


Change: TypeAlias = Callable[[State], State]


class Event(NamedTuple):
    """What is done to the service, from a moment to another, both in seconds since 1970."""

    begin: float
    end: float
    change: Change


def series_of(events: Sequence[Event], begin: float, end: float) -> list[Written]:
    """The series of the service as scraped between two moments."""
    samples: defaultdict[tuple[tuple[str, str], ...], list[Sample]] = defaultdict(list)
    counted: defaultdict[tuple[tuple[str, str], ...], float] = defaultdict(float)
    refreshed = begin
    for index in range(int((end - begin) // MOMENTS) + 1):
        at = begin + index * MOMENTS
        state = State(at, deployed=begin - 30 * DAY)
        for event in events:
            if event.begin <= at < event.end:
                state = event.change(state)
        if state.refreshed and index % 10 == 0:
            refreshed = at
        for name, labels, value, counts in _exposed(state, refreshed):
            key = (("__name__", name), *sorted(labels.items()))
            counted[key] = counted[key] + value if counts else value
            if name not in state.silent and (state.up or name == "up"):
                samples[key].append((at + 1, counted[key]))
    return [Written(dict(key), values) for key, values in samples.items()]


Exposed: TypeAlias = tuple[str, dict[str, str], float, bool]
"""A metric, its labels, its value or what is added to it, and whether it is added."""


def _exposed(state: State, refreshed: float) -> Iterator[Exposed]:
    job = {"job": "scorer"}
    requests = TRAFFIC * MOMENTS * state.traffic
    yield "up", job, float(state.up), False
    yield "http_requests_total", {**job, "code": "200"}, requests * (1 - state.errors), True
    yield "http_requests_total", {**job, "code": "503"}, requests * state.errors, True
    for pod in PODS:
        yield from _of_pod(pod, requests / len(PODS), state)
    yield from _of_labels(requests, state)
    yield "ml_pipeline_last_success_timestamp_seconds", {"pipeline": "features"}, refreshed, False
    version = {"model": "scorer", "model_version": state.version}
    yield "ml_model_deployed_timestamp_seconds", version, state.deployed, False
    yield "ml_model_info", version, 1.0, False
    detector = {"model": "scorer", "detector": "ks"}
    yield "ml_detector_info", {**detector, "detector_version": state.detector}, 1.0, False
    yield "ml_detector_last_run_timestamp_seconds", detector, state.at, False
    for feature in (*FEATURES, "label"):
        kind = "label" if feature == "label" else "input"
        score = state.mix if kind == "label" else state.scores.get(feature, 0.3)
        of = {**detector, "feature": feature, "kind": kind}
        yield "ml_drift_score", of, score, False
        yield "ml_drift_threshold", of, 1.0, False


def _of_pod(pod: str, requests: float, state: State) -> Iterator[Exposed]:
    of = {"job": "scorer", "pod": pod}
    slow = state.slow.get(pod, 0.001)
    yield "seconds_bucket", {**of, "le": "0.25"}, requests * (1 - slow), True
    yield "seconds_bucket", {**of, "le": "+Inf"}, requests, True
    yield "seconds_count", of, requests, True
    yield "pod_ready_time", of, state.ready.get(pod, state.at - DAY), False
    yield "pod_restarts_total", of, 0.0, True
    yield "running", {**of, "instance": pod}, 5.0, False
    yield "tokens_total", {**of, "instance": pod}, 0.0 if pod in state.stalled else 1000.0, True


def _of_labels(requests: float, state: State) -> Iterator[Exposed]:
    yield "ml_predictions_total", {"model": "scorer"}, requests, True
    yield "ml_labels_joined_total", {"model": "scorer"}, requests * state.judged, True
    for country in COUNTRIES:
        judged = requests * state.judged / len(COUNTRIES)
        bad = state.bad_of.get(country, state.bad)
        of = {"model": "scorer", "slice": country}
        yield "ml_quality_evaluations_total", {**of, "verdict": "bad"}, judged * bad, True
        yield "ml_quality_evaluations_total", {**of, "verdict": "good"}, judged * (1 - bad), True


def usual_of(event: Event, scores: Mapping[str, float]) -> list[Written]:
    """The drift that was recorded around the same hours in each of the three weeks before."""
    identity = {"service": "scorer", "ml_signal": "inputs", "ml_signal_id": "scorer:inputs"}
    times = [
        at - week * 7 * DAY
        for week in (3, 2, 1)
        for at in _stepped(event.begin - HOUR, event.end + HOUR, 5 * MINUTE)
    ]
    return [
        Written({"__name__": names.DRIFT, "feature": feature, **identity}, [(at, score) for at in times])
        for feature, score in scores.items()
    ]


def _stepped(begin: float, end: float, step: float) -> list[float]:
    return [begin + step * index for index in range(int((end - begin) // step) + 1)]


def changed(**what: object) -> Change:
    """A change of some of how the service is."""
    return lambda state: replace(state, **what)  # type: ignore[arg-type]
