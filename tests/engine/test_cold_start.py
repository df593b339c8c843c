"""New replicas are slow for a while: what a real server makes of it, silence first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from slo_compiler.model.guard import GuardKind
from slo_compiler.rules.program import Program
from tests.compiling import ml_spec, program_of, slo
from tests.engine.delays import HEARD_WITHIN
from tests.engine.ml import MINUTELY, ONE_TIER, assert_firing, first_page_alone
from tests.oracles.prometheus import Prometheus

LATENCY: Final = {"latency": {"histogram": "request_seconds", "threshold": 1}}
EVIDENCE: Final = {
    "ready": 'kube_pod_status_ready_time{namespace="ml"}',
    "restarts": 'kube_pod_container_status_restarts_total{namespace="ml"}',
}


def scorer(**said: str) -> Program:
    promised = slo("latency", objective="99%", indicator=LATENCY, alerting=ONE_TIER)
    spec = ml_spec("scorer", promised, drift=[], guards={"cold_start": {**EVIDENCE, **said}})
    return first_page_alone(program_of(spec, defaults=MINUTELY))


PROGRAM: Final = scorer()
BEGINS: Final = 90
"""The minute at which new replicas come: half an hour after the page's long window is full."""
PAGE, GUARD, STUCK = "ErrorBudgetBurnFast", "GuardColdStart", "GuardStuck"


def replica(pod: str, fast: str, *, since: int = 0, restarts: str = "0x500") -> dict[str, str]:
    """A replica that answers 600 requests a minute since a minute, and how many of them fast enough."""
    name = f'namespace="ml", pod="{pod}"'
    born = f"_x{since} " if since else ""
    return {
        f"request_seconds_count{{{name}}}": f"{born}0+600x500",
        f'request_seconds_bucket{{{name}, le="1.0"}}': f"{born}{fast}",
        f'kube_pod_status_ready_time{{{name}, uid="u"}}': f"{born}{60 * since}x500",
        f"kube_pod_container_status_restarts_total{{{name}}}": f"{born}{restarts}",
    }


def replicas(*pods: Mapping[str, str]) -> dict[str, str]:
    return {series: values for pod in pods for series, values in pod.items()}


WARM: Final = replica("old", "0+599x500")
WARMING: Final = [replica(f"new-{each}", "0x5 0+600x500", since=BEGINS) for each in range(3)]
"""Slow for five minutes since they came."""
SLOW: Final = [replica(f"new-{each}", "0x500", since=BEGINS) for each in range(3)]
LOOPING: Final = [replica(f"new-{each}", "0x500", since=BEGINS, restarts="0+1x500") for each in range(3)]

FICKLE: Final = [
    {series: f"{values.split('x500')[0]}x9 stale" for series, values in pod.items()}
    for pod in (replica(f"new-{since}", "0x500", since=since) for since in range(BEGINS, BEGINS + 120, 10))
]
"""A replica after the other, each gone before it is warm."""

REPLACED: Final = {series: f"{values.split('x')[0]}x{BEGINS} stale" for series, values in WARM.items()}


def without(metric: str) -> dict[str, str]:
    """A cold start of which something is not known."""
    return {series: values for series, values in replicas(WARM, *WARMING).items() if metric not in series}


HEARD: Final = {
    "warm replicas are slow too": replicas(replica("old", f"0+600x{BEGINS} {600 * BEGINS}+0x500"), *WARMING),
    "new replicas are in a crash loop": replicas(WARM, *LOOPING),
    "there is no warm replica to compare with": replicas(REPLACED, *WARMING),
    "nobody counts restarts": without("restarts"),
    "nobody knows which replicas are ready": without("ready"),
}


def assert_seen(
    prometheus: Prometheus,
    series: Mapping[str, str],
    expected: Mapping[int, list[str]],
    program: Program = PROGRAM,
) -> None:
    """Assert which alerts fire so many minutes after the new replicas came."""
    at = {BEGINS + minute: names for minute, names in expected.items()}
    assert_firing(prometheus, program, series, at, of=f'alertname=~"{PAGE}|Guard.+"')


@pytest.mark.parametrize("series", [pytest.param(each, id=what) for what, each in HEARD.items()])
def test_slow_answers_are_heard_when_they_are_no_cold_start(
    oldest_and_newest: Prometheus, series: Mapping[str, str]
) -> None:
    assert_seen(oldest_and_newest, series, {-2: [], 7: [PAGE]})


def test_replicas_that_are_fast_at_once_hold_back_nothing(oldest_and_newest: Prometheus) -> None:
    quick = [replica(f"new-{each}", "0+600x500", since=BEGINS) for each in range(3)]
    assert_seen(oldest_and_newest, replicas(WARM, *quick), {-2: [], 7: [], 20: []})


def test_a_cold_start_is_held_back_until_its_page_has_ended(oldest_and_newest: Prometheus) -> None:
    expected = {-2: [], 7: [PAGE, GUARD], 12: [PAGE, GUARD], 18: [GUARD], 30: []}
    assert_seen(oldest_and_newest, replicas(WARM, *WARMING), expected)


def test_a_new_version_that_stays_slow_is_heard_when_it_is_warm(oldest_and_newest: Prometheus) -> None:
    """What looks most like it: only the new replicas are slow, for good. They are warm after ten minutes.

    Then the guard is kept for as long as a page of a real cold start takes to end: ten minutes more.
    """
    heard = HEARD_WITHIN[GuardKind.COLD_START].minutes
    expected = {7: [PAGE, GUARD], heard: [PAGE], 80: [PAGE]}
    assert_seen(oldest_and_newest, replicas(WARM, *SLOW), expected)


def test_an_incident_after_a_cold_start_is_heard(oldest_and_newest: Prometheus) -> None:
    """All replicas get slow while new ones warm up: heard after the ten minutes that the guard is kept."""
    slowing = replica("old", f"0+599x{BEGINS + 10} {599 * (BEGINS + 10)}+0x500")
    assert_seen(oldest_and_newest, replicas(slowing, *SLOW), {7: [PAGE, GUARD], 23: [PAGE]})


def test_cold_starts_without_an_end_are_held_back_for_the_maximum_alone(
    oldest_and_newest: Prometheus,
) -> None:
    """An autoscaler that thrashes keeps requests slow though no replica is broken."""
    expected = {-2: [], 26: [PAGE, GUARD], 50: [PAGE, STUCK], 110: [PAGE, STUCK]}
    assert_seen(oldest_and_newest, replicas(WARM, *FICKLE), expected, scorer(max="30m"))
