"""Whatever bytes come, there is a tree or there are diagnostics, and a tree is what PyYAML reads as well."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import yaml
from hypothesis import given, note
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from slo_compiler.schema.yaml import documents
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import Data, MappingNode, Node, ScalarNode, SequenceNode, to_data
from slo_compiler.schema.yaml.scalar_positions import position_at
from slo_compiler.schema.yaml.scalars import resolve

SEEDS = [
    'service: scorer\nlabels: {tier: "1"}\nslos:\n  - name: availability\n    objective: 99.9%\n',
    'expr: |\n  sum(rate(x{a="b"}[5m]))\n  / 2\nnext: >-\n  folded\n   more\n\n  text\n',
    "a: 'it''s'\nb: \"\\u00e9\\n\\\n  c\"\nc:\n- 1\n- 0.250\n- ~\n- [x, {y: z}]\n",
    "%YAML 1.1\n---\na: &x !!str 1\nb: *x\n<<: *x\n...\n---\n",
    "plain text\n  over lines\n\n  # no comment\n",
    "? a\n: b\n? [c]\n: d\n",
    "\ufeffa: \U0001f642\r\nb: 1\r\n",
]
PIECES = [
    *"\n\t :-?[]{},#&*!|>'\"%@`\\~<.0ae\r\0\x85\u2028\ufeffé\U0001f642",
    *("\n  ", "\n- ", ": ", " #", "...", "---\n", "|+1\n", ">2-\n", "<<: "),
    *("\\u", "\\ud83d", "\\U00110000", "\\x4", "\\\n"),
]


@st.composite
def mutated(draw: DrawFn) -> bytes:
    """A document with some of it cut out, repeated or overwritten."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        begin = draw(st.integers(0, len(text)))
        end = draw(st.integers(begin, min(len(text), begin + 8)))
        piece = draw(st.one_of(st.just(""), st.sampled_from(PIECES), st.just(text[begin:end] * 2)))
        text = text[:begin] + piece + text[end:]
    return text.encode("utf-8", "surrogatepass")


def lines_of(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").split("\n")


def texts_of(node: Node) -> object:
    """What a loader without any notion of types reads."""
    match node:
        case ScalarNode():
            return node.text
        case SequenceNode():
            return [texts_of(item) for item in node.items]
        case MappingNode():
            return {key: texts_of(entry.value) for key, entry in node.entries.items()}


def scalars_of(node: Node) -> list[ScalarNode]:
    match node:
        case ScalarNode():
            return [node]
        case SequenceNode():
            return [scalar for item in node.items for scalar in scalars_of(item)]
        case MappingNode():
            pairs = node.entries.values()
            return [scalar for entry in pairs for scalar in (entry.key, *scalars_of(entry.value))]


def check(content: bytes, loader: Any) -> None:
    lines = lines_of(content)
    read = read_document("f", content)
    if isinstance(read, list):
        assert read
        places = [problem.position for problem in read]
    else:
        assert texts_of(read) == yaml.load(content, Loader=loader)
        to_data(read)
        places = [position_at(s, offset) for s in scalars_of(read) for offset in range(len(s.text) + 1)]
    for place in places:
        note(str(place))
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 2


@pytest.mark.parametrize("parser", ["C", ""], ids=["libyaml", "pure Python"])
@given(content=st.one_of(mutated(), st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_any_bytes_are_read_as_pyyaml_reads_them_or_refused(parser: str, content: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_PARSER", getattr(yaml, f"{parser}SafeLoader", yaml.SafeLoader))
        check(content, getattr(yaml, f"{parser}BaseLoader", yaml.BaseLoader))


class Writer(yaml.SafeDumper):
    """Writes no aliases, which a spec has not."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  the signature is PyYAML's
        return True


def is_text_to_both(text: str) -> bool:
    """Whether YAML 1.2 takes it for text; what YAML 1.1 does not take for text PyYAML quotes anyway."""
    try:
        return resolve(text) == text
    except ValueError:
        return False


LINE_ENDS_FOR_SOME = "\x85\u2028\u2029"  # PyYAML writes them, and they are refused
TEXT = st.one_of(
    st.text(
        st.characters(exclude_categories=["Cs", "Cn"], exclude_characters=LINE_ENDS_FOR_SOME), max_size=20
    ),
    st.text("ab \n\t:#-'\"\\{}[]%|>&*!?,", max_size=20),
    st.sampled_from(
        ["no", "on", "1:30", "010", "2024-01-01", "true", "~", "<<", "0x1F", ".inf", "1_000", "="]
    ),
)
UNSURPRISING = TEXT.filter(lambda text: is_text_to_both(text) or yaml.safe_load(text) != text)
DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**12), 10**12), UNSURPRISING),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(UNSURPRISING, inner, max_size=4)),
    max_leaves=12,
)


LAYOUTS = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "width": st.sampled_from([10, 80, 10**6]),
        "allow_unicode": st.booleans(),
    }
)


@given(data=DATA.filter(lambda data: data is not None), layout=LAYOUTS)
def test_what_pyyaml_writes_is_read_as_it_was(data: Data, layout: dict[str, Any]) -> None:
    written = yaml.dump(data, Dumper=Writer, **layout)
    read = read_document("f", written.encode())
    assert not isinstance(read, list), [str(problem) for problem in read]
    assert to_data(read) == data == yaml.safe_load(written)


@given(text=UNSURPRISING, style=st.sampled_from(["'", '"', "|", ">"]), width=st.sampled_from([10, 10**6]))
def test_text_is_read_alike_in_every_style(text: str, style: str, width: int) -> None:
    written = yaml.dump({"a": text}, Dumper=Writer, default_style=style, width=width, allow_unicode=True)
    read = read_document("f", written.encode())
    assert not isinstance(read, list), [str(problem) for problem in read]
    assert to_data(read) == {"a": text}


NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=3).map(lambda number: format(number, "f"))


@given(st.lists(NUMBERS, min_size=1, max_size=5))
def test_numbers_are_those_that_pyyaml_reads_but_exact(numbers: list[str]) -> None:
    written = "\n".join(f"- {number}" for number in numbers)
    read = read_document("f", written.encode())
    assert not isinstance(read, list)
    data = to_data(read)
    assert isinstance(data, list)
    assert data == [Fraction(number) for number in numbers]
    assert [float(number) for number in data if isinstance(number, Fraction)] == yaml.safe_load(written)
