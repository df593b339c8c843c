"""What a preset's parameters make of it, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from slo_compiler.model.indicator import AtMost, Events, Guardrail, Indicator, Latency, Ratio, Threshold
from slo_compiler.model.role import Role
from slo_compiler.rules.selecting import bucket_matcher
from tests.compiling import checks_of, compile_specs, defaults, found_by, program_of, slo, spec
from tests.presets.examples import OWNERS

NOBODY_TOLD = "owner/no-receivers"


def indicator_of(preset: str, *, systems: dict[str, str] | None = None, **parameters: Any) -> Indicator:
    use = slo("it", objective="99%", indicator={"preset": preset, **parameters})
    (lowered,) = program_of(spec("shop", use, owners=OWNERS, systems=systems or {})).slos
    return lowered.plan.slo.indicator


def refused(preset: str, **parameters: Any) -> list[str]:
    """What is found fault with, without the place."""
    use = slo("it", objective="99%", indicator={"preset": preset, **parameters})
    compilation = compile_specs(spec("shop", use, owners=OWNERS))
    assert compilation.program is None
    return [found.message for found in compilation.diagnostics if found.check.startswith("preset/")]


def latency_of(preset: str, **parameters: Any) -> Latency:
    found = indicator_of(preset, **parameters)
    assert isinstance(found, Latency)
    return found


def test_without_a_label_it_counts_all_of_them() -> None:
    assert "vllm:time_to_first_token_seconds" == latency_of(TTFT, threshold="1s").histogram.text


TTFT = "vllm/time-to-first-token"


def test_a_label_becomes_a_matcher() -> None:
    found = latency_of(TTFT, threshold="1s", model_name='a "quoted" name')
    assert r'vllm:time_to_first_token_seconds{model_name="a \"quoted\" name"}' == found.histogram.text


def test_several_values_of_a_label_are_taken_literally() -> None:
    found = latency_of(TTFT, threshold="1s", model_name=["llama-3.1", "b"])
    assert r'vllm:time_to_first_token_seconds{model_name=~"llama-3\\.1|b"}' == found.histogram.text


def test_matchers_are_added_to_every_selector_behind_its_own() -> None:
    found = indicator_of("vllm/engine-errors", model_name="a", matchers='job="x", pod!~"y"')
    assert isinstance(found, Ratio)
    assert (
        'vllm:request_success_total{finished_reason="error", model_name="a", job="x", pod!~"y"}'
        == found.counted.expression.text
    )
    assert 'vllm:request_success_total{model_name="a", job="x", pod!~"y"}' == found.total.text


def test_a_preset_of_several_metrics_is_narrowed_in_all_of_them() -> None:
    found = indicator_of("vllm/progress", model_name="a")
    assert isinstance(found, Threshold)
    assert (
        '(vllm:num_requests_running{model_name="a"} > bool 0) * '
        '(rate(vllm:generation_tokens_total{model_name="a"}[5m]) == bool 0)' == found.gauge.text
    )


def test_all_counters_of_a_guardrail_are_narrowed() -> None:
    found = indicator_of("litellm/guardrail-availability", guardrail_name="shield", matchers='job="x"')
    assert isinstance(found, Guardrail)
    assert found.blocked is not None
    assert (
        'litellm_guardrail_requests_total{status="intervened", guardrail_name="shield", job="x"}'
        == found.blocked.text
    )
    assert ("hook_type", None) == (found.origin, found.traffic)


def test_which_requests_a_guardrail_is_to_check_is_said_as_it_is() -> None:
    found = indicator_of("litellm/guardrail-availability", traffic="requests_total", matchers='job="x"')
    assert isinstance(found, Guardrail)
    assert found.traffic is not None
    assert "requests_total" == found.traffic.text


def test_traffic_that_is_no_selector_is_told_of_where_it_stands() -> None:
    use = {"preset": "litellm/guardrail-availability", "traffic": "sum(requests_total)"}
    compilation = compile_specs(spec("shop", slo("it", objective="99%", indicator=use), owners=OWNERS))
    (told,) = found_by("promql/not-a-selector", compilation)
    assert told.startswith("shop.yaml:15:16: a guardrail's counter is a plain selector"), told


def test_the_window_of_events_is_kept() -> None:
    found = indicator_of("triton/availability", model="fraud")
    assert isinstance(found, Events)
    assert (
        "sum by (model, version) "
        '(rate(nv_inference_request_failure{reason!="CANCELED", model="fraud"}[$window]))'
        == found.counted.expression.text
    )


@pytest.mark.parametrize(
    ("preset", "threshold", "expected"),
    [
        (TTFT, "500ms", Fraction(1, 2)),
        (TTFT, "0.5s", Fraction(1, 2)),
        (TTFT, "2s500ms", Fraction(5, 2)),
        ("triton/first-response-latency", "2s", Fraction(2000)),
    ],
)
def test_a_threshold_is_in_the_unit_of_the_system(preset: str, threshold: str, expected: Fraction) -> None:
    confirmed = {"histogram_latencies": True} if preset.startswith("triton") else {}
    found = latency_of(preset, threshold=threshold, **confirmed)
    assert (expected, threshold) == (found.threshold, found.written)


def test_both_spellings_of_a_bound_are_looked_for() -> None:
    found = latency_of("triton/first-response-latency", threshold="2s", histogram_latencies=True)
    assert r'le=~"2000|2000\\.0"' == bucket_matcher(found.threshold)


def test_an_installation_may_have_its_own_buckets() -> None:
    found = latency_of("litellm/latency", threshold="300ms", buckets=["300ms", "1s"])
    assert Fraction(3, 10) == found.threshold


def test_a_bound_that_is_not_given_is_the_default() -> None:
    found = indicator_of("vllm/kv-cache-headroom")
    assert isinstance(found, Threshold)
    assert AtMost(Fraction(9, 10)) == found.bound


def test_a_bound_that_is_given_is_kept() -> None:
    found = indicator_of("vllm/kv-cache-headroom", at_most=0.75)
    assert isinstance(found, Threshold)
    assert AtMost(Fraction(3, 4)) == found.bound


@pytest.mark.parametrize(
    ("release", "metric"),
    [
        (None, "vllm:kv_cache_usage_perc"),
        ("0.33", "vllm:kv_cache_usage_perc"),
        ("0.9", "vllm:kv_cache_usage_perc"),
        ("v0.9.0", "vllm:kv_cache_usage_perc"),
        ("0.8.5", "vllm:gpu_cache_usage_perc"),
    ],
)
def test_it_reads_the_names_of_the_release(release: str | None, metric: str) -> None:
    given: dict[str, Any] = {} if release is None else {"release": release}
    by_use = indicator_of("vllm/kv-cache-headroom", **given)
    by_spec = indicator_of("vllm/kv-cache-headroom", systems={"vllm": release} if release else None)
    assert isinstance(by_use, Threshold)
    assert metric == by_use.gauge.text
    assert by_use == by_spec


def test_the_defaults_may_say_which_release_runs() -> None:
    use = slo("it", objective="99%", indicator={"preset": "vllm/kv-cache-headroom"})
    said = defaults(systems={"vllm": "0.8"})
    (lowered,) = program_of(spec("shop", use, owners=OWNERS), defaults=said).slos
    indicator = lowered.plan.slo.indicator
    assert isinstance(indicator, Threshold)
    assert "vllm:gpu_cache_usage_perc" == indicator.gauge.text


def test_the_names_of_a_declared_release_are_not_warned_of() -> None:
    use = slo("it", objective="99%", indicator={"preset": "vllm/kv-cache-headroom", "release": "0.8"})
    assert [] == checks_of(compile_specs(spec("shop", use, owners=OWNERS)))


def test_all_that_is_wrong_is_told_at_once() -> None:
    unknown, matchers, threshold = refused(TTFT, modelname="a", matchers="x", threshold="3s")
    assert unknown.endswith("did you mean model_name?")
    assert matchers.startswith("matchers: 'x' are no matchers")
    assert threshold.endswith("choose 2.5s or 5s")


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        (
            {"threshold": "0s"},
            "threshold: no request is answered within 0 or less; give a positive threshold",
        ),
        ({"threshold": "1h"}, "choose 2560s"),
        ({"threshold": "0.5ms"}, "choose 1ms"),
        (
            {"threshold": "fast"},
            "threshold: 'fast' is not a duration; write for example 30d, 6h, 5m or 1h30m",
        ),
        (
            {"threshold": "1s", "model_name": []},
            "model_name: there is no value here; remove it, or name at least one",
        ),
        (
            {"threshold": "1s", "model_name": ""},
            "model_name: there is no value here; remove it, or name at least one",
        ),
        ({"threshold": "1s", "matchers": ""}, "are no matchers such as"),
        ({"threshold": "1s", "matchers": 'a="b"}) or vector(1) #'}, "are no matchers such as"),
        ({"threshold": "1s", "matchers": 'a="b"} offset 5m #'}, "are no matchers such as"),
        ({"threshold": "1s", "buckets": ["1s"]}, "has no parameter 'buckets'"),
    ],
)
def test_a_value_that_will_not_do_is_refused(parameters: dict[str, Any], complaint: str) -> None:
    (message,) = refused(TTFT, **parameters)
    assert complaint in message


def test_a_confirmation_is_a_word_of_honour() -> None:
    (message,) = refused("triton/first-response-latency", threshold="2s", histogram_latencies=False)
    assert message.startswith(
        "histogram_latencies: only true is meant here, which says that tritonserver runs"
    )


def test_a_spec_may_put_it_on_another_surface() -> None:
    use = slo("it", objective="99%", surface="data", indicator={"preset": "vllm/truncation"})
    (lowered,) = program_of(spec("shop", use, owners=OWNERS)).slos
    assert "data" == lowered.plan.slo.surface.value


def test_what_is_wrong_in_the_end_is_told_where_the_preset_stands() -> None:
    use = slo("it", objective="99%", group_by=["pod"], indicator={"preset": "triton/availability"})
    (lost, *_) = found_by("group/lost", compile_specs(spec("shop", use, owners=OWNERS)))
    assert "pod" in lost


@pytest.mark.parametrize("system", ["litellm", "agentgateway", "nemo-guardrails"])
def test_a_guardrail_is_about_security_which_nothing_holds_back(system: str) -> None:
    use = slo("it", objective="99%", indicator={"preset": f"{system}/guardrail-availability"})
    (lowered,) = program_of(spec("shop", use, owners=OWNERS)).slos
    assert Role.SECURITY is lowered.plan.slo.role
