"""OpenTelemetry's names in Prometheus; expected as otlptranslator's own tests have it."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from slo_compiler.model.system import Metric, MetricType, Unit
from slo_compiler.presets.library import system_named
from slo_compiler.presets.translation import Translation, prometheus_name
from tests.compiling import checks_of, compile_specs, slo, spec
from tests.presets.examples import OWNERS
from tests.presets.test_expand import indicator_of, latency_of, refused

METRIC: Final = system_named("otel-genai").metrics["gen_ai_client_operation_duration_seconds"]


def instrument(name: str, type_: MetricType, unit: Unit | None) -> Metric:
    return replace(METRIC, otel=name, type=type_, unit=unit)


ESCAPED = Translation.UNDERSCORES_WITH_SUFFIXES


@pytest.mark.parametrize(
    ("metric", "translation", "expected"),
    [
        (METRIC, ESCAPED, "gen_ai_client_operation_duration_seconds"),
        (METRIC, Translation.UNDERSCORES_WITHOUT_SUFFIXES, "gen_ai_client_operation_duration"),
        (METRIC, Translation.UTF8_WITH_SUFFIXES, "gen_ai.client.operation.duration_seconds"),
        (METRIC, Translation.NONE, "gen_ai.client.operation.duration"),
        (
            instrument("guardrails.requests", MetricType.COUNTER, Unit.RATIO),
            ESCAPED,
            "guardrails_requests_total",
        ),
        (instrument("jobs.total", MetricType.COUNTER, None), ESCAPED, "jobs_total"),
        (instrument("queue.queued", MetricType.GAUGE, Unit.RATIO), ESCAPED, "queue_queued_ratio"),
        (instrument("queue.size", MetricType.GAUGE, None), ESCAPED, "queue_size"),
        (instrument("wait.seconds", MetricType.GAUGE, Unit.SECONDS), ESCAPED, "wait_seconds"),
        (instrument("sent", MetricType.COUNTER, Unit.BYTES), ESCAPED, "sent_bytes_total"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_name_follows_from_name_unit_and_type(
    metric: Metric, translation: Translation, expected: str
) -> None:
    assert expected == prometheus_name(metric, translation)


LATENCY = "otel-genai/client-latency"


@pytest.mark.parametrize(
    ("translation", "expected"),
    [
        (
            "UnderscoreEscapingWithSuffixes",
            'gen_ai_client_operation_duration_seconds{gen_ai_request_model="m"}',
        ),
        ("UnderscoreEscapingWithoutSuffixes", 'gen_ai_client_operation_duration{gen_ai_request_model="m"}'),
    ],
)
def test_with_underscores_the_labels_stay(translation: str, expected: str) -> None:
    found = latency_of(LATENCY, threshold="1.28s", request_model="m", translation=translation)
    assert expected == found.histogram.text


def test_labels_with_dots_need_a_newer_target() -> None:
    use = {"preset": LATENCY, "threshold": "1.28s", "request_model": "m", "translation": "NoTranslation"}
    compilation = compile_specs(spec("shop", slo("it", objective="99%", indicator=use), owners=OWNERS))
    assert ["promql/syntax"] == checks_of(compilation)


def test_without_such_labels_any_target_will_do() -> None:
    found = latency_of(LATENCY, threshold="1.28s", translation="NoTranslation")
    assert '{__name__="gen_ai.client.operation.duration"}' == found.histogram.text


def test_a_strategy_that_is_none_is_refused() -> None:
    (message,) = refused(LATENCY, threshold="1.28s", translation="UnderscoreEscapingWithSuffix")
    assert message.endswith("did you mean UnderscoreEscapingWithSuffixes?")


def test_other_systems_have_no_translation() -> None:
    (message,) = refused("vllm/progress", translation="NoTranslation")
    assert "has no parameter 'translation'" in message


def test_it_is_the_same_indicator_by_default() -> None:
    given = indicator_of(LATENCY, threshold="1.28s", translation="UnderscoreEscapingWithSuffixes")
    assert indicator_of(LATENCY, threshold="1.28s") == given
