from __future__ import annotations

import pytest

from slo_compiler.compiler import compile_sources
from slo_compiler.importers.dialects import DIALECTS, import_files
from slo_compiler.importers.foreign import is_foreign
from slo_compiler.sources import Source, Sources
from tests.compiling import compile_specs, spec
from tests.importers.importing import import_texts

SLOTH = b"""\
version: prometheus/v1
service: shop
labels: {owner: platform}
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_requests_total[{{.window}}]))
    alerting: {name: ShopBurns}
"""


@pytest.mark.parametrize(
    ("content", "foreign"),
    [
        (b'version: "prometheus/v1"', True),
        (b"# a\n---\napiVersion: sloth.slok.dev/v1\n", True),
        (b"kind: AlertWindows\napiVersion: 'sloth.slok.dev/v1'\n", True),
        (b"apiVersion: pyrra.dev/v1alpha1", True),
        (b"- apiVersion: openslo/v1", True),
        (b"kind: List\nitems:\n  - apiVersion: openslo.com/v1", True),
        (b'{"apiVersion": "openslo/v1alpha"}', True),
        (b"apiVersion: slo-compiler/v1\ndescription: |\n  apiVersion: openslo/v1\n", False),
        (b"apiVersion: v1\n", False),
        (b"", False),
        (b"\xff\xfe", False),
    ],
)
def test_files_of_other_tools_are_told_by_their_versions(content: bytes, foreign: bool) -> None:  # noqa: FBT001
    assert is_foreign(content) is foreign


def test_a_file_of_another_tool_compiles_as_it_is() -> None:
    compilation = compile_sources(Sources((Source("sloth.yaml", SLOTH),)))
    assert compilation.program is not None
    assert [lowered.subject.id for lowered in compilation.program.slos] == ["shop:availability"]


def test_what_is_lost_of_a_whole_slo_is_an_error_where_it_is_compiled() -> None:
    content = SLOTH.replace(b"events:", b"plugin: {id: x}\n      event:")
    compilation = compile_sources(Sources((Source("sloth.yaml", content),)))
    assert compilation.program is None
    assert "import/slo-lost" in [
        each.check for each in compilation.diagnostics if each.level.value == "error"
    ]


def test_specs_of_ours_stand_beside_those_of_others() -> None:
    own = compile_specs(spec("checkout"))
    sources = (Source("sloth.yaml", SLOTH), Source("own.yaml", b"apiVersion: slo-compiler/v1\n"))
    assert own.program is not None
    assert [
        each.position.path
        for each in compile_sources(Sources(sources)).diagnostics
        if each.check == "spec/missing-key"
    ] == ["own.yaml"] * 2


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: openslo/v2alpha\nkind: SLO\n",
        "version: prometheus/v2\n",
        "apiVersion: sloth.slok.dev/v2\nkind: PrometheusServiceLevel\n",
        "kind: SLO\n",
        "just text\n",
        "- 1\n- 2\n",
        "apiVersion: openslo/v1\n",
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: []\n",
        "apiVersion: pyrra.dev/v1alpha1\n",
        "version: prometheus/v1\nslos: 3\n",
    ],
)
def test_what_cannot_be_imported_is_an_error_at_its_place(text: str) -> None:
    imported = import_texts(text)
    assert imported.specs == {}
    assert {each.level.value for each in imported.found} == {"error"}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_without_documents_has_no_slos(name: str) -> None:
    assert list(DIALECTS[name]([], [])) == []


def test_what_stands_there_for_others_is_told_and_left_out() -> None:
    kustomization = b"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    specs, found = import_files([("a.yaml", SLOTH), ("kustomization.yaml", kustomization)])
    assert [spec.service for spec in specs] == ["shop"]
    assert [str(each) for each in found if each.position.path != "a.yaml"] == [
        (
            "kustomization.yaml:1:13: warning: kustomize.config.k8s.io/v1beta1 is for none of these tools, "
            "and nothing is made of it [import/lost]"
        )
    ]


def test_a_file_with_nothing_in_it_is_told_of_among_others() -> None:
    specs, found = import_files([("a.yaml", SLOTH), ("b.yaml", b"# nothing yet\n")])
    assert [spec.service for spec in specs] == ["shop"]
    assert [str(each.position) for each in found if each.check == "import/lost"] == ["b.yaml:1:1"]


def test_every_syntax_error_of_every_file_is_told() -> None:
    _, found = import_files([("a.yaml", b"a: [\n"), ("b.yaml", b"---\na: 1\n---\n\tb: 2\n")])
    assert [each.position.path for each in found] == ["a.yaml", "b.yaml"]
