from __future__ import annotations

import pytest

from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.constants import is_constant, is_never_empty, is_zero, window_readers
from slo_compiler.promql.release import PROMETHEUS_2_42
from slo_compiler.promql.syntax import Expr, walk


def tree(text: str) -> Expr:
    found = parse(text, PROMETHEUS_2_42, placeholders=True)
    assert isinstance(found, Expression), found
    return found.tree


@pytest.mark.parametrize("text", ["1", "-(2 * 30) ^ 2", "scalar(vector(1))", "pi()", "vector(1)"])
def test_what_reads_nothing_is_constant(text: str) -> None:
    assert is_constant(tree(text))


@pytest.mark.parametrize("text", ["up", "2 * up", "time()", "hour()", "scalar(up)", "absent(up)"])
def test_what_reads_series_or_the_clock_is_not(text: str) -> None:
    assert not is_constant(tree(text))


@pytest.mark.parametrize("text", ["0", "-(0.0)", "vector(0)", "0 * up", "up * 0", "up * (vector(-0))"])
def test_zeros(text: str) -> None:
    assert is_zero(tree(text))


@pytest.mark.parametrize("text", ["1", "up", "up - up", "0 + up", "vector(1)", "0 / up", "up * 2"])
def test_what_is_not_known_to_be_zero(text: str) -> None:
    assert not is_zero(tree(text))


@pytest.mark.parametrize(
    "text", ["1", "vector(0)", "up or vector(0)", "vector(0) or up", "sum(up or vector(0)) / 2"]
)
def test_what_is_never_empty(text: str) -> None:
    assert is_never_empty(tree(text))


@pytest.mark.parametrize(
    "text", ["up", "up or up", "(up or vector(0)) + up", "vector(0) unless up", "abs(up)"]
)
def test_what_may_be_empty(text: str) -> None:
    assert not is_never_empty(tree(text))


def test_readers_of_the_window_are_ranges_of_it_and_all_above_them() -> None:
    root = tree("sum(rate(a[$window])) / max_over_time((b + rate(c[5m]))[$window:1m])")
    names = [type(node).__name__ for node in walk(root) if id(node) in window_readers(root)]
    assert names == ["Binary", "Aggregation", "Call", "MatrixSelector", "Call", "Subquery"]
