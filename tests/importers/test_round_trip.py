"""Import, dump, read: what is written reads as what was imported, whatever stands in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.emitters import spec_yaml
from slo_compiler.importers.dialects import import_files
from slo_compiler.model.spec import Spec
from slo_compiler.schema.read import read_spec, spec_of
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import MappingNode, to_data
from tests.importers.importing import (
    Document,
    metric,
    openslo_slo,
    pyrra,
    ratio,
    sloth,
    sloth_slo,
)

# What YAML and PromQL have to be careful with, beside ordinary words.
AWKWARD = [
    "no",
    "1:30",
    "010",
    "~",
    "- a",
    "a: b",
    "a #b",
    "'",
    '"',
    "{x}",
    "a\nb\n",
    " a",
    "a ",
    "é",
    "\\",
    "% a",
    "|",
]
TEXTS = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=30),
)
VALUES = TEXTS.filter(lambda text: text.strip() != "")
LABELS = st.dictionaries(st.sampled_from(["tier", "team", "repo", "a.b"]), VALUES, max_size=3)
OBJECTIVES = st.integers(1, 99_999).map(lambda thousandths: thousandths / 1000)
SELECTORS = st.builds(
    lambda name, value: f"{name}{{job={json.dumps(value, ensure_ascii=False)}}}",
    st.sampled_from(["a_total", "b_seconds_count", "c:d"]),
    VALUES.filter(lambda text: "\n" not in text),
)


def of_sloth() -> st.SearchStrategy[Document]:
    slo = st.builds(
        lambda objective, description, labels, pages, bad, total, form: sloth_slo(
            objective=objective,
            description=description,
            labels=labels,
            alerting={"page_alert": {"labels": pages}, "ticket_alert": {"labels": labels}},
            sli={"events": {"error_query": form.format(bad), "total_query": form.format(total)}},
        ),
        OBJECTIVES,
        TEXTS,
        LABELS,
        LABELS,
        SELECTORS,
        SELECTORS,
        st.sampled_from(
            [
                "sum(rate({}[{{{{.window}}}}]))",
                "count_over_time({}[{{{{.window}}}}])\n",
                "sum(\n  rate({}[{{{{.window}}}}])\n)",
            ]
        ),
    )
    return st.builds(lambda one, labels: sloth(one, labels=labels), slo, LABELS)


def of_pyrra() -> st.SearchStrategy[Document]:
    return st.builds(
        lambda bad, total, description, target: pyrra(
            {"ratio": {"errors": {"metric": bad}, "total": {"metric": total}}},
            description=description,
            target=str(target),
        ),
        SELECTORS,
        SELECTORS,
        TEXTS,
        OBJECTIVES,
    )


def of_openslo() -> st.SearchStrategy[Document]:
    return st.builds(
        lambda good, total, description, target: openslo_slo(
            ratio(good=metric(good), total=metric(total)), {"targetPercent": target}, description=description
        ),
        SELECTORS,
        SELECTORS,
        TEXTS,
        OBJECTIVES,
    )


@given(st.one_of(of_sloth(), of_pyrra(), of_openslo()))
def test_what_is_written_reads_as_what_was_imported(document: Document) -> None:
    content = yaml.safe_dump(json.loads(json.dumps(document)), allow_unicode=True).encode()
    specs, _ = import_files([("a.yaml", content)])
    for spec in specs:
        text = spec_yaml.document(spec.root, comment="Imported from a.yaml.")
        imported, read = spec_of(spec.root), read_spec("b.yaml", text.encode())
        if isinstance(imported, Spec):
            assert read == imported
        else:
            assert isinstance(read, list)
            assert [each.message for each in read] == [each.message for each in imported]


def tree(data: Any) -> MappingNode:
    """The tree of a JSON text, which is YAML too."""
    root = read_document("a.yaml", json.dumps(data, ensure_ascii=False).encode())
    assert isinstance(root, MappingNode)
    return root


@given(
    st.dictionaries(
        TEXTS, st.one_of(TEXTS, st.integers(), st.booleans(), st.lists(TEXTS, min_size=1)), min_size=1
    )
)
def test_any_text_survives(data: dict[str, Any]) -> None:
    written = spec_yaml.document(tree(data), comment="")
    read = read_document("a.yaml", written.encode())
    assert not isinstance(read, list), (written, read)
    assert to_data(read) == data


@given(st.dictionaries(TEXTS, TEXTS, min_size=1))
def test_readers_of_yaml_1_1_have_the_same_texts(data: dict[str, str]) -> None:
    assert yaml.safe_load(spec_yaml.document(tree(data), comment="")) == data


@pytest.mark.parametrize(
    ("data", "written"),
    [
        ({"a": 'x{b="c", d=~"e|f"}'}, 'a: x{b="c", d=~"e|f"}\n'),
        ({"a": "99.9%"}, "a: 99.9%\n"),
        ({"a": "30d"}, "a: 30d\n"),
        ({"a": "no"}, "a: 'no'\n"),
        ({"a": "2"}, "a: '2'\n"),
        ({"a": "b: c"}, "a: 'b: c'\n"),
        ({"a": "sum(\n  b\n)"}, "a: |-\n  sum(\n    b\n  )\n"),
        ({"a": {"b": "c", "d": "1h"}}, "a: {b: c, d: 1h}\n"),
        ({"a": [{"b": "c"}, {"d": {"e": "f g"}}]}, "a:\n  - {b: c}\n  - d:\n      e: f g\n"),
    ],
)
def test_yaml_is_as_a_person_writes_it(data: Any, written: str) -> None:
    assert spec_yaml.document(tree(data), comment="") == written
