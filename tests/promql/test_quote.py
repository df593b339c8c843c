"""Whatever is quoted is read back as itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.problems import Problem
from slo_compiler.promql.quote import matcher, quote_regex, quote_string, selector
from slo_compiler.promql.regex import matches, regex_problem
from slo_compiler.promql.release import PROMETHEUS_2_42, RELEASES
from slo_compiler.promql.syntax import Matcher, MatchOperator, StringLiteral, VectorSelector

SCALAR_VALUES = st.text(st.characters(exclude_categories=["Cs"]))
AWKWARD = st.text(st.sampled_from("\"'`\\{}()[]#$|.*+?^-\n\r\t\0\x7f\x85\u2028\ufeff\ufffd\U0001f600ax1u0"))


def read_back(quoted: str) -> str:
    found = parse(quoted, PROMETHEUS_2_42)
    assert isinstance(found, Expression), found
    assert isinstance(found.tree, StringLiteral)
    return found.tree.value


@given(SCALAR_VALUES | AWKWARD)
def test_a_quoted_string_is_read_back(value: str) -> None:
    assert read_back(quote_string(value)) == value


def test_every_character_is_read_back() -> None:
    code_points = [*range(0xD800), *range(0xE000, 0x110000)]
    for start in range(0, len(code_points), 2_000):
        value = "".join(map(chr, code_points[start : start + 2_000]))
        assert read_back(quote_string(value)) == value


def test_half_a_surrogate_pair_cannot_be_quoted() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        quote_string("\ud800")


@given(SCALAR_VALUES | AWKWARD, SCALAR_VALUES | AWKWARD)
def test_a_quoted_regex_matches_its_value_alone(value: str, other: str) -> None:
    for release in RELEASES:
        assert regex_problem(quote_regex(value), release) is None
        assert matches(quote_regex(value), value, release)
        assert matches(quote_regex(value), other, release) is (value == other)


@given(SCALAR_VALUES | AWKWARD, st.sampled_from([MatchOperator.EQUAL, MatchOperator.NOT_EQUAL]))
def test_a_matcher_cannot_break_out_of_its_selector(value: str, operator: MatchOperator) -> None:
    text = selector("up", [matcher("job", operator, value), matcher("a", MatchOperator.EQUAL, "b")])
    found = parse(text, PROMETHEUS_2_42)
    assert isinstance(found, Expression)
    assert isinstance(found.tree, VectorSelector)
    first, second = found.tree.matchers
    assert (first.label, first.operator, first.value) == ("job", operator, value)
    assert (second.label, second.operator, second.value) == ("a", MatchOperator.EQUAL, "b")


def test_a_selector_is_printed_as_one_would_write_it() -> None:
    assert selector("up") == "up"
    assert (
        selector("slo:sli:ratio", [matcher("job", MatchOperator.REGEX, "a|b")]) == 'slo:sli:ratio{job=~"a|b"}'
    )


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a.b", "é", 'a"', "a b", "a\n"])
def test_odd_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name that every release takes"):
        selector(name)
    with pytest.raises(ValueError, match="name that every release takes"):
        matcher(name, MatchOperator.EQUAL, "x")


def test_a_label_has_no_colon() -> None:
    with pytest.raises(ValueError, match="'a:b' is not a label name"):
        matcher("a:b", MatchOperator.EQUAL, "x")


def test_a_matcher_read_back_has_its_place() -> None:
    text = "{" + matcher("job", MatchOperator.NOT_REGEX, "x") + "}"
    found = parse(text, PROMETHEUS_2_42)
    assert found == [
        Problem(0, "this could select every series; at least one matcher must refuse the empty value")
    ]
    assert Matcher(1, 9, "job", MatchOperator.NOT_REGEX, "x").operator.is_regex
