from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from slo_compiler.backtest.history import Steps
from slo_compiler.backtest.openmetrics import Scraped, read_openmetrics, span_of
from slo_compiler.backtest.scraped import scraped_source
from slo_compiler.burnrate.plan import Plan
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.replay.series import Counts
from tests.replay.examples import plan_of


def read(text: str) -> list[Scraped]:
    found = read_openmetrics("dump", text)
    return [each for each in found if isinstance(each, Scraped)]


def problems(text: str) -> list[str]:
    return [str(each) for each in read_openmetrics("dump", text) if isinstance(each, Diagnostic)]


FALLING = "".join(f"a_total {value} {60 * time}\n" for time, value in enumerate([5, 3, 9, 1] * 5, start=1))


NO_OPENMETRICS = "this is no OpenMetrics:"
BACKWARDS = "Timestamps went backwards within a group"
NO_COUNTER = (
    "it is no counter, and each fall would be taken for a restart and all of its value for new events"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"1:1: error: {NO_OPENMETRICS} Missing # EOF at end [history/openmetrics]"),
        ("# EOF\n", "1:1: error: there are no samples in it: there is nothing to replay [history/empty]"),
        (
            "a_total 1 60\nhello\n# EOF\n",
            f"2:1: error: {NO_OPENMETRICS} could not convert string to float: 'hello' [history/openmetrics]",
        ),
        (
            "a 1 60\na 2 30\n# EOF\n",
            f"2:1: error: {NO_OPENMETRICS} {BACKWARDS}: a 2 30 [history/openmetrics]",
        ),
        (
            'up 1 60\na_total{b="c"} 1 60\na_total{b="c"} NaN 120\n# EOF\n',
            "3:1: error: a counter is nan, after which nothing can be counted [history/value]",
        ),
        (
            "a_total 1 60\na_total 1e300 120\n# EOF\n",
            "2:1: error: a counter is 1e+300, after which nothing can be counted [history/value]",
        ),
        (
            "# TYPE up gauge\nup 1\n# EOF\n",
            "2:1: error: up has no timestamp: an exposition of one moment is no history [history/timestamp]",
        ),
        (
            f"{FALLING}# EOF\n",
            f"2:1: error: a_total falls 10 times in 20 samples: {NO_COUNTER} [history/not-a-counter]",
        ),
    ],
    ids=["empty", "no samples", "no number", "backwards", "NaN", "absurd", "no time", "no counter"],
)
def test_what_is_wrong_is_told_with_its_line(text: str, expected: str) -> None:
    assert [f"dump:{expected}"] == problems(text)


def test_series_are_told_apart_by_their_labels() -> None:
    series = read('a_total{b="1"} 1 60\na_total{b="1"} 2 120\na_total{b="2"} 3 180\n# EOF\n')
    assert [each.labels for each in series] == [{"__name__": "a_total", "b": str(n)} for n in (1, 2)]
    assert (60, 180) == (span_of(series).begin, span_of(series).end)


def growing(name: str, labels: str, a_minute: float, minutes: int = 30) -> str:
    return "".join(
        f"{name}{{{labels}}} {a_minute * minute} {60 * minute}\n" for minute in range(1, minutes + 1)
    )


def steady(name: str, value: float, minutes: int = 30) -> str:
    return "".join(f"{name} {value} {60 * minute}\n" for minute in range(1, minutes + 1))


def last_counts(indicator: dict[str, Any], text: str, **keys: Any) -> Counts:
    """What is counted in the base window of five minutes at the end of half an hour."""
    plan = plan_of(indicator=indicator, **keys)
    found = scraped_source([plan], read(f"{text}# EOF\n"), Steps(60, 1, 30.0)).recall(plan)
    assert not isinstance(found, list), found
    return found.readings.counts[plan.windows.base]


REQUESTS = growing("r_total", 'code="200",pod="a"', 8) + growing("r_total", 'code="200",pod="b"', 4)
FAILED = growing("r_total", 'code="500",pod="a"', 3)
BUCKETS = (
    growing("d_bucket", 'le="0.25"', 9) + growing("d_bucket", 'le="+Inf"', 10) + growing("d_count", "", 10)
)


@pytest.mark.parametrize(
    ("indicator", "text", "events", "errors"),
    [
        ({"ratio": {"bad": 'r_total{code=~"5.."}', "total": "r_total"}}, REQUESTS + FAILED, 75, 15),
        ({"ratio": {"good": 'r_total{code!="500"}', "total": "r_total"}}, REQUESTS + FAILED, 75, 15),
        ({"ratio": {"bad": 'r_total{code=~"5.."}', "total": "r_total"}}, REQUESTS, 60, 0),
        ({"latency": {"histogram": "d", "threshold": 0.25}}, BUCKETS, 50, 5),
        (
            {
                "events": {
                    "bad": 'sum(rate(r_total{code="500"}[$window]))',
                    "total": "sum(rate(r_total[$window]))",
                }
            },
            REQUESTS + FAILED,
            75,
            15,
        ),
        ({"probe": "ok"}, steady("ok", 1), 5, 0),
        ({"probe": "ok"}, steady("ok", 0), 5, 5),
        ({"threshold": {"gauge": "ok", "at_least": 2}}, steady("ok", 1), 10, 10),
        ({"threshold": {"gauge": "ok", "at_most": 2}}, steady("ok", 1), 10, 0),
        ({"freshness": {"timestamp": "ok", "max_age": "10m"}}, steady("ok", 60), 10, 10),
        ({"freshness": {"timestamp": "ok", "max_age": "1h"}}, steady("ok", 60), 10, 0),
        (
            {"freshness": {"timestamp": "ok", "max_age": "10m"}},
            steady('ok{pod="a"}', 60) + steady('ok{pod="b"}', 1500),
            10,
            0,
        ),
        ({"threshold": {"gauge": "ok", "at_most": 2}}, steady("ok", 1, minutes=22), 3, 0),
        ({"threshold": {"gauge": "sum(ok)", "at_most": 2}}, steady('ok{pod="a"}', 1), 10, 0),
        ({"error_ratio": "avg_over_time(ok[$window])"}, steady("ok", 0.25), 1, 0.25),
        (
            {"events": {"bad": "sum(count_over_time(a[$window]))", "total": "count_over_time(ok[$window])"}},
            steady("ok", 1),
            5,
            0,
        ),
        (
            {"ratio": {"good": 'r_total{code!="500"}', "total": 'r_total{pod="b"}'}},
            REQUESTS,
            20,
            0,
        ),
    ],
    ids=[
        *(
            "bad",
            "good",
            "no errors yet",
            "latency",
            "events",
            "probe up",
            "probe down",
            "at least",
            "at most",
        ),
        *("stale", "fresh", "newest of two", "gone for a while", "an expression"),
        *("an error ratio", "samples that are events", "more good than all"),
    ],
)
def test_windows_hold_what_was_scraped(
    indicator: dict[str, Any], text: str, events: float, errors: float
) -> None:
    counts = last_counts(indicator, text)
    assert ([[pytest.approx(events)]], [[pytest.approx(errors)]]) == (
        counts.events.tolist(),
        counts.errors.tolist(),
    )


@pytest.mark.parametrize(
    ("up", "expected"),
    [
        ("", []),
        ("".join(f"up 1 {60 * minute}\n" for minute in range(1, 31) if not 10 < minute < 20), [(660, 1200)]),
    ],
    ids=["not known", "gone for ten minutes"],
)
def test_prometheus_was_away_where_up_is_missing(up: str, expected: list[tuple[float, float]]) -> None:
    plan = plan_of(indicator={"probe": "ok"})
    found = scraped_source([plan], read(f"{steady('ok', 1)}{up}# EOF\n"), Steps(1, 60, 30.0)).recall(plan)
    assert not isinstance(found, list)
    assert expected == [(span.begin, span.end) for span in found.down]


def test_groups_are_told_apart() -> None:
    indicator = {"ratio": {"bad": 'r_total{code="500"}', "total": "r_total"}}
    counts = last_counts(indicator, REQUESTS + FAILED, group_by=["pod"])
    np.testing.assert_allclose(counts.events, [[55], [20]])
    np.testing.assert_allclose(counts.errors, [[15], [0]])


@pytest.mark.parametrize(
    "indicator",
    [
        {"latency": {"histogram": "d", "threshold": 0.25, "type": "native"}},
        {"error_ratio": "topk(1, avg_over_time(r[$window]))"},
    ],
    ids=["native histograms", "rare functions"],
)
def test_what_takes_a_prometheus_is_told(indicator: dict[str, Any]) -> None:
    plan: Plan = plan_of(indicator=indicator)
    found = scraped_source([plan], read("ok 1 60\n# EOF\n"), Steps(2, 1, 30.0)).recall(plan)
    assert isinstance(found, list)
    assert ["history/needs-prometheus"] == [each.check for each in found]
