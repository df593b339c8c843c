from __future__ import annotations

import pytest

from slo_compiler.schema.yaml import streams
from slo_compiler.schema.yaml.nodes import Node, to_data
from slo_compiler.schema.yaml.streams import read_documents


def documents(text: str) -> tuple[Node, ...]:
    roots = read_documents("a.yaml", text.encode())
    assert isinstance(roots, tuple), roots
    return roots


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n", [{"a": 1}]),
        ("---\na: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("# c\n---\na: 1\n--- # d\n\n---\nb: 2\n...\n---\n", [{"a": 1}, {"b": 2}]),
        ("a: |\n  ---\n  x\n---\n- 1\n", [{"a": "---\nx\n"}, [1]]),
        ("a: 1\r\n---\r\nb: 2\r\n", [{"a": 1}, {"b": 2}]),
        ("", []),
        ("---\n# nothing\n", []),
    ],
)
def test_all_documents_that_hold_anything_are_read(text: str, expected: list[object]) -> None:
    assert [to_data(root) for root in documents(text)] == expected


def test_places_are_those_of_the_file() -> None:
    assert [root.position.line for root in documents("# c\n---\na: 1\n---\n\nb: 2\n")] == [3, 6]


def test_problems_of_all_documents_are_told_at_their_lines() -> None:
    found = read_documents("a.yaml", b"a: 1\na: 2\n---\nb: 1\nb: 2\n")
    assert isinstance(found, list)
    assert [str(each).split(";")[0] for each in found] == [
        'a.yaml:2:1: error: duplicate key "a" (first at line 1)',
        'a.yaml:5:1: error: duplicate key "b" (first at line 4)',
    ]


def test_more_documents_than_can_be_read_in_time_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_LINES_READ", 100)
    found = read_documents("a.yaml", b"\n" * 30 + b"---\na\n" * 10)
    assert isinstance(found, list)
    assert [each.check for each in found] == ["yaml/documents"]
