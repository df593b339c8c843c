"""Bytes that are no text anybody could review are refused where they stand."""

from __future__ import annotations

import codecs

import pytest

from slo_compiler.schema.yaml.source_text import MOST_BYTES, MOST_PROBLEMS, decode, set_directives_aside


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b"a: 1\n", "a: 1\n"),
        (b"a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
        (codecs.BOM_UTF8 + b"a: 1", "a: 1"),
        ("é: \U0001f642\tß".encode(), "é: \U0001f642\tß"),
        (b"#" * MOST_BYTES, "#" * MOST_BYTES),
    ],
    ids=["nothing", "ascii", "windows line ends", "byte order mark", "beyond ascii", "as large as may be"],
)
def test_text_is_read(content: bytes, text: str) -> None:
    assert decode("f", content) == text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (
            b"#" * (MOST_BYTES + 1),
            (
                "f:1:1: error: the file has 1,048,577 bytes and at most 1,048,576 are read; "
                "split it by service [yaml/size]"
            ),
        ),
        (
            "a: 1".encode("utf-16"),
            "f:1:1: error: the file is UTF-16 and only UTF-8 is read; save it as UTF-8 [yaml/encoding]",
        ),
        (
            "a: 1".encode("utf-16-le"),
            "f:1:1: error: the file is UTF-16 and only UTF-8 is read; save it as UTF-8 [yaml/encoding]",
        ),
        (
            "a: 1".encode("utf-16-be"),
            "f:1:1: error: the file is UTF-16 and only UTF-8 is read; save it as UTF-8 [yaml/encoding]",
        ),
        (
            codecs.BOM_UTF8 + "é: 1\r\né: ".encode() + b"\xe9\n",
            "f:2:4: error: the byte 0xe9 is not UTF-8 here; save the file as UTF-8 [yaml/encoding]",
        ),
        (
            b"a: \xed\xa0\xbd\n",
            "f:1:4: error: the byte 0xed is not UTF-8 here; save the file as UTF-8 [yaml/encoding]",
        ),
        (
            b"a: x\0y\n",
            (
                "f:1:5: error: the character U+0000 is not allowed in YAML, and no reviewer would see it; "
                "remove it [yaml/character]"
            ),
        ),
        (
            b"a: x\n# \x1b[2J\n",
            (
                "f:2:3: error: the character U+001B is not allowed in YAML, and no reviewer would see it; "
                "remove it [yaml/character]"
            ),
        ),
        (
            "a: x\ufeffy\n".encode(),
            (
                "f:1:5: error: the character U+FEFF is not allowed in YAML, and no reviewer would see it; "
                "remove it [yaml/character]"
            ),
        ),
        (
            "# harmless\u2028b: 2\n".encode(),
            (
                "f:1:11: error: the character U+2028 ends a line for some readers of YAML and not "
                "for others; remove it [yaml/character]"
            ),
        ),
        (
            b"a: 1\rb: 2\n",
            (
                "f:1:5: error: the character U+000D ends a line for some readers of YAML and not "
                "for others; remove it [yaml/character]"
            ),
        ),
    ],
    ids=[
        "too large",
        "UTF-16",
        "UTF-16 LE without mark",
        "UTF-16 BE without mark",
        "Latin-1",
        "raw surrogate",
        "zero byte",
        "terminal escape",
        "inner byte order mark",
        "line separator",
        "lone carriage return",
    ],
)
def test_what_is_no_text_is_located(content: bytes, complaint: str) -> None:
    problems = decode("f", content)
    assert isinstance(problems, list)
    assert [str(problem) for problem in problems] == [complaint]


def test_refused_characters_are_told_together_but_not_endlessly() -> None:
    assert len(decode("f", b"aa\0" * 3)) == 3
    assert len(decode("f", b"aa\0" * 1000)) == MOST_PROBLEMS


def test_directives_become_comments_of_the_same_length() -> None:
    text, problems = set_directives_aside("f", "# c\n\n%YAML 1.1\n%TAG ! x\n---\na: 1\n%z\n")
    assert text == "# c\n\n#YAML 1.1\n#TAG ! x\n---\na: 1\n%z\n"
    assert [(str(problem.position), problem.check) for problem in problems] == [
        ("f:3:1", "yaml/directive"),
        ("f:4:1", "yaml/directive"),
    ]
