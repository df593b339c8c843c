"""Guards that would hold back nothing, beside what else is wrong; the rest is in tests/bad_specs."""

from __future__ import annotations

import pytest

from tests.compiling import checks_of, compile_specs, ml_spec, quality


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        pytest.param("sum(judged_total)", "promql/not-a-selector", id="a sum"),
        pytest.param("judged_total[", "promql/syntax", id="half an expression"),
    ],
)
def test_a_total_that_is_no_counter_is_not_the_contract_s_either(total: str, expected: str) -> None:
    indicator = {"quality": {"bad": "wrong_total", "total": total, "labels": {"lag": "6h"}}}
    late = ml_spec("s", quality(indicator=indicator), drift=[], guards={"label_lag": True})
    assert checks_of(compile_specs(late)) == [expected, "guard/evidence"]
