from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.promql.problems import Problem
from slo_compiler.promql.release import PROMETHEUS_2_42
from slo_compiler.promql.template import Template, embeddable, parse_template


def template(text: str) -> Template:
    found = parse_template(text, PROMETHEUS_2_42)
    assert isinstance(found, Template), found
    return found


def test_an_expression_without_a_window_stays_as_it_is() -> None:
    assert template("sum( rate(up[5m]) )  /2").substitute("1h") == "sum( rate(up[5m]) )  /2"
    assert not template("rate(up[5m])").has_window


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate(up[$window])", "rate(up[1h])"),
        ("rate(up[ $window ])", "rate(up[ 1h ])"),
        ("rate(up[$window:1m])", "rate(up[1h:1m])"),
        ("rate(up[30d:$window])", "rate(up[30d:1h])"),
        ("rate(a[$window]) / rate(b[$window] offset 5m)", "rate(a[1h]) / rate(b[1h] offset 5m)"),
    ],
)
def test_the_window_stands_for_every_placeholder(text: str, expected: str) -> None:
    assert template(text).has_window
    assert template(text).substitute("1h") == expected


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("$window", 0),
        ("up offset $window", 10),
        ("up @ $window", 5),
        ("up[$windows]", 3),
        ("up[$window", 10),
        ("up[5m$window]", 5),
        ("up[-$window]", 3),
        ("up[$window + 1m]", 11),
    ],
)
def test_a_placeholder_elsewhere_is_a_problem(text: str, offset: int) -> None:
    found = parse_template(text, PROMETHEUS_2_42)
    assert isinstance(found, list)
    assert [problem.offset for problem in found] == [offset]


def test_a_placeholder_in_a_string_or_comment_is_none() -> None:
    text = 'up{a="[$window]"}  # [$window]'
    assert template(text).pieces == ('up{a="[$window]"}',)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("up # ) or vector(1)", "up"),
        ("  up\n", "up"),
        ("# first\nup # second\n  / 2 # third", "up \n  / 2"),
        ("up{a='#'} # x", "up{a='#'}"),
        ("sum(# x\r\nup)", "sum(\r\nup)"),
        ("rate(up[$window # x\n])", "rate(up[$window \n])"),
    ],
)
def test_comments_are_harmless_within_another_expression(text: str, expected: str) -> None:
    assert embeddable(text, PROMETHEUS_2_42) == expected
    assert template(text).substitute("$window") == expected


@pytest.mark.parametrize("window", ["5m", "1h30m", "250ms", "$__rate_interval"])
def test_a_window_is_a_duration_or_a_variable(window: str) -> None:
    assert template("rate(up[$window])").substitute(window) == f"rate(up[{window}])"


@pytest.mark.parametrize("window", ["", "0s", "5", "5m1h", "5m]) or vector(1) #", "5m\n", "$", "$a]", "up"])
def test_nothing_else_is_a_window(window: str) -> None:
    with pytest.raises(ValueError, match=r"is no window|is not a duration"):
        template("rate(up[$window])").substitute(window)


def test_what_is_no_expression_stands_within_none() -> None:
    with pytest.raises(ValueError, match=r"^a\{: "):
        embeddable("a{", PROMETHEUS_2_42)


def test_a_template_that_is_no_expression_is_told() -> None:
    assert parse_template("rate(up)", PROMETHEUS_2_42) == [
        Problem(5, "rate takes a range vector, such as metric[5m] here, not an instant vector")
    ]


COMMENTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"))


@given(COMMENTS, COMMENTS)
def test_no_comment_survives(first: str, second: str) -> None:
    text = f"rate(#{first}\nup[$window]) #{second}"
    assert template(text).substitute("5m") == "rate(\nup[5m])"
