"""The shape of the tree, which the recorded verdicts say nothing about."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

import pytest

from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.release import PROMETHEUS_2_42, PROMETHEUS_3_5, Release
from slo_compiler.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Duration,
    Expr,
    Grouping,
    Matcher,
    MatchOperator,
    MatrixSelector,
    NumberLiteral,
    Parentheses,
    StringLiteral,
    Subquery,
    Unary,
    VectorMatching,
    VectorSelector,
)


def tree(text: str, release: Release = PROMETHEUS_2_42) -> Expr:
    found = parse(text, release)
    assert isinstance(found, Expression), found
    return found.tree


def shape(node: Expr) -> str:  # noqa: C901 - one case a kind of node
    """The expression with brackets around everything that is made of parts."""
    match node:
        case NumberLiteral():
            return f"{node.value:g}"
        case StringLiteral():
            return repr(node.value)
        case VectorSelector():
            return f"{node.metric}@{node.at}-{node.offset}" if node.offset or node.at else str(node.metric)
        case MatrixSelector():
            return f"<{shape(node.selector)} over {node.range.seconds}>"
        case Subquery():
            return f"<{shape(node.operand)} over {node.range.seconds}, offset {node.offset}, @ {node.at}>"
        case Call():
            return f"{node.function}<{', '.join(map(shape, node.arguments))}>"
        case Aggregation():
            return f"{node.operator}<{', '.join(map(shape, node.arguments))}>"
        case Binary():
            return f"<{shape(node.left)} {node.operator} {shape(node.right)}>"
        case Unary():
            return f"<{node.operator}{shape(node.operand)}>"
        case Parentheses():
            return f"({shape(node.inner)})"
        case _:
            assert_never(node)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a or b and c", "<a or <b and c>>"),
        ("a and b or c", "<<a and b> or c>"),
        ("a unless b and c", "<<a unless b> and c>"),
        ("a and b > c", "<a and <b > c>>"),
        ("a > b > c", "<<a > b> > c>"),
        ("a > b + c", "<a > <b + c>>"),
        ("a - b - c", "<<a - b> - c>"),
        ("a + b * c", "<a + <b * c>>"),
        ("a / b atan2 c", "<<a / b> atan2 c>"),
        ("a * b ^ c", "<a * <b ^ c>>"),
        ("a ^ b ^ c", "<a ^ <b ^ c>>"),
        ("-a ^ b", "<-<a ^ b>>"),
        ("-a * b", "<<-a> * b>"),
        ("a ^ -b * c", "<<a ^ <-b>> * c>"),
        ("a ^ -b ^ c", "<a ^ <-<b ^ c>>>"),
        ("- + -a", "<-<+<-a>>>"),
        ("(a or b) and c", "<(<a or b>) and c>"),
        ("-rate(a[5m:])", "<-rate<<a over 300, offset 0, @ None>>>"),
        ("a + b offset 5m", "<a + b@None-300>"),
        ("-a @ 1.5", "<-a@3/2-0>"),
        ("a @ end() offset -1h", "a@end()--3600"),
        ("a[5m] offset 1m @ 0.0004", "<a@0-60 over 300>"),
        ("a[5m:] offset 1m @ start()", "<a over 300, offset 60, @ start()>"),
        ("sum(a)[5m:1m]", "<sum<a> over 300, offset 0, @ None>"),
        ("sum + sum(sum)", "<sum + sum<sum>>"),
        ("or or or", "<or or or>"),
        ("by unless on(by) by", "<by unless by>"),
        ("offset offset 5m", "offset@None-300"),
        ("NaN + inf", "<nan + inf>"),
        ("topk(3, a)", "topk<3, a>"),
        ("hour()", "hour<>"),
        ("'a'", "'a'"),
    ],
)
def test_operators_bind_as_in_prometheus(text: str, expected: str) -> None:
    assert shape(tree(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a[300]", "<a over 300>"),
        ("a[1.5]", "<a over 3/2>"),
        ("a[--+1m]", "<a over 60>"),
        ("a offset +300", "a@None-300"),
        ("a offset 5m * 2", "<a@None-300 * 2>"),
        ("1h30m / 1m", "<5400 / 60>"),
        ("a @ 5m", "a@300-0"),
        ("1_000", "1000"),
    ],
)
def test_release_3_reads_numbers_and_durations_alike(text: str, expected: str) -> None:
    assert shape(tree(text, PROMETHEUS_3_5)) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("017", 15),
        ("08", 8),
        ("0x1F", 31),
        (".5", 0.5),
        ("5.", 5),
        ("1e-3", 0.001),
        ("1E+3", 1000),
        ("00", 0),
    ],
)
def test_numbers_are_those_of_go(text: str, value: float) -> None:
    assert tree(text) == NumberLiteral(0, len(text), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"'\a\b\f\n\r\t\v\\'", "\a\b\f\n\r\t\v\\"),
        (r'"\""', '"'),
        (r"'\''", "'"),
        (r"'\101\x41\u0041\U00000041'", "AAAA"),
        (r"'\303\251 \xc3\xa9'", "é é"),
        (r"'\xff'", "\udcff"),
        (r"`\n`", r"\n"),
        ("`a\nb`", "a\nb"),
        ("'# $window'", "# $window"),
    ],
)
def test_strings_are_those_of_go(text: str, value: str) -> None:
    assert tree(text) == StringLiteral(0, len(text), value)


def test_a_selector_has_all_its_parts_and_their_places() -> None:
    assert tree(r'up{job="api", path=~`/v\d`,} offset 5m @ 7') == VectorSelector(
        start=0,
        end=42,
        metric="up",
        matchers=(
            Matcher(3, 12, "job", MatchOperator.EQUAL, "api"),
            Matcher(14, 26, "path", MatchOperator.REGEX, r"/v\d"),
        ),
        offset=Fraction(300),
        at=Fraction(7),
    )


def test_a_quoted_metric_is_a_matcher() -> None:
    assert tree('{"a.b"}', PROMETHEUS_3_5) == VectorSelector(
        0, 7, None, (Matcher(1, 6, "__name__", MatchOperator.EQUAL, "a.b"),)
    )


def test_a_subquery_has_its_step() -> None:
    assert tree("up[1h:5m]") == Subquery(
        0, 9, VectorSelector(0, 2, "up", ()), Duration(3, 5, Fraction(3600)), Duration(6, 8, Fraction(300))
    )


@pytest.mark.parametrize("text", ["sum by (a, b) (x)", "sum(x) by (a, b)", "SUM BY (a,b,) (x)"])
def test_a_grouping_stands_before_or_behind(text: str) -> None:
    node = tree(text)
    assert isinstance(node, Aggregation)
    assert (node.operator, node.grouping) == ("sum", Grouping(without=False, labels=("a", "b")))
    assert (node.start, node.end) == (0, len(text))


def test_keywords_are_labels_where_only_labels_can_be() -> None:
    node = tree("sum without (by, on, bool, sum) (x)")
    assert isinstance(node, Aggregation)
    assert node.grouping == Grouping(without=True, labels=("by", "on", "bool", "sum"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b", None),
        ("a + on(x) b", VectorMatching(on=True, labels=("x",))),
        ("a + ignoring() b", VectorMatching(on=False, labels=())),
        ("a + on(x) group_left b", VectorMatching(on=True, labels=("x",), group="group_left")),
        ("a + on(x) GROUP_RIGHT(y) b", VectorMatching(True, ("x",), "group_right", ("y",))),  # noqa: FBT003
    ],
)
def test_vectors_are_matched_as_written(text: str, expected: VectorMatching | None) -> None:
    node = tree(text)
    assert isinstance(node, Binary)
    assert node.matching == expected


def test_bool_is_seen() -> None:
    node = tree("a > BOOL b")
    assert isinstance(node, Binary)
    assert (node.operator, node.operator_start, node.returns_bool) == (">", 2, True)


def test_utf8_labels_come_with_release_3() -> None:
    node = tree('sum by ("http.route", a:b) (x)', PROMETHEUS_3_5)
    assert isinstance(node, Aggregation)
    assert node.grouping == Grouping(without=False, labels=("http.route", "a:b"))
