from __future__ import annotations

import pytest

from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.queries import look_behind, metric_of, output_labels, range_calls, vector_selectors
from slo_compiler.promql.release import PROMETHEUS_3_5
from slo_compiler.promql.syntax import Expr, MatrixSelector, Subquery


def tree(text: str) -> Expr:
    found = parse(text, PROMETHEUS_3_5)
    assert isinstance(found, Expression), found
    return found.tree


def test_selectors_come_in_reading_order() -> None:
    text = 'sum(rate(a{x="y"}[5m])) / on() (max_over_time(b[1h:]) or -{__name__="c"}) > bool {"d", x="y"}'
    assert [metric_of(found) for found in vector_selectors(tree(text))] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("text", ['{x="y"}', '{__name__=~"a|b"}', '{__name__!="a", x="y"}'])
def test_a_selector_of_many_metrics_has_none(text: str) -> None:
    assert [metric_of(found) for found in vector_selectors(tree(text))] == [None]


def test_range_functions_come_with_what_they_range_over() -> None:
    found = list(range_calls(tree("abs(rate(a[5m])) + quantile_over_time(.9, ((b[1h:])))")))
    assert [call.function for call in found] == ["rate", "quantile_over_time"]
    assert [type(call.range) for call in found] == [MatrixSelector, Subquery]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("1", set()),
        ("time() + 1", set()),
        ("vector(1)", set()),
        ("sum(up)", set()),
        ("sum by (a, b) (up)", {"a", "b"}),
        ("-(sum by (a) (up))", {"a"}),
        ("round(sum by (a) (up), 5)", {"a"}),
        ("1 - sum by (a) (up)", {"a"}),
        ("sum by (a) (max by (a, b) (up))", {"a"}),
        ("sum by (a) (max by (b) (up))", set()),
        ("sum without (a) (max by (a, b) (up))", {"b"}),
        ("topk(1, sum by (a) (up))", {"a"}),
        ("sum by (a) (x) / sum by (a) (y)", {"a"}),
        ("x / on(a, b) y", {"a", "b"}),
        ("sum by (a, b) (x) / ignoring(b) sum by (a) (y)", {"a"}),
        ("sum by (a) (x) * on(a) group_left(b) y", {"a", "b"}),
        ("y * on(a) group_right(b) sum by (a) (x)", {"a", "b"}),
        ("sum by (a) (x) and y", {"a"}),
        ("sum by (a) (x) unless on(b) y", {"a"}),
        ("sum by (a) (x) or on(c) sum by (b) (y)", {"a", "b"}),
    ],
)
def test_aggregations_tell_the_labels_of_the_result(text: str, labels: set[str]) -> None:
    assert output_labels(tree(text)) == frozenset(labels)


@pytest.mark.parametrize(
    "text",
    [
        "up",
        "up[5m]",
        "'a'",
        "rate(up[5m])",
        "sum without (a) (up)",
        "topk by (a) (1, up)",
        "count_values by (a) ('b', up)",
        "up / 2",
        "up / ignoring(a) sum(up)",
        "up * on(a) group_left(b) y",
        "sum by (a) (x) or y",
        "y and sum by (a) (x)",
        "label_replace(sum(up), 'a', '', '', '')",
    ],
)
def test_other_expressions_do_not_tell_their_labels(text: str) -> None:
    assert output_labels(tree(text)) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("up", 0),
        ("up offset 5m", 300),
        ("up offset -5m", 0),
        ("rate(a[5m])", 300),
        ("rate(a[5m] offset 1h)", 3900),
        ("max_over_time((a offset 1m)[1h:5m] offset 1d)", 90060),
        ("rate(a[1h]) + rate(b[5m] offset 2h)", 7500),
        ("rate(a[5m] @ 0)", 300),
    ],
)
def test_how_far_back_an_expression_reads(text: str, seconds: int) -> None:
    assert look_behind(tree(text)) == seconds
