"""A model behind an API as its series have it: well at all times, but for what is done to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from slo_compiler.demo.signals import SERVICE, Exposed, exposed
from slo_compiler.demo.state import DAY, HOUR, MINUTE, Change, State
from slo_compiler.rules import names
from slo_compiler.rules.program import Program
from tests.compiling import Document, defaults, ml_spec, program_of, slo
from tests.engine.remote_write import Sample, Written

ONE_PAGE: Final = {"tiers": [{"name": "fast", "severity": "page", "long": "1h", "budget": "2%"}]}
"""One tier that pages: more of them would only take longer."""

MOMENTS: Final = MINUTE
"""Between two scrapes."""


DEFAULTS: Final = defaults(scrape_interval="1m", evaluation_interval="1m")


def spec_of_scorer() -> Document:
    """The service: an SLO of each surface and kind of fault, drifts, engines, and all guards."""
    latency = {"latency": {"histogram": 'http_request_duration_seconds{job="scorer"}', "threshold": "250ms"}}
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
        serving={
            "running": 'engine_requests_running{job="scorer"}',
            "progress": 'engine_tokens_total{job="scorer"}',
        },
        guards={
            "cold_start": {
                "ready": "kube_pod_status_ready_time",
                "restarts": "kube_pod_container_status_restarts_total",
                "by": ["pod"],
            },
        },
    )


def scorer(spec: Document | None = None) -> Program:
    """What the service compiles to, or another spec of it."""
    return program_of(spec or spec_of_scorer(), defaults=DEFAULTS)


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
                state = event.change(state, event.begin)
        if state.refreshed and index % 10 == 0:
            refreshed = at
        up = Exposed("up", {"job": SERVICE}, float(state.up))
        for name, labels, value, counts in (up, *exposed(state, refreshed, MOMENTS)):
            key = (("__name__", name), *sorted(labels.items()))
            counted[key] = counted[key] + value if counts else value
            if name not in state.silent and (state.up or name == "up"):
                samples[key].append((at + 1, counted[key]))
    return [Written(dict(key), values) for key, values in samples.items()]


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
