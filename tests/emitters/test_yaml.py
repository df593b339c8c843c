from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.emitters.yaml import Value, document
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import to_data
from tests.oracles.prometheus import Prometheus

COMMENT: Final = "A comment."

HOSTILE: Final = {
    "empty": "",
    "spaces around": "  both sides  ",
    "spaces before lines": "  first\nsecond",
    "spaces after lines": "first  \nsecond",
    "an empty first line": "\nsecond",
    "empty last lines": "first\n\n\n",
    "lines and empty last lines": "first\nsecond\n\n",
    "an empty line within": "first\n\n  third\n",
    "only line feeds": "\n\n",
    "carriage returns": "first\r\nsecond\rthird",
    "tabs": "\tfirst\n\tsecond\t",
    "a comment": "text # comment",
    "a mapping": "key: value",
    "a key": "key:",
    "a list": "- item",
    "a flow": "{a: [b, c]}",
    "an anchor": "&anchor *alias",
    "a tag": "!!python/object:os.system",
    "a directive": "%YAML 1.1\n---\n...",
    "a document": "---\ntext\n...\n",
    "a block header": "|+2\n  text",
    "quotes": "\"double\" 'single' `back`",
    "backslashes": r"\n \\ \" \x41",
    "a single quote and a backslash": "it's \\",
    "a template": '{{ query "up" }}',
    "control characters": "\x00\x01\x07\x08\x0b\x0c\x1b\x1f\x7f",
    "C1 characters": "\x80\x85\x9b\x9f",
    "separators": "a\u2028b\u2029c\u0085d",
    "a byte order mark": "\ufefftext\ufeff",
    "beyond the BMP": "\U0001f642 \U00010000 \U0010ffff",
    "emoji on lines": "\U0001f642\n\U0001f469\u200d\U0001f692\n",
    "private use and non-characters": "\ue000\uf8ff\ufdd0\ufffe\uffff\U0001fffe",
    "right to left": "\u202etxet\u202c \u05d0",
    "no-break spaces": "\u00a0text\u00a0\nsecond\u00a0",
    "a long line": "word " * 500 + "end",
    "a long word": "x" * 5000,
}
WORDS: Final = [
    *("y", "Y", "n", "N", "yes", "No", "on", "OFF", "true", "False", "null", "Null", "~", "NaN", ".nan"),
    *("Inf", "-.inf", "0", "-1", "+1", "007", "0o14", "0x1f", "0b11", "1_000", "1:30", "1:30:15", ".5", "1."),
    *("1e3", "1.5e+3", "12e03", "2024-01-01", "2001-12-14t21:59:43.10-05:00", "<<", "=", "-", "?", ":", "_"),
    *("@a", "`a", "%a", "!a", "&a", "*a", "|", ">", "'", '"', "#", ",", "[", "{", "}", "]", "a:", "a: b"),
    *("5m", "1h30m", "30d", "slo:errors:increase5m", "checkout:availability", "prometheus-2.42"),
]


def written(value: dict[str, Value]) -> list[str]:
    """The lines of a document after its comment."""
    return document(value, comment=COMMENT).splitlines()[1:]


def read_back(value: dict[str, Value]) -> list[Any]:
    """What two other readers make of what was written."""
    text = document(value, comment=COMMENT)
    return [yaml.load(text, loader) for loader in (yaml.CSafeLoader, yaml.SafeLoader)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("checkout:availability", ["k: checkout:availability"], id="a bare word"),
        pytest.param("5m30s", ["k: 5m30s"], id="a duration"),
        pytest.param("no", ['k: "no"'], id="a word that is a boolean to some"),
        pytest.param("n", ['k: "n"'], id="a letter that is a boolean to some"),
        pytest.param("1", ['k: "1"'], id="text that looks like a number"),
        pytest.param("two words", ['k: "two words"'], id="words"),
        pytest.param('up{job="a"}', ["k: 'up{job=\"a\"}'"], id="quotes, spared of escapes"),
        pytest.param('it\'s "it"', ['k: "it\'s \\"it\\""'], id="both quotes"),
        pytest.param("a\nb", ["k: |-", "  a", "  b"], id="lines"),
        pytest.param("a\n\n  b\n", ["k: |", "  a", "", "    b"], id="lines, one empty, one indented"),
        pytest.param("a\nb ", ['k: "a\\nb "'], id="lines that a block would not keep"),
        pytest.param(3, ["k: 3"], id="a number"),
        pytest.param(True, ["k: true"], id="true"),
        pytest.param(False, ["k: false"], id="false"),
        pytest.param([], ["k: []"], id="an empty list"),
        pytest.param({}, ["k: {}"], id="an empty mapping"),
        pytest.param(("a", {"b": "c", "d": "e"}), ["k:", "- a", "- b: c", "  d: e"], id="a list"),
        pytest.param([["a", ["b"]], []], ["k:", "- - a", "  - - b", "- []"], id="lists in a list"),
        pytest.param(["a\nb"], ["k:", "- |-", "  a", "  b"], id="lines in a list"),
        pytest.param({"a": {"b": ["c"]}}, ["k:", "  a:", "    b:", "    - c"], id="mappings in mappings"),
    ],
)
def test_a_value_is_written_so(value: Value, expected: list[str]) -> None:
    assert written({"k": value}) == expected


def test_the_comment_stands_above_a_line_at_a_time() -> None:
    assert document({"k": "v"}, comment="One.\n\nTwo.") == "# One.\n#\n# Two.\nk: v\n"


def test_keys_keep_their_order() -> None:
    assert written({"b": 1, "a": 2}) == ["b: 1", "a: 2"]


@pytest.mark.parametrize("text", [pytest.param(text, id=what) for what, text in HOSTILE.items()])
def test_hostile_text_is_read_back_as_it_was(text: str) -> None:
    value: dict[str, Value] = {"k": text, "list": [text, [text]], "deep": {"er": {"k": text}}, "after": "x"}
    assert read_back(value) == [value, value]


@pytest.mark.parametrize("text", [pytest.param(text[:900], id=what) for what, text in HOSTILE.items()])
def test_a_hostile_key_is_read_back_as_it_was(text: str) -> None:
    value: dict[str, Value] = {text: {text: [{text: text}]}}
    assert read_back(value) == [value, value]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_stays_text(word: str) -> None:
    value: dict[str, Value] = {"k": word, "list": [word], word: "key"}
    assert read_back(value) == [value, value]


# Half a surrogate pair is no text that any file could hold.
texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from([*HOSTILE.values(), *WORDS])
values: st.SearchStrategy[Any] = st.recursive(
    texts | st.integers() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts.map(lambda key: key[:100]), inner, max_size=4)
    ),
    max_leaves=15,
)
documents = st.dictionaries(texts.map(lambda key: key[:100]), values, min_size=1, max_size=4)


@given(documents)
def test_any_value_is_read_back_as_it_was(value: dict[str, Value]) -> None:
    assert read_back(value) == [value, value]


@given(documents)
def test_our_own_reader_agrees(value: dict[str, Value]) -> None:
    root = read_document("out.yaml", document(value, comment=COMMENT).encode())
    assert not isinstance(root, list), root
    assert to_data(root) == value


def all_of_unicode() -> Iterator[str]:
    """Every character there is, 512 at a time, each beside its neighbours in the standard."""
    scalars = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    return (scalars[start : start + 512] for start in range(0, len(scalars), 512))


def test_every_character_is_read_back_as_it_was() -> None:
    value: dict[str, Value] = {"texts": list(all_of_unicode())}
    assert yaml.load(document(value, comment=COMMENT), yaml.CSafeLoader) == value


@pytest.mark.slow
@pytest.mark.parametrize("release", ["2_42", "3_5"])
def test_prometheus_reads_every_annotation_as_it_was(
    release: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    oracle: Prometheus = request.getfixturevalue(f"prometheus_{release}")
    annotations = [*HOSTILE.values(), *WORDS, *all_of_unicode()]
    rules: list[Value] = [
        {"alert": f"a{number}", "expr": "vector(1) < 0", "annotations": {"text": _no_template(text)}}
        for number, text in enumerate(annotations)
    ]
    text = document({"groups": [{"name": "g", "rules": rules}]}, comment=COMMENT)
    (tmp_path / "all.rules.yaml").write_text(text, encoding="utf-8", newline="")
    with oracle.serve(tmp_path, {"rule_files": ["all.rules.yaml"]}) as server:
        groups = server.get("/api/v1/rules")["data"]["groups"]
    got = [rule["annotations"]["text"] for rule in groups[0]["rules"]]
    assert got == [_no_template(text) for text in annotations]


def _no_template(text: str) -> str:
    """The text without what Go takes for a template: that is another test's matter."""
    return text.replace("{{", "{ {")
