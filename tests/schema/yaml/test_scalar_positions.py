"""Every character of a scalar is found again in the file, however the scalar is written."""

from __future__ import annotations

import itertools

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from slo_compiler.schema.yaml import documents
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import MappingNode, ScalarNode
from slo_compiler.schema.yaml.scalar_positions import position_at


def value_in(content: bytes) -> ScalarNode:
    """The value of the key ``expr``."""
    root = read_document("f", content)
    assert isinstance(root, MappingNode), (
        [str(problem) for problem in root] if isinstance(root, list) else root
    )
    value = root.entries["expr"].value
    assert isinstance(value, ScalarNode)
    return value


def places(text: str) -> list[tuple[int, int]]:
    """Line and column of each character, and of the end."""
    scalar = value_in(text.encode())
    found = [position_at(scalar, offset) for offset in range(len(scalar.text) + 1)]
    return [(position.line, position.column) for position in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("expr: ab", [(1, 7), (1, 8), (1, 9)]),
        ("expr:", [(1, 6)]),
        ("expr: ''", [(1, 8)]),
        ("expr: |\n", [(1, 7)]),
        ("expr: 'a''b'", [(1, 8), (1, 9), (1, 11), (1, 12)]),
        (
            'expr: "\\u00e9\\x41\\nb\\U0001F642\\""',
            [(1, 8), (1, 14), (1, 18), (1, 20), (1, 21), (1, 31), (1, 33)],
        ),
        ("expr: a\n  b", [(1, 7), (1, 8), (2, 3), (2, 4)]),
        ("expr: a  \n\n\n  b", [(1, 7), (2, 1), (3, 1), (4, 3), (4, 4)]),
        ('expr: "a \n  b"', [(1, 8), (1, 10), (2, 3), (2, 4)]),
        ('expr: "a \\\n   b"', [(1, 8), (1, 9), (2, 4), (2, 5)]),
        ('expr: "a\\\n\n b"', [(1, 8), (2, 1), (3, 2), (3, 3)]),
        ("expr: 'a\n  ''b'", [(1, 8), (1, 9), (2, 3), (2, 5), (2, 6)]),
        ("expr: |\n  a\n   b\n", [(2, 3), (2, 4), (3, 3), (3, 4), (3, 5), (3, 5)]),
        ("expr: |1-  # why\n\n  a\n", [(2, 1), (3, 2), (3, 3), (3, 4)]),
        ("expr: |+\n  a\n \n   \n", [(2, 3), (2, 4), (3, 2), (4, 3), (4, 4), (4, 4)]),
        ("expr: >\n  a b\n  c\n", [(2, 3), (2, 4), (2, 5), (2, 6), (3, 3), (3, 4), (3, 4)]),
        ("expr: >-\n  a\n\n  b", [(2, 3), (2, 4), (4, 3), (4, 4)]),
        ("expr: >\n  a\n    b\n", [(2, 3), (2, 4), (3, 3), (3, 4), (3, 5), (3, 6), (3, 6)]),
        ("expr: >1-\n   a\n", [(2, 2), (2, 3), (2, 4), (2, 5)]),
    ],
)
def test_each_character_and_the_end_have_a_place(text: str, expected: list[tuple[int, int]]) -> None:
    assert places(text) == expected


def test_offsets_beyond_the_text_are_taken_for_its_ends() -> None:
    scalar = value_in(b"expr: ab")
    assert position_at(scalar, -3) == position_at(scalar, 0)
    assert position_at(scalar, 99) == position_at(scalar, 2)


def test_a_key_is_searched_like_a_value() -> None:
    root = read_document("f", b"- x\n- 'it''s': 1\n")
    assert not isinstance(root, list | ScalarNode | MappingNode)
    item = root.items[1]
    assert isinstance(item, MappingNode)
    assert str(position_at(item.entries["it's"].key, 3)) == "f:2:8"


NEWLINE = "\n"

# Each occurs at most once in a file, so that a character found is the right one.
ALPHABET = "abdfghijklmnoqstuvwyABCDEFGHIJKLMNOPQRSTUVWXYZéß√\U0001f642()=~./^$"


@st.composite
def lines_of_words(draw: DrawFn) -> list[list[str]]:
    """One to four lines of one to three words, no character twice, but the x that every word begins with."""
    letters = iter(draw(st.permutations(ALPHABET)))
    shape = draw(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3), min_size=1, max_size=4))
    return [["x" + "".join(itertools.islice(letters, length)) for length in line] for line in shape]


@st.composite
def values(draw: DrawFn) -> str:
    """A value of several lines, in any style, as it stands behind its key."""
    style = draw(st.sampled_from(["", "'", '"', "|", ">"]))
    indent = draw(st.integers(1, 4))
    lines: list[str] = []
    for line in draw(lines_of_words()):
        blank_lines = draw(st.integers(0, 2)) if lines else 0
        more = draw(st.sampled_from([0, 2])) if lines and style in ("|", ">") else 0
        lines += [""] * blank_lines
        lines.append(
            " " * (indent + more) + draw(st.sampled_from([" ", "  ", " \t " if style else "   "])).join(line)
        )
    if style in ("|", ">"):
        header = draw(st.sampled_from(["", "-", "+", f"{indent}", f"{indent}-", "  # p"]))
        return f"{style}{header}\n{NEWLINE.join(lines)}"
    return f"{style}{NEWLINE.join(lines).lstrip()}{style}"


@pytest.mark.parametrize("parser", ["CSafeLoader", "SafeLoader"])
@given(
    value=values(),
    before=st.sampled_from(["", "\ufeff", "# ü\U0001f680\n\n", "ü\U0001f680: [1, ü]\n"]),
    behind=st.sampled_from(["", "\n", "\n\n\n", "\np: 1\n"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_every_visible_character_is_found_where_it_stands(
    parser: str, value: str, before: str, behind: str, line_end: str
) -> None:
    text = f"{before}expr: {value}{behind}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_PARSER", getattr(yaml, parser, yaml.SafeLoader))
        scalar = value_in(text.replace("\n", line_end).encode())
    lines = text.removeprefix("\ufeff").split("\n")
    searched = [(offset, character) for offset, character in enumerate(scalar.text) if character in ALPHABET]
    assert len(searched) == sum(text.count(character) for character in ALPHABET)
    for offset, character in searched:
        position = position_at(scalar, offset)
        assert lines[position.line - 1][position.column - 1] == character


@given(st.lists(st.sampled_from(["xa", "xb", "''", "\U0001f642"]), min_size=1, max_size=5).map(" ".join))
def test_characters_in_braces_are_found_as_well(words: str) -> None:
    text = f"{{ü: 'ü', expr: 'x {words}' , z: 1}}"
    scalar = value_in(text.encode())
    for offset, character in enumerate(scalar.text):
        assert text[position_at(scalar, offset).column - 1] == character


LINE = st.text("abc #:'\"\\\U0001f642", max_size=6).map(lambda line: "x" + line)


@given(st.lists(st.one_of(st.just(""), LINE, LINE.map(lambda line: "  " + line)), min_size=1, max_size=6))
def test_white_space_of_a_literal_block_is_found_too(lines: list[str]) -> None:
    scalar = value_in(("expr: |2+\n" + "".join(f"  {line}\n" for line in lines)).encode())
    assert scalar.text == "".join(f"{line}\n" for line in lines)
    found = [position_at(scalar, offset) for offset in range(len(scalar.text))]
    expected = [(2 + row, 3 + column) for row, line in enumerate(lines) for column in range(len(line) + 1)]
    assert [(position.line, position.column) for position in found] == expected


@given(st.text('ab\t"\\/\n\x07é\u2028\U0001f642 ', max_size=12), st.booleans())
def test_an_escape_is_found_at_its_backslash(text: str, ascii_only: bool) -> None:  # noqa: FBT001  drawn, not passed
    written = str(yaml.safe_dump(text, default_style='"', allow_unicode=not ascii_only, width=10**6)).rstrip(
        "\n"
    )
    scalar = value_in(f"expr: {written}".encode())
    assert scalar.text == text
    for offset, character in enumerate(text):
        there = f"expr: {written}"[position_at(scalar, offset).column - 1]
        assert there in (character, "\\")
