"""The breaks are the ones that are meant, and every explanation is of one that can still be made."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutation.explanations import all_mutants, explanations
from tests.mutation.mutants import mutants_of
from tests.mutation.operators import replacements
from tests.mutation.signal_breaks import BREAKS, Break


@pytest.mark.parametrize(
    ("source", "broken"),
    [
        pytest.param(
            "a < b", ["a <= b", "a >= b"], id="a comparison at its boundary and the other way round"
        ),
        pytest.param("a - b", ["a + b"], id="a difference"),
        pytest.param("a / b", ["a * b"], id="a quotient"),
        pytest.param("a and b", ["a or b", "b", "a"], id="a condition of two"),
        pytest.param("not a", ["a"], id="a negation"),
        pytest.param("12", ["13", "11"], id="a number"),
        pytest.param("True", ["False"], id="a truth value"),
        pytest.param("'why'", ["'not why'"], id="a text"),
        pytest.param("min(a)", ["max(a)"], id="the smallest"),
        pytest.param("math.ceil(a)", ["math.floor(a)"], id="rounding up"),
        pytest.param("a if b else c", ["a", "c"], id="a choice"),
        pytest.param("a", [], id="a name"),
    ],
)
def test_an_expression_becomes(source: str, broken: list[str]) -> None:
    node = ast.parse(source, mode="eval").body
    assert broken == [ast.unparse(each) for each in replacements(node)]


@pytest.mark.parametrize(
    ("source", "broken"),
    [
        pytest.param("return a", ["return None"], id="an answer"),
        pytest.param("a.append(b)", ["pass"], id="a call for its effect"),
        pytest.param("a += b", ["pass"], id="an addition in place"),
        pytest.param("if a: b", ["if not a:\n    b"], id="a branch"),
        pytest.param("return", [], id="an early end"),
    ],
)
def test_a_statement_becomes(source: str, broken: list[str]) -> None:
    node = ast.parse(source).body[0]
    assert broken == [ast.unparse(each) for each in replacements(node)]


def test_a_filter_of_a_comprehension_is_dropped() -> None:
    node = ast.parse("[a for a in b if a]", mode="eval").body
    assert isinstance(node, ast.ListComp)
    assert ["for a in b"] == [ast.unparse(each).strip() for each in replacements(node.generators[0])]


def test_a_mutant_differs_in_one_place_and_is_named_by_it(tmp_path: Path) -> None:
    path = tmp_path / "window.py"
    path.write_text('"""A docstring."""\n\ndef f(a: "int" = 1):\n    return -a\n')
    assert [
        ("window.f: 1 => 2", '"""A docstring."""\n\ndef f(a: \'int\'=2):\n    return -a'),
        ("window.f: 1 => 0", '"""A docstring."""\n\ndef f(a: \'int\'=0):\n    return -a'),
        ("window.f: return -a => return None", '"""A docstring."""\n\ndef f(a: \'int\'=1):\n    return None'),
        ("window.f: -a => a", '"""A docstring."""\n\ndef f(a: \'int\'=1):\n    return a'),
    ] == [(mutant.name, ast.unparse(mutant.tree())) for mutant in mutants_of("room.window", path)]


def test_the_same_break_in_two_places_of_a_function_has_two_names(tmp_path: Path) -> None:
    path = tmp_path / "window.py"
    path.write_text("a - b\na - b\n")
    assert ["window: a - b => a + b", "window: a - b => a + b (2)"] == [
        mutant.name for mutant in mutants_of("room.window", path)
    ]


def test_every_explanation_is_of_a_break_that_can_be_made() -> None:
    assert explanations().keys() - {mutant.name for mutant in all_mutants()} == set()


def test_every_explanation_says_why() -> None:
    assert [] == [name for name, why in explanations().items() if not why]


@pytest.mark.parametrize("each", BREAKS, ids=lambda each: each.name)
def test_a_chosen_break_can_be_made_and_its_tests_are_there(each: Break) -> None:
    assert each.path.read_text(encoding="utf-8").count(each.old) == 1
    assert isinstance(each.tree(), ast.Module)
    root = Path(__file__).parents[2]
    for test in each.tests:
        path, _, name = test.partition("::")
        assert not name or f"def {name}(" in (root / path).read_text(encoding="utf-8")
