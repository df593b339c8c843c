"""What a document may contain, and everything that is wrong with one told at once."""

from __future__ import annotations

import itertools

import pytest
import yaml

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.schema.yaml import documents
from slo_compiler.schema.yaml.documents import DEEPEST, read_document
from slo_compiler.schema.yaml.nodes import Data, MappingNode, ScalarNode, to_data
from slo_compiler.schema.yaml.source_text import MOST_PROBLEMS


def data_of(text: str | bytes) -> Data:
    root = read_document("f", text if isinstance(text, bytes) else text.encode())
    assert not isinstance(root, list), [str(problem) for problem in root]
    return to_data(root)


def problems_of(text: str) -> list[Diagnostic]:
    found = read_document("f", text.encode())
    assert isinstance(found, list)
    assert found
    return found


def complaints_about(text: str) -> list[str]:
    return [str(problem) for problem in problems_of(text)]


def places_and_checks(text: str) -> list[tuple[str, str]]:
    return [(str(problem.position), problem.check) for problem in problems_of(text)]


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML may have been built without libyaml: nothing but the wording of syntax errors may differ."""
    if request.param == "pure Python":
        monkeypatch.setattr(documents, "_PARSER", yaml.SafeLoader)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1", {"a": 1}),
        ("---\na: 1\n...\n# the end\n", {"a": 1}),
        ("# only\n---\n- x\n- {y: z}\n- [1, '1']\n", ["x", {"y": "z"}, [1, "1"]]),
        ('"<<": 1\n"no": 2\n', {"<<": 1, "no": 2}),
        ("on: y\n", {"on": "y"}),
        ("? a\n? b\n", {"a": None, "b": None}),
        ("a: '*x'\nb: '&x'\nc: '!x'\n", {"a": "*x", "b": "&x", "c": "!x"}),
        ("a: |\n  %YAML\n  ---\n  <<: *x\n", {"a": "%YAML\n---\n<<: *x\n"}),
        ("rate(x[5m])", "rate(x[5m])"),
        ("''", ""),
        ("[]", []),
        ('a: "\\x41\\u00e9\\U0001F642"', {"a": "Aé\U0001f642"}),
    ],
)
def test_ordinary_documents_are_read(text: str, data: Data) -> None:
    assert data_of(text) == data


def test_lines_and_columns_count_characters_from_one_after_a_byte_order_mark_and_windows_line_ends() -> None:
    root = read_document("f", b"\xef\xbb\xbf" + "é\U0001f642: ß\r\nb: [ü, 2]\r\n".encode())
    assert isinstance(root, MappingNode)
    places = [(str(entry.key.position), str(entry.value.position)) for entry in root.entries.values()]
    assert places == [("f:1:1", "f:1:5"), ("f:2:1", "f:2:4")]


def test_a_scalar_knows_what_stands_in_the_file() -> None:
    root = read_document("f", "é: 'it''s'\n".encode())
    assert isinstance(root, MappingNode)
    value = root.entries["é"].value
    assert isinstance(value, ScalarNode)
    assert (value.text, value.source) == ("it's", "'it''s'")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "x: 1\nobjective: 1\ny: 2\n'objective': 2\n",
            (
                'f:4:1: error: duplicate key "objective" (first at line 2); '
                "only one of the two values could be meant [yaml/duplicate-key]"
            ),
        ),
        (
            '{"a": 1, "\\x61": 2}',
            (
                'f:1:10: error: duplicate key "a" (first at line 1); '
                "only one of the two values could be meant [yaml/duplicate-key]"
            ),
        ),
        (
            "a: &base 1",
            (
                'f:1:4: error: anchor "&base" is not read: write the value out where it applies, '
                "so that a reviewer sees it [yaml/anchor]"
            ),
        ),
        (
            "a: *base",
            (
                'f:1:4: error: alias "*base" is not read: write the value out; '
                "if it is text, put it in quotes [yaml/alias]"
            ),
        ),
        (
            "<<: {a: 1}",
            (
                "f:1:1: error: merge key << is not read: write the keys out where they apply, "
                "so that a reviewer sees them [yaml/merge-key]"
            ),
        ),
        (
            "a: !!str 5",
            (
                'f:1:4: error: tag "!!str" is not read: the key says what a value is; '
                "if it is text, put it in quotes [yaml/tag]"
            ),
        ),
        (
            "500: 1",
            'f:1:1: error: a key is text, and 500 is not; write "500", in quotes [yaml/key]',
        ),
        ("~: 1", 'f:1:1: error: a key is text, and ~ is not; write "~", in quotes [yaml/key]'),
        (
            "{[a]: 1}",
            (
                "f:1:2: error: a list or a mapping cannot be a key; "
                "a text that begins with [ or { needs quotes [yaml/key]"
            ),
        ),
        (
            "a: .inf",
            (
                "f:1:4: error: .inf is no number to compute with, and no key takes it; "
                "if it is text, put it in quotes [yaml/number]"
            ),
        ),
        (
            "",
            (
                "f:1:1: error: nothing is specified here, so nothing would be watched; "
                "remove the file or fill it [yaml/empty]"
            ),
        ),
        (
            "# nothing\n---\n",
            (
                "f:1:1: error: nothing is specified here, so nothing would be watched; "
                "remove the file or fill it [yaml/empty]"
            ),
        ),
        (
            "a: 1\n---\nb: 2\n",
            (
                "f:2:1: error: a second document begins here, which Prometheus and its tools would "
                "silently ignore; write one document in one file [yaml/second-document]"
            ),
        ),
        (
            "a: 1\n...\n# more\nb: 2\n",
            (
                "f:4:1: error: a second document begins here, which Prometheus and its tools would "
                "silently ignore; write one document in one file [yaml/second-document]"
            ),
        ),
        (
            "%YAML 1.1\n---\na: 1\n",
            (
                "f:1:1: error: directives are not read: every spec is YAML 1.2 without tags; "
                "remove the line [yaml/directive]"
            ),
        ),
    ],
)
def test_what_a_spec_does_not_need_is_refused(text: str, complaint: str) -> None:
    assert complaints_about(text) == [complaint]


def test_a_missing_key_is_called_missing() -> None:
    assert [problem.message for problem in problems_of("{? : 1}")] == ["a key is missing here"]


def test_all_problems_are_told_in_one_pass_and_in_reading_order() -> None:
    text = "%YAML 1.2\n---\na: &x {b: !t 1, b: 2}\na:\n  - *x\n  - .nan\n<<: *x\n1: 2\n---\n"
    assert places_and_checks(text) == [
        ("f:1:1", "yaml/directive"),
        ("f:3:4", "yaml/anchor"),
        ("f:3:11", "yaml/tag"),
        ("f:3:17", "yaml/duplicate-key"),
        ("f:4:1", "yaml/duplicate-key"),
        ("f:5:5", "yaml/alias"),
        ("f:6:5", "yaml/number"),
        ("f:7:1", "yaml/merge-key"),
        ("f:7:5", "yaml/alias"),
        ("f:8:1", "yaml/key"),
        ("f:9:1", "yaml/second-document"),
    ]


def test_a_repeated_key_is_told_before_what_is_wrong_with_its_value() -> None:
    assert places_and_checks("{a: 1, a: *x}") == [("f:1:8", "yaml/duplicate-key"), ("f:1:11", "yaml/alias")]


def test_a_missing_value_at_the_end_has_a_place_that_the_file_has() -> None:
    root = read_document("f", b"? a")
    assert isinstance(root, MappingNode)
    assert str(root.entries["a"].value.position) == "f:1:4"


def test_problems_before_a_syntax_error_are_told_with_it() -> None:
    assert places_and_checks("a: 1\na: 2\nb: c: d\n") == [
        ("f:2:1", "yaml/duplicate-key"),
        ("f:3:5", "yaml/syntax"),
    ]


def test_what_could_move_the_cursor_of_a_terminal_is_not_repeated() -> None:
    first, second = '"\\e[2J": 1\n', '"\\e[2J\\u202e": 1\n'
    assert 'duplicate key "\\x1b[2J" (' in complaints_about(first * 2)[0]
    assert 'duplicate key "\\x1b[2J\\u202e" (' in complaints_about(second * 2)[0]


@pytest.mark.parametrize("text", ['"\\ud83d\\ude42"', '"\\Uffffffff"', '"\\U00110000"', '"\\ud800"'])
def test_escapes_of_no_character_are_refused(text: str) -> None:
    assert problems_of(text)


@pytest.mark.parametrize("brackets", ["[]", "{}"], ids=["lists", "mappings"])
def test_the_deepest_nesting_is_read_and_one_more_is_not(brackets: str) -> None:
    opening, closing = ("[", "]") if brackets == "[]" else ("{a: ", "}")
    assert data_of(opening * (DEEPEST - 1) + brackets + closing * (DEEPEST - 1))
    too_deep = opening * DEEPEST + brackets + closing * DEEPEST
    assert [problem.check for problem in problems_of(too_deep)] == ["yaml/depth"]


def test_as_many_nodes_as_may_be_are_read_and_one_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_NODES", 7)
    assert data_of("{a: 1, b: [x, y]}")
    assert places_and_checks("{a: 1, b: [x, y, z]}") == [("f:1:18", "yaml/nodes")]


def test_nobody_is_told_a_million_problems() -> None:
    problems = problems_of("[" + "*a," * 10_000 + "]")
    assert len(problems) == MOST_PROBLEMS + 1
    assert str(problems[-1]).endswith(
        "these are 100 problems; the rest of the file was not read [yaml/problems]"
    )


LAUGHS = "a: &a [x,x]\n" + "".join(
    f"{n}: &{n} [{','.join([f'*{p}'] * 9)}]\n" for p, n in itertools.pairwise("abcdefghi")
)
MANY = 200_000


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("[" * MANY, "yaml/depth"),
        ("[\n" * MANY, "yaml/depth"),
        ("{" * MANY, "yaml/depth"),
        ("{? " * MANY, "yaml/depth"),
        ("- " * MANY, "yaml/depth"),
        ("? " * MANY, "yaml/depth"),
        (LAUGHS, "yaml/alias"),
        ("".join(f"%TAG !e{n}! x\n" for n in range(50_000)) + "---\na: 1", "yaml/directive"),
        (
            "a: 1\n...\n" + "".join(f"%TAG !e{n}! x\n" for n in range(50_000)) + "---\n",
            "yaml/second-document",
        ),
        ("'" * (MANY + 1), "yaml/syntax"),
        ("&" + "a" * MANY, "yaml/anchor"),
        ("%\n" * MANY, "yaml/directive"),
        ("a:\n" * MANY, "yaml/duplicate-key"),
        ("- 1e999999999\n" * 1000, "yaml/number"),
    ],
    ids=[
        "lists",
        "lists on lines",
        "mappings",
        "explicit keys in braces",
        "block lists",
        "explicit keys",
        "billion laughs",
        "a bomb of tag handles",
        "a bomb of tag handles behind the document",
        "quotes",
        "a long anchor",
        "directives",
        "duplicates",
        "numbers of a gigabyte",
    ],
)
def test_attacks_end_in_a_diagnostic(text: str, check: str) -> None:
    assert check in {problem.check for problem in problems_of(text)}
