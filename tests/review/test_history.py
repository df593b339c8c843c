from __future__ import annotations

from fractions import Fraction

import pytest

from slo_compiler.quantities import parse_duration
from slo_compiler.review.history import whole_after


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("sum(rate(raw[5m]))", None),
        ("kept + kept offset 5m", None),
        ("begun", "0s"),
        ("begun > 0", "0s"),
        ("begun + begun offset 25m", "25m"),
        ("sum_over_time(begun[3d]) / 2", "3d"),
        ("sum_over_time(begun[30m] offset 1h)", "1h30m"),
        ("last_over_time(begun[1d] offset 3d)", "3d"),
        ("late offset 5m", "15m"),
        ("begun offset 1h or sum_over_time(begun[30m])", "1h"),
        ("begun offset 1h or kept", "1h"),
        ("(begun offset 1m and begun) or late", "10m"),
        ("max_over_time(sum(begun)[1h:5m] offset 5m)", "1h5m"),
        ('{__name__="late"}', "10m"),
        ("begun_not", None),
    ],
)
def test_how_long_until_an_expression_sees_what_it_asks_for(expr: str, expected: str | None) -> None:
    begun = {"begun": Fraction(0), "late": parse_duration("10m")}
    assert whole_after(expr, begun) == (None if expected is None else parse_duration(expected))


def test_what_is_no_expression_is_a_fault_of_the_program() -> None:
    with pytest.raises(TypeError, match="begun"):
        whole_after("begun begun", {"begun": Fraction(0)})
