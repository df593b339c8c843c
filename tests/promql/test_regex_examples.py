from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.promql.regex import matches, regex_problem
from slo_compiler.promql.regex_examples import examples
from slo_compiler.promql.release import PROMETHEUS_2_42, RELEASES, Release


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ("5..", "500"),
        ("OK|NotFound", "OK"),
        ("(?i)get", "get"),
        (r"10\.0\.\d+\.\d+", "10.0.0.0"),
        ("[^a-z]{2}", "00"),
        ("/api/v[12]/.*", "/api/v1/"),
        ("(?:eu|us)-(west|east)-[0-9]", "eu-west-0"),
        ("(?P<zone>a|b)+", "a"),
        ("^x$", "x"),
        (r"\pL", "x"),
        ("", ""),
        ("a?", ""),
    ],
)
def test_the_first_example_of_a_pattern_takes_its_first_choices(pattern: str, first: str) -> None:
    assert examples(pattern, PROMETHEUS_2_42)[0] == first


def test_alternatives_take_turns() -> None:
    assert examples("a[0x]|b", PROMETHEUS_2_42) == ("a0", "b", "ax")


@pytest.mark.parametrize("pattern", [r"\Qa.b\E", r"\Q(*\E", r"\p{Greek}", r"a\bb", "(" * 60 + "a" + ")" * 60])
def test_what_is_not_understood_has_no_example(pattern: str) -> None:
    assert examples(pattern, PROMETHEUS_2_42) == ()


@given(
    pattern=st.text(alphabet=r"ab0.|()[]^$*+?{}-\dQE,1", max_size=12),
    release=st.sampled_from(RELEASES),
)
def test_every_example_matches(pattern: str, release: Release) -> None:
    if regex_problem(pattern, release) is None:
        assert all(matches(pattern, value, release) for value in examples(pattern, release))
