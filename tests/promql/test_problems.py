"""What an author is told, and about which place."""

from __future__ import annotations

import pytest

from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.functions import ValueType
from slo_compiler.promql.problems import Problem
from slo_compiler.promql.release import PROMETHEUS_2_42, PROMETHEUS_2_53, PROMETHEUS_3_5, Release


def problems(text: str, release: Release = PROMETHEUS_2_42) -> list[Problem]:
    found = parse(text, release)
    assert not isinstance(found, Expression)
    return found


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("1 + 2", ValueType.SCALAR),
        ("-time()", ValueType.SCALAR),
        ("(1 > bool 2)", ValueType.SCALAR),
        ("scalar(up) + 1", ValueType.SCALAR),
        ("up", ValueType.VECTOR),
        ("1 + up", ValueType.VECTOR),
        ("sum(up)", ValueType.VECTOR),
        ("vector(1)", ValueType.VECTOR),
        ("up[5m]", ValueType.MATRIX),
        ("(up[5m:1m])", ValueType.MATRIX),
        ("'up'", ValueType.STRING),
    ],
)
def test_every_expression_has_a_type(text: str, type_: ValueType) -> None:
    found = parse(text, PROMETHEUS_2_42)
    assert isinstance(found, Expression)
    assert found.type is type_


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "there is no expression"),
        ("  # only a comment", 0, "there is no expression"),
        (
            "sum(up",
            6,
            "expected , or ) to close the parenthesis at offset 3, found the end of the expression",
        ),
        ("(up", 3, "expected ) to close the parenthesis at offset 0, found the end of the expression"),
        ("up)", 2, "expected an operator or the end of the expression, found )"),
        ("up +", 4, "expected a metric, a function, a number or (, found the end of the expression"),
        ("up{job='a' or b='c'}", 11, "expected , or } to close the brace at offset 2, found or"),
        ("up{job}", 6, "expected =, !=, =~ or !~, found }"),
        ("up{job=a}", 7, "expected a quoted value, found a"),
        ("up{,}", 3, "expected a label name or }, found ,"),
        ("sum by a (up)", 7, "expected ( and label names, found a"),
        ("sum by (a b) (up)", 10, "expected , or ) to close the parenthesis at offset 7, found b"),
        ("sum by (without) (up)", 8, "expected a label name or ), found without"),
        ("sum by (job) up", 13, "expected ( and the vector to aggregate, found up"),
        ("a + bool", 8, "expected a metric, a function, a number or (, found the end of the expression"),
        ("bool", 0, "expected a metric, a function, a number or (, found bool"),
        (
            "a + group_left b",
            4,
            "expected on (...) or ignoring (...) before group_left and group_right, found group_left",
        ),
        (
            "up[5m",
            5,
            (
                "expected ] to close the bracket at offset 2, or : for a subquery, "
                "found the end of the expression"
            ),
        ),
        ("up[5m:1m", 8, "expected ] to close the bracket at offset 2, found the end of the expression"),
        ("up[job]", 3, "expected a duration such as 5m, found job"),
        ("up[0s]", 3, "a duration in brackets must be longer than 0s"),
        ("up[300y]", 3, "'300y' is longer than Prometheus can count (292 years)"),
        ("up[5m + 1m]", 6, "arithmetic on durations is experimental; write its result"),
        ("up[$window]", 3, "$window is not known here; write a duration"),
        ("$window", 0, "$window stands for a duration in brackets only, as in [$window]"),
        ("sum(up)[5m]", 7, "only a selector has a range; a subquery needs a colon, as in [5m:]"),
        ("up offset 5m[5m]", 12, "the offset belongs behind the range"),
        ("up @ 1[5m]", 6, "the @ belongs behind the range"),
        ("up offset 5m offset 5m", 13, "there is an offset already"),
        ("up @ 1 @ 2", 7, "there is an @ already"),
        ("up @ job", 5, "expected a time in seconds since 1970, start() or end(), found job"),
        ("up @ start", 10, "expected ( after start and end, found the end of the expression"),
        ("up @ start(1", 11, "expected ) after start( and end(, found 1"),
        ("up @ 1e30", 5, "1e30 is out of range for a time"),
        ("(up) offset 5m", 5, "offset stands behind a selector or a subquery only"),
        ("1 @ 2", 2, "@ stands behind a selector or a subquery only"),
        ("up # a\n ! up", 8, "'!' means nothing in PromQL"),
        ("up; up", 2, "';' means nothing in PromQL"),
        ("up{job='a}", 7, "this string is not closed on its line"),
        ("up{job=`a}", 7, "this string is not closed"),
        (r'up{job="\d"}', 8, r"\d is no escape sequence; a backslash itself is written \\"),
        (r'up{job="\400"}', 8, r"\400 is no escape sequence; a backslash itself is written \\"),
        (r'up{job="\ud800"}', 8, r"\ud800 is no escape sequence; a backslash itself is written \\"),
        ('up{job="a\ufffd"}', 9, r"Prometheus refuses U+FFFD in a string; write \ufffd"),
        ("up{job='\ud800'}", 8, "half a surrogate pair is no character"),
        ("1.5h", 0, "1.5h is neither a number nor a duration"),
        ("1e999", 0, "1e999 is neither a number nor a duration"),
        ("up[# a\n5m]", 3, "Prometheus takes no comment right behind an opening bracket"),
    ],
)
def test_the_first_problem_of_syntax_is_told(text: str, offset: int, message: str) -> None:
    assert problems(text) == [Problem(offset, message)]


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("rate(up)", 5, "rate takes a range vector, such as metric[5m] here, not an instant vector"),
        ("abs(up[5m])", 4, "abs takes an instant vector here, not a range vector"),
        ("rate()", 0, "rate takes 1 argument, but is given none"),
        ("clamp(up, 1)", 0, "clamp takes 3 arguments, but is given 2"),
        ("round(up, 1, 2)", 0, "round takes 1 to 2 arguments, but is given 3"),
        ("label_join(up, 'a')", 0, "label_join takes at least 3 arguments, but is given 2"),
        ("label_join(up, 'a', '', 'b', 'c', 1)", 34, "label_join takes a string here, not a scalar"),
        ("rat(up[5m])", 0, "prometheus-2.42 has no function rat"),
        ("histogram_avg(up)", 0, "histogram_avg needs prometheus-2.53 or later"),
        ("topk(up)", 0, "topk takes a scalar and an instant vector, but is given 1"),
        ("sum()", 0, "sum takes an instant vector, but is given none"),
        ("topk('3', up)", 5, "topk takes a scalar here, not a string"),
        ("-'a'", 0, "- takes a scalar or an instant vector, not a string"),
        ("up + up[5m]", 5, "+ takes scalars and instant vectors, not a range vector"),
        ("up[5m][1h:]", 0, "a subquery takes an instant vector, not a range vector"),
        ("1 > 2", 2, "two scalars are compared with > bool"),
        ("up + bool up", 3, "bool goes with comparisons only, not with +"),
        ("up and 1", 3, "and takes instant vectors, not a scalar"),
        ("up + on(job) 1", 3, "labels are matched between instant vectors only"),
        ("a and on(x) group_left b", 2, "and takes no group_left"),
        ("a + on(x) group_left(x) b", 2, "x stands in both on (...) and group_left (...)"),
        ("{}", 0, "this could select every series; at least one matcher must refuse the empty value"),
        (
            '{a=~"x|",b!="y"}',
            0,
            "this could select every series; at least one matcher must refuse the empty value",
        ),
        ('up{__name__="a"}', 3, "the metric has a name already: up"),
        ('up{a=~"("}', 3, "the regular expression is invalid: missing ): ("),
    ],
)
def test_a_problem_of_types_is_told(text: str, offset: int, message: str) -> None:
    assert problems(text) == [Problem(offset, message)]


@pytest.mark.parametrize(
    ("text", "release", "message"),
    [
        (
            "1_000",
            PROMETHEUS_2_53,
            "1_000 is neither a number nor a duration in prometheus-2.53; it needs prometheus-3.5 or later",
        ),
        ("up[300]", PROMETHEUS_2_53, "a number as a duration needs prometheus-3.5 or later; write 300s"),
        ("up offset 0s", PROMETHEUS_2_53, "an offset of 0s needs prometheus-3.5 or later"),
        ("5m", PROMETHEUS_2_53, "a duration as a number needs prometheus-3.5 or later"),
        ("up[9223372037]", PROMETHEUS_3_5, "9223372037 s is longer than Prometheus can count (292 years)"),
        ('{"up"}', PROMETHEUS_2_42, "a quoted name in a selector needs prometheus-2.53 or later"),
        ('sum by ("a") (up)', PROMETHEUS_2_53, '"a" as a label name needs prometheus-3.5 or later'),
        ("sum by (a:b) (up)", PROMETHEUS_2_53, "a:b as a label name needs prometheus-3.5 or later"),
        ('sum by ("") (up)', PROMETHEUS_3_5, '"" is no label name'),
        (
            '{a=~"(?<n>x)"}',
            PROMETHEUS_2_42,
            "the regular expression is invalid: (?<n> needs prometheus-2.53 or later; write (?P<n>",
        ),
        (
            "holt_winters(up[5m], 0, 0)",
            PROMETHEUS_3_5,
            "holt_winters is gone from prometheus-3.5; prometheus-2.53 still had it",
        ),
        (
            "mad_over_time(up[5m])",
            PROMETHEUS_3_5,
            "mad_over_time is experimental in prometheus-3.5 and refused by default",
        ),
        ("limitk(1, up)", PROMETHEUS_3_5, "limitk is experimental in prometheus-3.5 and refused by default"),
        ("limitk(1, up)", PROMETHEUS_2_53, "prometheus-2.53 has no function limitk"),
    ],
)
def test_a_problem_of_the_release_says_which_one_would_do(text: str, release: Release, message: str) -> None:
    assert [problem.message for problem in problems(text, release)] == [message]


def test_all_problems_of_types_are_told_in_reading_order() -> None:
    text = 'rate(up) / {a=~"["} + nosuch(up{b!~"*"}) > bool rate(up)'
    assert [problem.offset for problem in problems(text)] == [5, 12, 22, 32, 53]


@pytest.mark.parametrize("text", ["nosuch(up) + 1", "-nosuch()", "sum(nosuch())", "nosuch()[5m:]"])
def test_an_unknown_function_is_one_problem_only(text: str) -> None:
    assert len(problems(text)) == 1
