"""Groups that may stand; those that may not are in tests/bad_specs."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.compiling import checks_of, compile_specs, slo, spec

SUM: Final = "sum(rate(a_errors_total[$window]))"
BY_REGION: Final = "sum by (region, zone) (rate(a_errors_total[$window]))"
RAW: Final = "rate(a_total[$window])"


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"group_by": ["region", "zone"]}, id="a plain selector keeps all labels"),
        pytest.param(
            {"group_by": ["region"], "indicator": {"events": {"bad": BY_REGION, "total": RAW}}},
            id="kept by the author",
        ),
        pytest.param({"indicator": {"events": {"bad": BY_REGION, "total": RAW}}}, id="summed up by us"),
        pytest.param(
            {"indicator": {"events": {"bad": SUM, "total": "sum(rate(a_total[$window]))"}}},
            id="no groups at all",
        ),
        pytest.param({"indicator": {"error_ratio": "avg(avg_over_time(a[$window]))"}}, id="one ratio"),
        pytest.param(
            {
                "group_by": ["region"],
                "indicator": {"error_ratio": "avg by (region) (avg_over_time(a[$window]))"},
            },
            id="a ratio a group",
        ),
        pytest.param({"group_by": ["bool", "offset", "on", "end", "sum"]}, id="words that PromQL allows"),
    ],
)
def test_groups_that_can_be_told_apart(keys: dict[str, Any]) -> None:
    assert checks_of(compile_specs(spec("checkout", slo(**keys)))) == []


@pytest.mark.parametrize("label", ["nan", "inf", "NaN", "without"])
def test_words_that_promql_takes_for_its_own_are_refused(label: str) -> None:
    assert "group/keyword" in checks_of(compile_specs(spec("checkout", slo(group_by=[label]))))
