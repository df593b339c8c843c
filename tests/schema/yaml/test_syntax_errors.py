"""Mistakes an author makes, and what they are told instead of the words of the parser."""

from __future__ import annotations

import pytest
import yaml

from slo_compiler.schema.yaml.documents import read_document

pytestmark = pytest.mark.skipif(not yaml.__with_libyaml__, reason="the parser in pure Python has other words")

SECOND_KEY = (
    "a second key cannot stand here: either the line is indented differently from its neighbours, "
    'or a text with ": " in it needs quotes'
)
ODD_LINE_OUT = (
    "this does not continue what begins at line 1: either the line is indented differently from its "
    "neighbours, or text follows a closed quote or bracket"
)
OPEN_LIST = (
    "the list that begins with [ at line 1 lacks a , or a ] before this; "
    "a text that begins with [ needs quotes"
)
OPEN_MAPPING = (
    "the mapping that begins with { at line 1 lacks a , or a } before this; "
    "a text that begins with { needs quotes"
)
BLOCK_ON_ITS_LINE = (
    "after | or > a text begins on the next line; a text that itself begins with | or > needs quotes"
)
LIST_ON_ITS_LINE = 'a list begins on a line of its own; a text that begins with "- " needs quotes'
UNKNOWN_ESCAPE = "no such escape; in double quotes a backslash is written \\\\, in single quotes as it is"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: b: c", 1, 5, SECOND_KEY),
        ("a: 1\n b: 2", 2, 3, SECOND_KEY),
        ("a:\n  b: 1\n c: 2", 3, 2, ODD_LINE_OUT),
        ("- a\nb: 1", 2, 1, ODD_LINE_OUT),
        ('a: "x" y', 1, 8, ODD_LINE_OUT),
        ("a: {x: 1} b\n", 1, 11, ODD_LINE_OUT),
        ("a: 'x\nb: 1\n", 1, 4, "the quote that opens here is never closed"),
        ('a: "x\n---\nb: 1\n', 1, 4, "the quote that opens here is never closed"),
        ("a: @x", 1, 4, "a text that begins with @ needs quotes"),
        ("a: *{x}", 1, 4, "a text that begins with * needs quotes"),
        ("a: !x!y z", 1, 4, "a text that begins with ! needs quotes"),
        ("a: ,", 1, 4, "a value is missing here; a text that begins with , needs quotes"),
        ("a: [1,\n  2\nb: 3\n", 3, 2, OPEN_LIST),
        ("a: {x: 1\n\n", 1, 9, OPEN_MAPPING),
        ('a: {job="x"} > 1', 1, 16, BLOCK_ON_ITS_LINE),
        ("a: 1\nfoo\nb: 2", 2, 1, "this line is no key with a value, nor does it continue the line above"),
        ("a: - b", 1, 4, LIST_ON_ITS_LINE),
        ('a: "\\d"', 1, 5, UNKNOWN_ESCAPE),
        ('a: "\\ud83d"', 1, 7, "this escape is no character; write the character itself"),
        ("a: |0\n", 1, 5, "found an indentation indicator equal to 0"),
    ],
)
def test_a_mistake_is_explained(text: str, line: int, column: int, message: str) -> None:
    problems = read_document("f", text.encode())
    assert isinstance(problems, list)
    assert [str(problem) for problem in problems] == [f"f:{line}:{column}: error: {message} [yaml/syntax]"]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a:\n\tb: 1", 2, 1),
        ("a:\n  b: 1\n\tc: 2", 3, 1),
        ("a:\n  - x\n  \t- y\n", 3, 3),
        ("a: |\n\tfoo\n", 2, 1),
    ],
    ids=["below a key", "beside a key", "behind spaces", "in a block"],
)
def test_a_tab_that_indents_is_called_a_tab(text: str, line: int, column: int) -> None:
    problems = read_document("f", text.encode())
    assert isinstance(problems, list)
    message = "a tab indents this line, and how far is anyone's guess; indent with spaces"
    assert [str(problem) for problem in problems] == [f"f:{line}:{column}: error: {message} [yaml/tab]"]
