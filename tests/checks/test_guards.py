"""Guards that would hold back nothing, beside what else is wrong; the rest is in tests/bad_specs."""

from __future__ import annotations

import pytest

from tests.compiling import checks_of, compile_specs, ml_spec, quality, slo


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


def test_guards_of_a_service_that_has_no_sound_slo_are_looked_at_all_the_same() -> None:
    unreachable = {"tiers": [{"name": "fast", "severity": "page", "long": "1h", "budget": "2%"}]}
    spec = ml_spec("s", *(made(objective="50%", alerting=unreachable) for made in (slo, quality)))
    assert checks_of(compile_specs(spec)) == ["tier/unreachable"] * 2
