"""No input takes long or breaks the parser: it is an expression, or it has located problems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.cursor import DEEPEST, MOST_PATTERNS
from slo_compiler.promql.lexer import LONGEST
from slo_compiler.promql.problems import Problem
from slo_compiler.promql.queries import output_labels, range_calls, vector_selectors
from slo_compiler.promql.release import PROMETHEUS_2_42, PROMETHEUS_3_5, RELEASES
from slo_compiler.promql.template import parse_template

MEBIBYTE = 1 << 20


def is_answered(text: str) -> bool:
    """Whether every release has an answer, with its problems in place, and trees can be read."""
    for release in RELEASES:
        found = parse(text, release, placeholders=True)
        if isinstance(found, Expression):
            list(vector_selectors(found.tree))
            list(range_calls(found.tree))
            output_labels(found.tree)
        elif not found or not all(0 <= problem.offset <= min(len(text), LONGEST) for problem in found):
            return False
    return True


UNITS = (
    *("(", ")", "{", "[", "-", "!", "^", "a", "a(", "abs(", "a[", "a+", "-a", '"', "\\", "`", "#"),
    *("#\n", "\0", "\ud800", "é", "\U0001f600", " ", "9", "0x", "1_", ".", "1e", ":", "a:", "$"),
    *("$window", "@", "a@1", ",", "sum by(", "[5m:]", 'a{b="', "a{b=~'(", "a or ", "offset 5m ", "on("),
)


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
@pytest.mark.parametrize("length", [100, LONGEST, MEBIBYTE])
def test_repetition_is_answered(unit: str, length: int) -> None:
    assert is_answered((unit * (length // len(unit) + 1))[:length])


def test_a_mebibyte_is_too_long() -> None:
    assert parse("a" * MEBIBYTE, PROMETHEUS_2_42) == [
        Problem(LONGEST, "the expression is longer than 16384 characters")
    ]


@pytest.mark.parametrize("opening", ["(", "-", "abs(", "sum by (a) (", "1^", "1 + ("])
def test_what_is_too_deep_is_told_where_it_gets_too_deep(opening: str) -> None:
    found = parse(opening * 1_000, PROMETHEUS_2_42)
    assert isinstance(found, list)
    assert found[0].message == f"the expression is nested more than {DEEPEST} levels deep"


def test_the_deepest_expression_is_taken() -> None:
    depth = DEEPEST - 1
    assert isinstance(parse("abs(" * depth + "up" + ")" * depth, PROMETHEUS_2_42), Expression)


@pytest.mark.parametrize("operator", ["+", " or ", "*", ">", " and on(a) "])
def test_a_chain_of_operators_may_be_as_long_as_an_expression(operator: str) -> None:
    chain = operator.join(["a"] * (LONGEST // (len(operator) + 1)))
    assert isinstance(parse(chain, PROMETHEUS_2_42), Expression)
    assert is_answered(chain)


PATTERNS = (
    *("(" * 8_000, "[" * 8_000, "[^" * 4_000, "(?<" * 4_000, "(?:" * 8_000, "(a|" * 3_000),
    *(r"\\Q" * 4_000, r"\\pL" * 3_000, "a{9999999999," * 1_000, "(" * 4_000 + ")" * 4_000),
)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern[:5])
def test_any_pattern_is_answered(pattern: str) -> None:
    assert is_answered(f'up{{a=~"{pattern}"}}')


def test_a_long_list_of_words_is_no_problem() -> None:
    words = "|".join(f"{n * 7919 % 99991:05}" for n in range(2_500))
    assert isinstance(parse(f'up{{a=~"{words}"}}', PROMETHEUS_3_5), Expression)


def test_one_pattern_may_stand_anywhere_any_number_of_times() -> None:
    assert isinstance(parse(" + ".join(['a{b=~"c.*"}'] * 1_000), PROMETHEUS_2_42), Expression)


def test_as_many_patterns_as_may_be_are_taken() -> None:
    text = " + ".join(f'a{{b=~"{n}"}}' for n in range(MOST_PATTERNS))
    assert isinstance(parse(text, PROMETHEUS_2_42), Expression)


def test_too_many_patterns_are_told() -> None:
    text = " + ".join(f'a{{b=~"{n}"}}' for n in range(MOST_PATTERNS + 1))
    found = parse(text, PROMETHEUS_2_42)
    assert isinstance(found, list)
    assert found[0].message == "the expression has more than 50 different regular expressions"


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert is_answered(text)


@given(st.binary())
def test_any_bytes_are_answered(data: bytes) -> None:
    assert is_answered(data.decode(errors="surrogateescape"))
    assert is_answered(data.decode("latin-1"))


PIECES = (
    *("up", "job", "rate(", "sum(", "sum by(", ")", "(", "{", "}", "[", "]", "5m", "1h30m", "$window"),
    *(":", ",", "=", "==", "=~", "!=", ">", "+", "-", "*", "^", "@", "offset", "and", "or", "on(", "bool"),
    *("group_left(", "1", "1e3", "0x1f", ".5", "inf", "start()", "'a'", '"b\\n"', "`c`", "#", "\n", "\\"),
    *("\0", "é"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(["", " "]))
def test_any_pieces_of_expressions_are_answered(pieces: list[str], space: str) -> None:
    text = space.join(pieces)
    assert is_answered(text)
    parse_template(text, PROMETHEUS_3_5)
