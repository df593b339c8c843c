"""Regular expressions are held to Go's dialect; the verdicts of promtool are in test_verdicts."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.promql.regex import LARGEST_PROGRAM, matches, regex_problem
from slo_compiler.promql.release import PROMETHEUS_2_42, PROMETHEUS_2_53, PROMETHEUS_3_5, Release


@pytest.mark.parametrize(
    "pattern", ["a|b", r"\Qa.b\E", r"\Q\C", r"[\]C(?<n>]", r"\\C", "{", "a{,2}", "(?i)a"]
)
def test_what_go_takes_has_no_problem(pattern: str) -> None:
    assert regex_problem(pattern, PROMETHEUS_3_5) is None


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "missing ): ("),
        ("a**", "bad repetition operator: **"),
        ("a{1001}", "invalid repetition size: {1001}"),
        ("a{99999999999}", "invalid repetition size: {99999999999}"),
        ("a{1,99999999999}", "invalid repetition size: {1,99999999999}"),
        (r"\C", r"invalid escape sequence: \C"),
        ("(?P<é>a)", "invalid named capture: (?P<é>"),
        (r"\p{Kawi}", r"not every build of prometheus-3.5 knows \p{Kawi}"),
        ("[\\pL\\pN]{1000}", "pattern too large - compile failed"),
    ],
)
def test_what_go_refuses_has_one(pattern: str, message: str) -> None:
    assert regex_problem(pattern, PROMETHEUS_3_5) == f"the regular expression is invalid: {message}"


def test_re2_keeps_its_own_messages_to_itself(capfd: pytest.CaptureFixture[str]) -> None:
    assert regex_problem("(unheard", PROMETHEUS_3_5) is not None
    assert capfd.readouterr() == ("", "")


def test_bytes_that_are_no_utf8_are_no_pattern() -> None:
    assert regex_problem("\udcff", PROMETHEUS_3_5) == "the regular expression is no UTF-8"


def test_an_open_quotation_is_refused_where_the_pattern_is_wrapped() -> None:
    assert regex_problem(r"\Qa", PROMETHEUS_2_53) is None
    assert regex_problem(r"\Qa", PROMETHEUS_2_42) is not None


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [("a|ab", "ab", True), ("a", "ab", False), ("", "", True), (".+", "", False), ("^a$", "a", True)],
)
def test_a_pattern_matches_a_value_as_a_whole(pattern: str, value: str, *, expected: bool) -> None:
    assert matches(pattern, value, PROMETHEUS_2_42) is expected


def test_a_dot_matches_a_newline_since_release_3() -> None:
    assert not matches("a.b", "a\nb", PROMETHEUS_2_53)
    assert matches("a.b", "a\nb", PROMETHEUS_3_5)


@given(
    pattern=st.text("ab0_-/: .|", max_size=8),
    value=st.text("ab0_-/: .|\n\ré", max_size=8),
    release=st.sampled_from([PROMETHEUS_2_42, PROMETHEUS_3_5]),
)
def test_words_dots_and_bars_match_without_re2_what_they_match_with_it(
    pattern: str, value: str, release: Release
) -> None:
    options = re2.Options()
    options.dot_nl = release is PROMETHEUS_3_5
    expected = re2.compile(pattern, options).fullmatch(value) is not None
    assert (None, expected) == (regex_problem(pattern, release), matches(pattern, value, release))


@pytest.mark.parametrize("pattern", ["a" * 256, "." * 256, "a|" * 128])
def test_re2_takes_the_longest_that_do_without_it(pattern: str) -> None:
    options = re2.Options()
    options.max_mem = LARGEST_PROGRAM
    assert re2.compile(pattern, options) is not None
