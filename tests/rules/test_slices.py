"""The text of the rules that look at each slice; whom they page for is measured in tests/engine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compiling import ml_spec, program_of, quality, records_of

EVENTS = 'slo:slice_events:increase1h{slo_id="s:quality"}'


@pytest.mark.parametrize(
    ("counters", "errors"),
    [
        pytest.param(
            {"bad": "wrong_total", "total": "judged_total"},
            ["sum by (country) (increase(wrong_total[1h]))", "or on (country)", f"0 * {EVENTS}"],
            id="bad ones are counted, and without a series of them there are none",
        ),
        pytest.param(
            {"good": "right_total", "total": "judged_total"},
            [
                f"clamp_min({EVENTS} - on (country) sum by (country) (increase(right_total[1h])), 0)",
                "or on (country)",
                EVENTS,
            ],
            id="good ones are counted, and without a series of them all are bad",
        ),
    ],
)
def test_the_errors_of_a_slice_where(counters: dict[str, Any], errors: list[str]) -> None:
    indicator = {"quality": {**counters, "slices": ["country"]}}
    records = records_of(program_of(ml_spec("s", quality(indicator=indicator), drift=[])))
    assert records["s:quality slo:slice_errors:increase1h"].expr.splitlines() == errors
