"""Engines that hang and replicas that swing, on real servers: silence first; and what is only recorded."""

from __future__ import annotations

from typing import Final

import pytest

from slo_compiler.rules.program import Program
from tests.compiling import ml_spec, program_of, slo
from tests.engine.batches import MINUTELY, Case, Question, assert_all_firing, assert_answers_to, signals_alone
from tests.oracles.prometheus import Prometheus

LATENCY: Final = {"latency": {"histogram": "request_seconds", "threshold": 1}}


def llm(**serving: object) -> Program:
    spec = ml_spec("llm", slo("latency", indicator=LATENCY), drift=[], serving=serving)
    return signals_alone(program_of(spec, defaults=MINUTELY), "llm:serving", "llm:latency")


ENGINES: Final = llm(running="running", progress="tokens_total")
RUNNING, TOKENS = 'running{instance="a"}', 'tokens_total{instance="a"}'
OTHER: Final = {'running{instance="b"}': "4x120", 'tokens_total{instance="b"}': "0+900x120"}
STALLED: Final = ["EngineStalled"]


def engine(running: str, tokens: str, **more: str) -> dict[str, str]:
    return {RUNNING: running, TOKENS: tokens, **OTHER, **more}


SILENT: Final = [
    Case("engines that work", engine("4x120", "0+900x120"), {5: [], 60: [], 119: []}),
    Case("an engine that nobody asks", engine("0x120", "900x120"), {20: [], 119: []}),
    Case(
        "the first request after an idle hour",
        engine("0x60 1x60", "900x61 900+10x60"),
        {60: [], 61: [], 62: [], 64: [], 70: []},
    ),
    Case(
        "requests that come and go, without a token yet",
        engine("0 0 1 " * 40, "900x120"),
        {60: [], 61: [], 62: [], 100: []},
    ),
    Case(
        "an engine that was just started and loads its first prompts",
        engine("_x60 4x60", "_x60 0x4 0+900x60"),
        {60: [], 62: [], 64: [], 66: [], 80: []},
    ),
    Case(
        "an engine that was restarted while it worked",
        engine("4x58 _x3 0 2x60", "0+900x58 _x3 0 0 0+900x60"),
        {59: [], 61: [], 63: [], 65: [], 70: []},
    ),
    Case("an engine that is gone", engine("4x60 stale", "0+900x60 stale"), {62: [], 66: [], 70: [], 100: []}),
    Case("progress that nobody counts", {RUNNING: "4x120"}, {20: [], 100: []}),
    Case(
        "two minutes without a token",
        engine("4x120", "0+900x60 54000x1 54000+900x60"),
        {61: [], 62: [], 64: [], 70: []},
    ),
]

FIRING: Final = [
    Case(
        "one engine of two hangs",
        engine("4x120", "0+900x60 54000x60"),
        {62: [], 64: [], 69: STALLED, 119: STALLED},
    ),
    Case(
        "an engine hangs from its start on",
        engine("_x60 4x60", "_x60 0x60"),
        {64: [], 69: STALLED, 100: STALLED},
    ),
    Case(
        "an engine hangs, and ends when it is restarted",
        engine("4x80 _x3 0 2x60", "0+900x60 54000x20 _x3 0 0 0+900x60"),
        {69: STALLED, 80: STALLED, 100: []},
    ),
]


def test_engines_that_hang_are_told_of(oldest_and_newest: Prometheus) -> None:
    assert_all_firing(oldest_and_newest, ENGINES, [*SILENT, *FIRING])


def test_how_long_a_stall_is_may_be_said(oldest_and_newest: Prometheus) -> None:
    patient = llm(running="running", progress="tokens_total", stalled_after="30m")
    hangs = engine("4x200", "0+900x60 54000x140")
    assert_all_firing(oldest_and_newest, patient, [Case("hangs", hangs, {80: [], 89: [], 95: STALLED})])


REPLICAS: Final = llm(replicas="wanted")
THRASH: Final = ["AutoscalerThrash"]
SWINGS: Final = [
    Case("replicas that stay", {"wanted": "4x180"}, {5: [], 120: []}),
    Case("a ramp in many steps", {"wanted": "2 3 4 5 6 7 8 9 10x180"}, {9: [], 60: []}),
    Case(
        "load that rises and falls in steps within an hour",
        {"wanted": "2x10 4x5 6x5 8x5 10x5 8x5 6x5 4x5 2x120"},
        {30: [], 50: [], 60: [], 90: []},
    ),
    Case("up, down and up again", {"wanted": "2x10 6x10 2x10 6x120"}, {30: [], 60: []}),
    Case("four swings in four hours", {"wanted": "2x30 6x60 2x60 6x60 2x60"}, {150: [], 200: [], 250: []}),
    Case(
        "two exporters that say the same", {'wanted{e="a"}': "4x180", 'wanted{e="b"}': "_x60 4x9"}, {62: []}
    ),
    Case(
        "up and down and up and down",
        {"wanted": "2x10 6x10 2x10 6x10 2x120"},
        {35: [], 44: THRASH, 60: THRASH, 110: []},
    ),
    Case("every other minute", {"wanted": "2 6 " * 60 + "6x120"}, {30: THRASH, 119: THRASH, 190: []}),
]


def test_replicas_that_swing_are_told_of(oldest_and_newest: Prometheus) -> None:
    assert_all_firing(oldest_and_newest, REPLICAS, SWINGS)


BUCKETS: Final = {
    'request_seconds_bucket{le="0.1"}': "0+60x60",
    'request_seconds_bucket{le="1"}': "0+96x60",
    'request_seconds_bucket{le="10"}': "0+100x60",
    'request_seconds_bucket{le="+Inf"}': "0+100x60",
    "queue_seconds_sum": "0+15x60",
    "e2e_seconds_sum": "0+60x60",
}
OF_LATENCY: Final = '{service="llm", slo="latency", slo_id="llm:latency"}'
OF_SERVING: Final = '{service="llm", ml_signal="serving", ml_signal_id="llm:serving"}'
TWELFTHS: Final = {
    "slo:latency:p50": (OF_LATENCY, 1),
    "slo:latency:p99": (OF_LATENCY, 93),
    "slo:latency_tail:ratio": (OF_LATENCY, 93 * 12),
    "ml:queue_share:ratio": (OF_SERVING, 3),
}
"""Of a hundred requests 60 take at most a tenth of a second, so that the median is 50/60 of it."""


def test_the_tail_and_the_share_of_the_queue_are_recorded(oldest_and_newest: Prometheus) -> None:
    program = llm(queue_time="queue_seconds_sum", total_time="e2e_seconds_sum")
    questions = [Question(f"round(12 * {metric})", 30, [told]) for metric, told in TWELFTHS.items()]
    assert_answers_to(oldest_and_newest, program, BUCKETS, questions)


@pytest.mark.parametrize("traffic", ["0x60", "_"], ids=["no requests", "no series"])
def test_without_requests_there_is_neither(oldest_and_newest: Prometheus, traffic: str) -> None:
    program = llm(queue_time="queue_seconds_sum", total_time="e2e_seconds_sum")
    questions = [Question("slo:latency_tail:ratio", 30), Question("ml:queue_share:ratio", 30)]
    assert_answers_to(oldest_and_newest, program, dict.fromkeys(BUCKETS, traffic), questions)
