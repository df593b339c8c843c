"""A preset of each kind, compiled: silent while its system is well, and paging when it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pytest

from slo_compiler.emitters import prometheus
from slo_compiler.rules import names
from tests.compiling import defaults, program_of, slo, spec
from tests.conftest import prometheus_of
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import PROMETHEUS_2_42, PROMETHEUS_3_5
from tests.oracles.ruletest import run_rule_tests
from tests.presets.examples import OWNERS

WELL, ILL = 240, 80
"""How many scrapes, each half a minute after the other: two hours, and forty minutes more."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter, by how much it grows between two scrapes, or a gauge, by its value: first well, then ill."""

    series: str
    well: float
    ill: float
    gauge: bool = False

    def as_input(self) -> dict[str, str]:
        if self.gauge:
            return {"series": self.series, "values": f"{self.well}x{WELL} {self.ill}x{ILL}"}
        reached = self.well * WELL
        return {
            "series": self.series,
            "values": f"0+{self.well}x{WELL} {reached + self.ill}+{self.ill}x{ILL}",
        }


VLLM: Final = 'engine="0", model_name="llm", instance="a"'
TRITON: Final = 'model="llm", version="1", instance="a"'
CRONJOB: Final = 'namespace="prod", cronjob="features"'
REPLICA: Final = 'application="a", deployment="Scorer", replica="r1"'
FINISHED: Final = "vllm:request_success_total"
TTFT: Final = "vllm:time_to_first_token_seconds"

CASES: Final[dict[str, tuple[dict[str, Any], list[Counted]]]] = {
    "ratio": (
        {"preset": "vllm/engine-errors", "model_name": "llm"},
        [
            Counted(f'{FINISHED}{{finished_reason="stop", {VLLM}}}', 100, 60),
            Counted(f'{FINISHED}{{finished_reason="error", {VLLM}}}', 0, 40),
        ],
    ),
    "latency": (
        {"preset": "vllm/time-to-first-token", "model_name": "llm", "threshold": "1s"},
        [
            Counted(f'{TTFT}_bucket{{le="1.0", {VLLM}}}', 100, 60),
            Counted(f'{TTFT}_bucket{{le="+Inf", {VLLM}}}', 100, 100),
            Counted(f"{TTFT}_count{{{VLLM}}}", 100, 100),
        ],
    ),
    "events": (
        {"preset": "triton/availability", "model": "llm"},
        [
            Counted(f"nv_inference_request_success{{{TRITON}}}", 100, 60),
            Counted(f'nv_inference_request_failure{{reason="BACKEND", {TRITON}}}', 0, 40),
            Counted(f'nv_inference_request_failure{{reason="CANCELED", {TRITON}}}', 40, 40),
        ],
    ),
    "freshness": (
        {"preset": "kube-state-metrics/cronjob-freshness", "cronjob": "features", "max_age": "1h"},
        # The time of a test begins at 0: the last success is at that time, and younger than an hour until 1h.
        [Counted(f"kube_cronjob_status_last_successful_time{{{CRONJOB}}}", 7200, 0, gauge=True)],
    ),
    "probe": (
        {"preset": "ray-serve/replica-health", "deployment": "Scorer"},
        [Counted(f"ray_serve_deployment_replica_healthy{{{REPLICA}}}", 1, 0, gauge=True)],
    ),
    "guardrail": (
        {"preset": "litellm/guardrail-availability", "guardrail_name": "shield"},
        [
            Counted('litellm_guardrail_requests_total{guardrail_name="shield", status="success"}', 60, 60),
            Counted('litellm_guardrail_requests_total{guardrail_name="shield", status="intervened"}', 40, 0),
            Counted('litellm_guardrail_requests_total{guardrail_name="shield", status="error"}', 0, 40),
        ],
    ),
    "threshold": (
        {"preset": "vllm/progress", "model_name": "llm"},
        [
            Counted(f"vllm:num_requests_running{{{VLLM}}}", 4, 4, gauge=True),
            Counted(f"vllm:generation_tokens_total{{{VLLM}}}", 900, 0),
        ],
    ),
}


@pytest.fixture(params=(PROMETHEUS_2_42, PROMETHEUS_3_5), ids=lambda release: release.name)
def oldest_and_newest(request: pytest.FixtureRequest) -> Prometheus:
    return prometheus_of(request.param)


@pytest.mark.parametrize(("indicator", "counted"), CASES.values(), ids=CASES)
def test_it_is_silent_and_then_pages(
    oldest_and_newest: Prometheus, indicator: dict[str, Any], counted: list[Counted]
) -> None:
    _assert_silent_and_then_paging(oldest_and_newest, indicator, counted)


DURATION: Final = "gen_ai.client.operation.duration_seconds"
ASKED: Final = '"gen_ai.request.model"="gpt", instance="a"'


@pytest.mark.parametrize(
    ("indicator", "counted"),
    [
        (
            {"preset": "otel-genai/client-availability", "request_model": "gpt"},
            [
                Counted(f'{{"{DURATION}_count", {ASKED}}}', 100, 60),
                Counted(f'{{"{DURATION}_count", "error.type"="timeout", {ASKED}}}', 0, 40),
            ],
        ),
        (
            {"preset": "otel-genai/client-latency", "request_model": "gpt", "threshold": "1.28s"},
            [
                Counted(f'{{"{DURATION}_bucket", le="1.28", {ASKED}}}', 100, 60),
                Counted(f'{{"{DURATION}_count", {ASKED}}}', 100, 100),
            ],
        ),
    ],
    ids=["ratio", "latency"],
)
def test_with_dots_in_its_names_it_is_silent_and_then_pages(
    prometheus_3_5: Prometheus, indicator: dict[str, Any], counted: list[Counted]
) -> None:
    dotted = {**indicator, "translation": "NoUTF8EscapingWithSuffixes"}
    _assert_silent_and_then_paging(prometheus_3_5, dotted, counted, target="prometheus-3.5")


def _assert_silent_and_then_paging(
    oracle: Prometheus, indicator: dict[str, Any], counted: list[Counted], target: str = "prometheus-2.42"
) -> None:
    asked = spec("llm", slo("it", objective="99%", indicator=indicator), owners=OWNERS)
    program = program_of(asked, defaults=defaults(target=target))
    (artifact,) = prometheus.emit(program)
    page = f'count by (alertname) (ALERTS{{alertname="{names.burn_alert("fast")}", alertstate="firing"}})'
    ever = "count_over_time(ALERTS{alertstate='firing'}[119m])"
    test = {
        "interval": "30s",
        "input_series": [each.as_input() for each in counted],
        "promql_expr_test": [
            {"expr": ever, "eval_time": "2h", "exp_samples": []},
            {
                "expr": page,
                "eval_time": "2h35m",
                "exp_samples": [
                    {"labels": f'{{alertname="{names.burn_alert("fast")}"}}', "value": 1},
                ],
            },
        ],
    }
    tests = {"evaluation_interval": "30s", "tests": [test]}
    ok, output = run_rule_tests(oracle, {"slo.rules.yaml": artifact.text}, tests)
    assert ok, output
