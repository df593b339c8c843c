"""The text of the rules that read raw series; what they count is measured on real engines in tests/engine."""

from __future__ import annotations

from typing import Any, Final

import pytest
from msgspec.structs import replace

from slo_compiler.diagnostics import Position
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import Bad, Events
from slo_compiler.quantities import parse_percent
from slo_compiler.rules.reading import read_events
from slo_compiler.rules.selecting import bucket_matcher, histogram_part, template
from slo_compiler.rules.windows import span
from tests.compiling import program_of, records_of, slo, spec

EVENTS: Final = 'slo:events:increase5m{slo_id="s:x"}'
FRACTION: Final = "histogram_fraction(-Inf, 0.25, sum(rate(a[5m30s])))"


def base_rules(indicator: dict[str, Any], *group_by: str) -> list[str]:
    """The expressions that record events and errors within the base window."""
    records = records_of(program_of(spec("s", slo("x", indicator=indicator, group_by=list(group_by)))))
    return [records[f"s:x slo:{what}:increase5m"].expr for what in ("events", "errors")]


def missing(good: str, on: str = "on ()") -> str:
    return f"clamp_min({EVENTS} - {on} {good}, 0)\nor {on}\n{EVENTS}"


PROBE_FAILED = "(clamp_min(sum(count_over_time(up[5m]) - sum_over_time(up[5m])), 0) >= 0)"

CASES: Final[dict[str, tuple[dict[str, Any], list[str]]]] = {
    "bad requests": (
        {"ratio": {"bad": 'a{code="500"}', "total": "a"}},
        ["sum(rate(a[5m30s])) * 300", f'sum(rate(a{{code="500"}}[5m30s])) * 300\nor on ()\n0 * {EVENTS}'],
    ),
    "good requests": (
        {"ratio": {"good": 'a{code="200"}', "total": "a"}},
        ["sum(rate(a[5m30s])) * 300", missing('sum(rate(a{code="200"}[5m30s])) * 300')],
    ),
    "a classic histogram": (
        {"latency": {"histogram": 'a{job="b"}', "threshold": "250ms"}},
        [
            'sum(rate(a_count{job="b"}[5m30s])) * 300',
            missing('sum(rate(a_bucket{job="b", le="0.25"}[5m30s])) * 300'),
        ],
    ),
    "a classic histogram without matchers, a whole threshold": (
        {"latency": {"histogram": "a", "threshold": "1s"}},
        ["sum(rate(a_count[5m30s])) * 300", missing(r'sum(rate(a_bucket{le=~"1|1\\.0"}[5m30s])) * 300')],
    ),
    "a native histogram": (
        {"latency": {"histogram": "a", "threshold": "250ms", "type": "native"}},
        [
            "histogram_count(sum(rate(a[5m30s]))) * 300",
            f"clamp_min({EVENTS} * on () (1 - {FRACTION}), 0) >= 0\nor on ()\n0 * {EVENTS}",
        ],
    ),
    "events a second": (
        {"events": {"bad": "rate(a[$window]) + rate(b[$window]) # both", "total": "rate(c[$window])"}},
        [
            "sum(rate(c[5m30s])) * 300",
            f"sum(rate(a[5m30s]) + rate(b[5m30s])) * 300\nor on ()\n0 * {EVENTS}",
        ],
    ),
    "events a window": (
        {"events": {"good": "sum(increase(a[$window]))", "total": "sum(increase(c[$window]))"}},
        [
            "sum(sum(increase(c[5m30s]))) * 300 / 330",
            missing("sum(sum(increase(a[5m30s]))) * 300 / 330"),
        ],
    ),
    "samples": (
        {"events": {"bad": "sum_over_time(a[$window])", "total": "count_over_time(a[$window])"}},
        [
            "(clamp_min(sum(count_over_time(a[5m])), 0) >= 0)",
            f"(clamp_min(sum(sum_over_time(a[5m])), 0) >= 0)\nor on ()\n0 * {EVENTS}",
        ],
    ),
    "a ratio": (
        {"error_ratio": "avg(avg_over_time(a[$window]))"},
        [
            "0 * (max(avg(avg_over_time(a[5m]))) >= 0 < +Inf) + 1",
            "clamp_max(max(avg(avg_over_time(a[5m]))) >= 0 < +Inf, 1)",
        ],
    ),
    "a probe": (
        {"probe": "up"},
        [
            "sum(count_over_time(up[5m]))",
            f"{PROBE_FAILED}\nor on ()\n0 * {EVENTS}",
        ],
    ),
    "a gauge with a floor": (
        {"threshold": {"gauge": "a or b", "at_least": 0.8}},
        [
            "sum(count_over_time(((a or b) >= -Inf)[5m:30s]))",
            "sum(sum_over_time((((a or b) >= -Inf) < bool 0.8)[5m:30s]))",
        ],
    ),
    "a gauge with a ceiling": (
        {"threshold": {"gauge": "a > 3 # all", "at_most": -10}},
        [
            "sum(count_over_time(((a > 3) >= -Inf)[5m:30s]))",
            "sum(sum_over_time((((a > 3) >= -Inf) > bool -10)[5m:30s]))",
        ],
    ),
    "freshness": (
        {"freshness": {"timestamp": "a", "max_age": "2h"}},
        [
            "sum(count_over_time((max(a))[5m:30s]))",
            "sum(sum_over_time((time() - max(a) > bool 7200)[5m:30s]))",
        ],
    ),
}


@pytest.mark.parametrize(
    ("indicator", "expected"), [pytest.param(*case, id=what) for what, case in CASES.items()]
)
def test_an_indicator_is_read_so(indicator: dict[str, Any], expected: list[str]) -> None:
    assert base_rules(indicator) == expected


def test_groups_are_kept_apart() -> None:
    assert base_rules({"ratio": {"good": "a", "total": "b"}}, "region", "zone") == [
        "sum by (region, zone) (rate(b[5m30s])) * 300",
        missing("sum by (region, zone) (rate(a[5m30s])) * 300", "on (region, zone)"),
    ]


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        pytest.param("25%", 'le="0.25"', id="a fraction"),
        pytest.param("100%", r'le=~"1|1\\.0"', id="a whole number, in both spellings"),
        pytest.param("1000%", r'le=~"10|10\\.0"', id="ten"),
        pytest.param("100000000%", r'le=~"1000000|1000000\\.0|1e\\+06"', id="a million, as Go writes it"),
        pytest.param("150000000%", r'le=~"1500000|1500000\\.0|1\\.5e\\+06"', id="and half of one more"),
        pytest.param("0.001%", r'le=~"0\\.00001|1e-05"', id="ten microseconds, as Go writes them"),
    ],
)
def test_a_bucket_is_found_however_its_bound_is_spelt(percent: str, expected: str) -> None:
    assert bucket_matcher(parse_percent(percent)) == expected


def unchecked(text: str) -> Expression:
    return Expression(text, lambda _: Position("a.yaml"))


def test_what_has_not_been_checked_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="was to be checked before it is lowered"):
        template(unchecked("rate(a[$window"), "prometheus-2.42")
    with pytest.raises(ValueError, match="was to be checked before it is lowered"):
        histogram_part(unchecked("a{"), "_bucket", (), "prometheus-2.42")
    with pytest.raises(ValueError, match="was to be checked before it is lowered"):
        histogram_part(unchecked("a[$window]"), "_bucket", (), "prometheus-2.42")
    uncounted = Events(Bad(unchecked("avg_over_time(a[$window])")), unchecked("avg_over_time(a[$window])"))
    plan = program_of(spec()).slos[0].plan
    with pytest.raises(ValueError, match="was to be checked to count events"):
        read_events(replace(plan.slo, indicator=uncounted), span(plan.windows.base, plan.windows))
    with pytest.raises(TypeError, match="was to be checked to be a selector"):
        histogram_part(unchecked("a + b"), "_bucket", (), "prometheus-2.42")
