"""A guardrail that fails open, is gone around, or blocks more than usual: on real servers, silence first."""

from __future__ import annotations

from typing import Final

from tests.compiling import ml_spec, program_of, slo
from tests.engine.batches import (
    MINUTELY,
    Case,
    Question,
    assert_all_firing,
    assert_answers_to,
    signals_alone,
)
from tests.oracles.prometheus import Prometheus

SHIELD: Final = {"guardrail": {"name": "shield", "traffic": "requests_total"}}


PROGRAM: Final = signals_alone(
    program_of(ml_spec("llm", slo("shield", indicator=SHIELD), drift=[]), defaults=MINUTELY), "llm:shield"
)
OPEN, BYPASS, MORE = "GuardrailFailOpen", "GuardrailBypassed", "GuardrailBlocksMore"


def checks(action: str, origin: str = "user", pod: str = "a") -> str:
    labels = f'guardrail="shield", action="{action}", origin="{origin}", pod="{pod}"'
    return f"ml_guardrail_checks_total{{{labels}}}"


ALLOWED: Final = {checks("allow"): "0+60x120", "requests_total": "0+60x120"}
FAILED_OPEN: Final = checks("fail_open")

OPENED: Final = [
    Case("it never fails open", ALLOWED, {1: [], 60: []}),
    Case(
        "it failed open before we looked", {**ALLOWED, FAILED_OPEN: "57x120"}, {0: [], 1: [], 5: [], 60: []}
    ),
    Case(
        "nobody looked for half an hour",
        {
            checks("allow"): "0+60x40 _x30 4200+60x60",
            "requests_total": "0+60x40 _x30 4200+60x60",
            FAILED_OPEN: "3x40 _x30 3x60",
        },
        {41: [], 71: [], 76: [], 81: [], 86: [], 100: []},
    ),
    Case(
        "a new replica that counts from zero",
        {**ALLOWED, FAILED_OPEN: "0x120", checks("fail_open", pod="b"): "_x60 0x60"},
        {60: [], 61: [], 70: []},
    ),
    Case("it errs, and lets nothing pass", {**ALLOWED, checks("error"): "0x60 1+1x60"}, {62: [], 70: []}),
    Case(
        "another guardrail fails open",
        {**ALLOWED, 'ml_guardrail_checks_total{guardrail="x", action="fail_open"}': "0+9x120"},
        {60: []},
    ),
    Case(
        "once, and the counter was there",
        {**ALLOWED, FAILED_OPEN: "0x60 1x60"},
        {59: [], 62: [OPEN], 69: [OPEN], 80: []},
    ),
    Case(
        "once, and the counter was born with it",
        {**ALLOWED, FAILED_OPEN: "_x60 1x60"},
        {59: [], 61: [OPEN], 68: [OPEN], 80: []},
    ),
    Case(
        "for the first time on a new replica",
        {**ALLOWED, FAILED_OPEN: "0x120", checks("fail_open", pod="b"): "_x60 2x60"},
        {59: [], 61: [OPEN], 80: []},
    ),
    Case("all the time", {**ALLOWED, FAILED_OPEN: "0x60 0+5x60"}, {59: [], 62: [OPEN], 119: [OPEN]}),
]

GONE_AROUND: Final = [
    Case("nobody asks anything", {checks("allow"): "9x120", "requests_total": "9x120"}, {60: []}),
    Case("checks without requests", {checks("allow"): "0+9x120", "requests_total": "9x120"}, {60: []}),
    Case(
        "one request an hour, each of which is checked",
        {checks("allow"): "1x60 2x60", "requests_total": "1x61 2x60"},
        {62: [], 65: [], 70: []},
    ),
    Case(
        "the first check of all, whose counter is born with it",
        {checks("block"): "_x60 1x60", "requests_total": "0x59 1x60"},
        {60: [], 63: [], 66: [], 70: []},
    ),
    Case(
        "the guardrail is restarted",
        {checks("allow"): "0+60x60 _x3 0+60x60", "requests_total": "0+60x120"},
        {62: [], 65: [], 68: [], 75: []},
    ),
    Case(
        "requests go on, and checks do not",
        {checks("allow"): "0+60x60 3600x60", "requests_total": "0+60x120"},
        {60: [], 64: [], 72: [BYPASS], 119: [BYPASS]},
    ),
    Case("there is no guardrail", {"requests_total": "0+60x120"}, {4: [], 9: [BYPASS], 119: [BYPASS]}),
    Case(
        "the guardrail is gone, and comes back",
        {checks("allow"): "0+60x60 stale _x30 0+60x60", "requests_total": "0+60x180"},
        {62: [], 75: [BYPASS], 90: [BYPASS], 110: []},
    ),
]


def test_a_guardrail_that_fails_open_pages_at_the_first_event(oldest_and_newest: Prometheus) -> None:
    assert_all_firing(oldest_and_newest, PROGRAM, OPENED)


def test_requests_without_checks_page(oldest_and_newest: Prometheus) -> None:
    assert_all_firing(oldest_and_newest, PROGRAM, GONE_AROUND)


STEP: Final = 30
"""Minutes between samples, so that weeks are few of them."""
WEEK: Final = 7 * 24 * 60 // STEP
BEGINS: Final = 2 * WEEK
"""The step before which only what was recorded is there."""
NOW: Final = (BEGINS + 4) * STEP


def blocking(origin: str, each: float, usual: str, of: float = 1000) -> dict[str, str]:
    """Checks of an origin in each step from the beginning on, of which some are blocked."""
    return {
        checks("allow", origin): f"_x{BEGINS} 0+{of - each}x5",
        checks("block", origin): f"_x{BEGINS} 0+{each}x5",
        f'slo:guardrail_blocked:ratio1h{{slo_id="llm:shield", origin="{origin}"}}': usual,
    }


ALWAYS: Final = f"0.01x{BEGINS}"
"""One in a hundred was blocked until now."""

# Each origin is a case, told apart from all others by what is usual of it: weeks are evaluated once.
SILENT: Final = [
    blocking("as many as usual", 10, ALWAYS),
    blocking("not quite three times as many", 29, ALWAYS),
    blocking("far more, of which only one week is known", 100, f"_x{WEEK} 0.01x{WEEK}"),
    blocking("far more, and nothing is known", 100, "_"),
    blocking("far more, and still few", 2, ALWAYS, of=10),
]
TOLD: Final = {
    origin: blocking(origin, 100, usual)
    for origin, usual in {
        "ten times as many": ALWAYS,
        "many, where usually none are": f"0x{BEGINS}",
    }.items()
}


def test_far_more_blocks_than_usual_are_told_of(oldest_and_newest: Prometheus) -> None:
    series = {name: values for origin in (*SILENT, *TOLD.values()) for name, values in origin.items()}
    firing = [(f'{{alertname="{MORE}", origin="{origin}"}}', 1.0) for origin in TOLD]
    asked = Question('group by (alertname, origin) (ALERTS{alertstate="firing"})', NOW, firing)
    assert_answers_to(oldest_and_newest, PROGRAM, series, [asked], interval=f"{STEP}m")
