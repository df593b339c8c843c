"""Evidence that is missing is told of by its name, on real servers; silence first."""

from __future__ import annotations

from typing import Final

from tests.compiling import drift, ml_spec, program_of, quality, slo
from tests.engine.batches import MINUTELY, Case, assert_all_firing, signals_alone
from tests.oracles.prometheus import Prometheus

SHIELD: Final = {"guardrail": {"name": "shield", "traffic": "requests_total"}}
COLD: Final = {"ready": "ready_time", "restarts": "restarts_total"}
LATENCY: Final = {"latency": {"histogram": "h", "threshold": 1}}

SPEC: Final = ml_spec(
    "llm",
    quality(indicator={"quality": {"labels": {"lag": "1h"}}}),
    slo("shield", indicator=SHIELD),
    slo("latency", indicator=LATENCY),
    drift=[drift(score="psi", threshold=0.2, detector="detector_info", last_run="last_run")],
    deployed='deployed{model="llm"}',
    guards={"cold_start": COLD, "label_lag": {"joined": "joined_total", "predictions": "made_total"}},
    serving={
        "running": "running",
        "progress": "tokens_total",
        "replicas": "wanted",
        "waiting": "waiting",
        "utilisation": "busy",
        "queue_time": "queue_sum",
        "total_time": "e2e_sum",
    },
)
PROGRAM: Final = signals_alone(program_of(SPEC, defaults=MINUTELY), "llm:telemetry")

EVIDENCE: Final = {
    "serving.running": 'running{pod="a"}',
    "serving.progress": "tokens_total",
    "serving.replicas": "wanted",
    "serving.waiting": "waiting",
    "serving.utilisation": "busy",
    "serving.queue_time": "queue_sum",
    "serving.total_time": "e2e_sum",
    "deployed": 'deployed{model="llm", model_version="7"}',
    "inputs.detector": "detector_info",
    "inputs.last_run": "last_run",
    "guards.label_lag.joined": "joined_total",
    "guards.label_lag.predictions": "made_total",
    "guards.cold_start.ready": "ready_time",
    "guards.cold_start.restarts": "restarts_total",
    "shield.traffic": "requests_total",
}
ALL: Final = dict.fromkeys(EVIDENCE.values(), "0x90")


def case(what: str, series: dict[str, str], firing: dict[int, list[str]]) -> Case:
    return Case(what, series, firing, by="ml_evidence")


SILENT: Final = [
    case("all is there, and all of it is zero", ALL, {1: [], 20: [], 89: []}),
    case("all is there but for ten minutes", dict.fromkeys(ALL, "0x20 _x10 0x60"), {29: [], 40: [], 80: []}),
    case(
        "one series of several is gone, as when a replica is",
        {**ALL, 'running{pod="b"}': "0x20 stale"},
        {60: [], 80: []},
    ),
]
NEVER_THERE: Final = [
    case(f"no {name}", {each: values for each, values in ALL.items() if each != series}, {14: [], 16: [name]})
    for name, series in EVIDENCE.items()
]
GONE: Final = [
    case(
        f"{name} goes and comes back",
        {**ALL, series: "0x30 _x40 0x20"},
        {48: [], 53: [name], 70: [name], 80: []},
    )
    for name, series in list(EVIDENCE.items())[:2]
]
NOTHING: Final = case("nothing is there", {}, {14: [], 16: sorted(EVIDENCE)})


def test_missing_evidence_is_told_of_by_name(oldest_and_newest: Prometheus) -> None:
    assert_all_firing(oldest_and_newest, PROGRAM, [*SILENT, *NEVER_THERE, *GONE, NOTHING])
