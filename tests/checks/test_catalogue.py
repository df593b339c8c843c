"""What the catalogue knows against metrics, and where it has nothing to say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compiling import checks_of, compile_specs, found_by, slo, spec

OWNERS = {"serving": "platform", "model": "platform"}


def checks(indicator: dict[str, Any], systems: dict[str, str] | None = None) -> list[str]:
    """The checks that warn of an indicator, beside an SLO that counts failures."""
    slos = (slo(), slo("it", objective="99%", indicator=indicator))
    return checks_of(compile_specs(spec("shop", *slos, owners=OWNERS, systems=systems or {})))


def ratio(bad: str, total: str = "vllm:request_success_total") -> dict[str, Any]:
    return {"ratio": {"bad": bad, "total": total}}


def gauge(expression: str) -> dict[str, Any]:
    return {"threshold": {"gauge": expression, "at_most": 1}}


def latency(histogram: str, threshold: Any = "1s", **more: Any) -> dict[str, Any]:
    return {"latency": {"histogram": histogram, "threshold": threshold, **more}}


@pytest.mark.parametrize(
    "indicator",
    [
        ratio("my_errors_total", "my_requests_total"),
        ratio('vllm:request_success_total{finished_reason="error"}'),
        ratio('http_requests_total{code="500"}', "http_requests_total"),
        gauge("rate(vllm:generation_tokens_total[5m])"),
        gauge("vllm:num_requests_waiting"),
        ratio("tgi_request_failure", "tgi_request_count"),
        latency("tgi_request_duration", 0.7481827642679213),
        latency(":tensorflow:serving:request_latency", 1274820),
        gauge("sum_over_time(aws_bedrock_guardrails_invocations_sum[1h])"),
        latency("http_server_request_duration_seconds", "777ms"),
        gauge("vllm:time_to_first_token_seconds_sum / vllm:time_to_first_token_seconds_count"),
        gauge('nv_inference_request_summary_us{quantile="0.99"}'),
        latency("vllm:time_to_first_token_seconds"),
        latency("vllm:time_to_first_token_seconds", "777ms", type="native"),
        latency("my_seconds", "777ms"),
    ],
    ids=str,
)
def test_it_is_silent_of(indicator: dict[str, Any]) -> None:
    assert [] == checks(indicator)


@pytest.mark.parametrize(
    ("indicator", "check"),
    [
        (ratio("vllm:request_failure_total"), "catalogue/never-existed"),
        (ratio("vllm:num_preemptions"), "catalogue/never-existed"),
        (ratio("nv_inference_request_failure_total", "nv_inference_count"), "catalogue/never-existed"),
        (ratio("vllm:kv_cache_usage_perc"), "catalogue/type"),
        (ratio("nv_inference_request_summary_us"), "catalogue/type"),
        (gauge("sum(increase(vllm:num_requests_running[5m]))"), "catalogue/type"),
        (gauge("vllm:generation_tokens_total"), "catalogue/type"),
        (latency("nv_inference_request_duration_us"), "catalogue/type"),
        (latency("nv_inference_request_summary_us"), "catalogue/type"),
        (latency("tgi_request"), "catalogue/type"),
        (ratio("resource_manager_workflow_runs_failed", "my_total"), "catalogue/type"),
        (ratio("aws_bedrock_guardrails_invocation_throttles_sum", "my_total"), "catalogue/type"),
        (gauge("ray_serve_num_http_error_requests"), "catalogue/removed"),
        (ratio("inference_model_request_error_total", "my_total"), "catalogue/removed"),
        (ratio("feast_materialization_total", "my_total"), "catalogue/never-existed"),
        (latency("model_infer_request_duration"), "catalogue/type"),
        (latency(":tensorflow:serving:request_latency", "250ms"), "catalogue/bucket"),
        (latency("vllm:time_to_first_token_seconds", "900ms"), "catalogue/bucket"),
        (latency("nv_inference_first_response_histogram_ms", 501), "catalogue/bucket"),
        (gauge("vllm:gpu_cache_usage_perc"), "catalogue/removed"),
        (latency("vllm:time_per_output_token_seconds", "50ms"), "catalogue/removed"),
    ],
    ids=str,
)
def test_it_warns_of(indicator: dict[str, Any], check: str) -> None:
    assert [check] == checks(indicator)


@pytest.mark.parametrize(
    ("release", "metric", "expected"),
    [
        ("0.8", "vllm:gpu_cache_usage_perc", []),
        ("0.8", "vllm:kv_cache_usage_perc", ["catalogue/release"]),
        ("0.10.2", "vllm:gpu_cache_usage_perc", []),
        ("0.11", "vllm:gpu_cache_usage_perc", ["catalogue/release"]),
        ("0.11", "vllm:kv_cache_usage_perc", []),
    ],
)
def test_a_declared_release_is_held_to_its_names(release: str, metric: str, expected: list[str]) -> None:
    assert expected == checks(gauge(metric), {"vllm": release})


@pytest.mark.parametrize(
    ("metric", "meant"),
    [
        ("vllm:num_request_running", "vllm:num_requests_running"),
        ("vllm:kv_cache_usage_percent", "vllm:kv_cache_usage_perc"),
        ("vllm:time_to_first_tokens_seconds_count", "vllm:time_to_first_token_seconds"),
    ],
)
def test_a_misspelt_metric_of_a_declared_system_is_told_of(metric: str, meant: str) -> None:
    systems = {"vllm": "0.33", "litellm": "1.109"}
    asked = spec("shop", slo(), slo("it", objective="99%", indicator=gauge(f"{metric} * 1")), systems=systems)
    (told,) = found_by("catalogue/unknown", compile_specs(asked))
    assert f"the library knows no metric {metric} of vLLM 0.33" in told
    assert told.endswith(f"did you mean {meant}?")


@pytest.mark.parametrize(
    ("metric", "systems"),
    [
        ("vllm:num_request_running", {}),
        ("vllm:num_request_running", {"litellm": "1.109"}),
        ("vllm:a_metric_of_its_own", {"vllm": "0.33"}),
        ("my_running_requests", {"vllm": "0.33"}),
    ],
    ids=["no system is declared", "another system is", "it resembles none", "it is nobody's"],
)
def test_a_metric_that_may_be_anybody_s_is_left_alone(metric: str, systems: dict[str, str]) -> None:
    assert [] == checks(gauge(metric), systems)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"serving": {"replicas": "vllm:num_requests_waiting"}}, []),
        ({"serving": {"waiting": "vllm:generation_tokens_total"}}, ["catalogue/type"]),
        ({"serving": {"utilisation": "vllm:gpu_cache_usage_perc"}}, ["catalogue/release"]),
        ({"serving": {"replicas": "vllm:gpu_cache_usage_perc"}}, ["catalogue/release"]),
        (
            {"serving": {"running": "vllm:num_requests_running", "progress": "vllm:generation_tokens"}},
            ["catalogue/never-existed"],
        ),
        (
            {"serving": {"running": "vllm:generation_tokens_total", "progress": "vllm:num_requests_running"}},
            ["catalogue/type", "catalogue/type"],
        ),
        (
            {"serving": {"queue_time": "vllm:num_requests_waiting", "total_time": "busy_seconds_total"}},
            ["catalogue/type"],
        ),
        ({"deployed": "vllm:prompt_tokens_total"}, ["catalogue/type"]),
        (
            {"drift": [{"name": "d", "score": "vllm:gpu_cache_usage_perc", "threshold": 1}]},
            ["catalogue/release"],
        ),
    ],
    ids=str,
)
def test_what_is_watched_beside_slos_is_held_to_it_too(keys: dict[str, Any], expected: list[str]) -> None:
    owners = {"serving": "platform", "model": "platform", "data": "platform"}
    asked = spec("shop", slo(), owners=owners, systems={"vllm": "0.12"}, **keys)
    assert expected == checks_of(compile_specs(asked))


def test_the_further_counters_of_a_guardrail_are_held_to_it_too() -> None:
    guardrail = {
        "bad": "bad_total",
        "total": "all_total",
        "traffic": "vllm:num_preemptions",
        "fail_open": "vllm:num_requests_running",
        "blocked": "vllm:kv_cache_usage_perc",
    }
    expected = ["catalogue/never-existed", "catalogue/type", "catalogue/type"]
    assert expected == checks({"guardrail": guardrail})


def test_each_use_in_an_expression_is_told_where_it_stands() -> None:
    indicator = gauge("vllm:gpu_cache_usage_perc > 0.9 or vllm:gpu_cache_usage_perc")
    compilation = compile_specs(spec("shop", slo(), slo("it", objective="99%", indicator=indicator)))
    places = [told.partition(": ")[0] for told in found_by("catalogue/removed", compilation)]
    assert 2 == len(set(places))


TTFT = latency("vllm:time_to_first_token_seconds")


def alone_with(*others: dict[str, Any]) -> list[str]:
    """The checks on a latency SLO of successful requests, and other SLOs beside it."""
    slos = (slo("it", objective="99%", indicator=TTFT), *others)
    return checks_of(compile_specs(spec("shop", *slos, owners=OWNERS)))


def test_latency_of_survivors_alone_is_told_of() -> None:
    assert ["catalogue/success-only"] == alone_with()


def test_an_slo_on_another_surface_does_not_count_failures() -> None:
    assert ["catalogue/success-only"] == alone_with(slo("other", surface="model"))


@pytest.mark.parametrize("indicator", [{"probe": "up"}, {"preset": "vllm/http-availability"}], ids=str)
def test_beside_an_slo_that_counts_failures_it_is_fine(indicator: dict[str, Any]) -> None:
    assert [] == alone_with(slo("other", indicator=indicator))


def test_the_failures_have_to_be_counted_in_the_same_service() -> None:
    compilation = compile_specs(spec("shop", slo("it", objective="99%", indicator=TTFT)), spec("other"))
    assert ["catalogue/success-only"] == checks_of(compilation)
