from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.cli.manifest import MANIFEST, clashes, digest, dump, load, path_fault


@pytest.mark.parametrize(
    "path",
    ["a", "a/b.yaml", ".hidden", "a..b", "...a", "café/π", "console/com/com10", "con-a", "x" * 255, MANIFEST],
)
def test_a_file_may_have_this_path(path: str) -> None:
    assert path_fault(path) is None


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("", "has an empty part, '.' or '..'"),
        ("/etc/passwd", "is not relative"),
        ("../ahab", "has an empty part, '.' or '..'"),
        ("a/../../b", "has an empty part, '.' or '..'"),
        ("./a", "has an empty part, '.' or '..'"),
        ("a//b", "has an empty part, '.' or '..'"),
        ("a/", "has an empty part, '.' or '..'"),
        ("a\0", "has a control character or half a surrogate pair"),
        ("a\nb", "has a control character or half a surrogate pair"),
        ("a\x9bb", "has a control character or half a surrogate pair"),
        ("a\ud800", "has a control character or half a surrogate pair"),
        (".git/hooks/post-checkout", "is inside of .git"),
        ("a/.GIT", "is inside of .git"),
        ("a\\b", "cannot exist on Windows"),
        ("C:/a", "cannot exist on Windows"),
        ("a/what?", "cannot exist on Windows"),
        ("NUL", "cannot exist on Windows"),
        ("a/con.yaml", "cannot exist on Windows"),
        ("lpt1 .rules.yaml", "cannot exist on Windows"),
        ("com²", "cannot exist on Windows"),
        ("a./b", "cannot exist on Windows"),
        ("a ", "cannot exist on Windows"),
        ("é" * 128, "has a part of more than 255 bytes"),
    ],
)
def test_no_file_may_have_this_path(path: str, fault: str) -> None:
    assert path_fault(path) == fault


@pytest.mark.parametrize("paths", [[], ["a", "b"], ["a/b", "a/c"], ["a/b", "b"], ["ab", "a/b"]])
def test_these_can_exist_side_by_side(paths: list[str]) -> None:
    assert clashes(paths) == []


@pytest.mark.parametrize(
    ("paths", "pair"),
    [
        (["a", "a"], "a and a"),
        (["a", "A"], "a and A"),
        (["straße", "STRASSE"], "straße and STRASSE"),
        (["caf\u00e9", "cafe\u0301"], "caf\u00e9 and cafe\u0301"),
        (["a", "a/b"], "a and a/b"),
        (["a/b", "A"], "a/b and A"),
        (["a/b", "A/c/d"], "a/b and A/c/d"),
    ],
)
def test_these_cannot_exist_side_by_side(paths: list[str], pair: str) -> None:
    assert clashes(paths) == [pair]


def test_the_manifest_is_json_with_an_entry_a_line() -> None:
    assert dump({"b": digest(b""), "a/π": digest(b"x")}).decode().splitlines() == [
        "{",
        f'  "a/π": "{digest(b"x")}",',
        f'  "b": "{digest(b"")}"',
        "}",
    ]


@given(st.dictionaries(st.text(min_size=1).filter(lambda path: path_fault(path) is None), st.binary()))
def test_a_manifest_is_read_as_it_was_written(files: dict[str, bytes]) -> None:
    digests = {path: digest(data) for path, data in files.items()}
    assert load(dump(digests)) == digests


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"a": 1}',
        '{\n  "a": "b"\n}',
        '  "a" "b": "' + "0" * 64 + '"',
        '{\n  "../a": "' + "0" * 64 + '"\n}',
        "\xff",
    ],
    ids=["a list", "one line", "no digest", "a broken string", "a path outside", "not UTF-8"],
)
def test_anything_else_is_no_manifest(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        load(text.encode("latin-1"))
