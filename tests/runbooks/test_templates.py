"""Templates: all are used, all variables documented, and users may put theirs in the place of ours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import jinja2.meta
import pytest
from click.testing import CliRunner

from slo_compiler.cli import main
from slo_compiler.compiler import compile_sources
from slo_compiler.emitters.runbooks.facts import facts
from slo_compiler.emitters.runbooks.render import check_templates, read_templates
from slo_compiler.emitters.runbooks.templates import Override, of_the_compiler, shipped, text_of
from slo_compiler.rules.runbook.family import Family
from slo_compiler.sources import Source, Sources
from tests import compiling
from tests.oracles.document import yaml_text
from tests.runbooks.examples import GATEWAY, PROGRAMS, pages_of

DOCS: Final = (Path(__file__).parents[2] / "docs" / "runbooks.md").read_text(encoding="utf-8")


def referenced(name: str) -> set[str]:
    found = jinja2.meta.find_referenced_templates(of_the_compiler().parse(text_of(name)))
    return {each.removesuffix(".md.j2") for each in found if each is not None}


def test_every_template_is_used() -> None:
    reached: set[str] = set()
    waiting = {"page", *(family.value for family in Family)}
    while waiting:
        reached |= waiting
        waiting = {name for each in waiting for name in referenced(each)} - reached
    assert reached == {*shipped()}


def test_every_family_is_on_some_page() -> None:
    families = {name for program in PROGRAMS.values() for page in facts(program) for name, _ in page.sections}
    assert families | {Family.OTHER.value} == {family.value for family in Family}


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_documentation_names_every_template(name: str) -> None:
    assert f"| `{name}` |" in DOCS


def test_the_documentation_has_every_variable() -> None:
    (page, *_) = facts(GATEWAY)
    variables = {*page.variables, *(name for _, section in page.sections for name in section)}
    assert [] == sorted(name for name in variables if f"| `{name}` |" not in DOCS)


def test_the_documentation_has_every_query() -> None:
    named = {
        name
        for program in PROGRAMS.values()
        for page in facts(program)
        for _, section in page.sections
        for name in section["queries"]
    }
    assert [] == sorted(name for name in named if f"| `{name}` |" not in DOCS)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_templates_hold_prose_and_no_numbers(name: str) -> None:
    """Numbers are computed; those of percentiles, severities, steps and standards are names."""
    prose = re.sub(r"\{[{%#].*?[}%#]\}", "", text_of(name), flags=re.DOTALL)
    named = r"99th percentile|SEV\d|^\d\. |#### \d\.|LLM01:2025|100% / 10% / 1%"
    assert [] == re.findall(r"\d+", re.sub(named, "", prose, flags=re.MULTILINE))


def test_every_query_that_a_template_asks_for_exists_somewhere() -> None:
    asked = {name for each in shipped() for name in re.findall(r"queries\.(\w+)", text_of(each))}
    known = {
        name
        for program in PROGRAMS.values()
        for page in facts(program)
        for _, section in page.sections
        for name in section["queries"]
    }
    assert set() == asked - known


def override(name: str, text: str) -> Override:
    return Override(name, f"specs/templates/runbooks/{name}.md.j2", text)


def test_a_template_of_the_user_stands_in_the_place_of_ours() -> None:
    mine = override("latency", '{% extends "section.md.j2" %}{% block mitigate %}Restart it.{% endblock %}')
    ours, theirs = (pages_of(GATEWAY, *each)["runbooks/gateway.md"] for each in ((), (mine,)))
    assert "Raise the replica floor" in ours
    assert "Raise the replica floor" not in theirs
    assert "Restart it." in theirs


def test_a_part_of_the_users_own_can_be_included() -> None:
    part = override("_team", "Ask {{ service }}'s team.")
    mine = override("errors", '{% include "_team.md.j2" %}')
    assert "Ask gateway&#39;s team." not in pages_of(GATEWAY, part, mine)["runbooks/gateway.md"]
    assert "Ask gateway's team." in pages_of(GATEWAY, part, mine)["runbooks/gateway.md"]


def test_a_block_can_add_to_ours() -> None:
    text = '{% extends "section.md.j2" %}{% block fired %}{{ super() }}And so on.{% endblock %}'
    page = pages_of(GATEWAY, override("errors", text))["runbooks/gateway.md"]
    assert "| fast | SEV1, page | 1.44% (14.4x) |" in page
    assert "And so on." in page


def test_a_value_in_a_template_of_the_user_is_text_too() -> None:
    page = pages_of(GATEWAY, override("errors", "{{ '<b>' ~ name ~ '|' }}"))["runbooks/gateway.md"]
    assert r"&lt;b&gt;availability\|" in page


BROKEN: Final = {
    "a tag without its end": ("a\n{% if tools %}\nb\n", 3, "Unexpected end of template"),
    "a tag that there is none of": ("\n\n{% fro x in tools %}", 3, "Encountered unknown tag 'fro'"),
    "an expression without an end": ("{{ name", 1, "unexpected end of template"),
    "a variable that there is none of": ("a\n\n{{ nmae }}\n", 3, "'nmae' is undefined"),
    "an attribute that there is none of": (
        "{% for alert in alerts %}\n{{ alert.nmae }}\n{% endfor %}",
        2,
        "no attribute 'nmae'",
    ),
    "a query that there is none of": ("\n{{ queries.nope | promql }}", 2, "has no attribute 'nope'"),
    "a filter that there is none of": ("\n{{ name | shout }}", 2, "No filter named 'shout'"),
    "a filter of something else": ("\n{{ name | promql }}", 2, "has no attribute 'promql'"),
    "arithmetic of texts": ("{{ name / 2 }}", 1, "unsupported operand"),
    "a division by zero": ("\n{{ 1 / 0 }}", 2, "division by zero"),
    "a template that there is none of": ('{% include "nope.md.j2" %}', 1, "nope.md.j2"),
    "a template that includes itself": ('{% include "errors.md.j2" %}', 1, "maximum recursion depth"),
    "what the sandbox does not allow": ("{{ name.__class__.__mro__ }}", 1, "unsafe"),
    "a loop that is too long": ("{% for i in range(99999999) %}x{% endfor %}", 1, "Range too big"),
}


@pytest.mark.parametrize(("text", "line", "says"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_with_a_template_of_the_user_is_told_with_its_line(
    text: str, line: int, says: str
) -> None:
    files = [("specs/templates/runbooks/errors.md.j2", text.encode())]
    overrides, found = read_templates(files)
    found += check_templates(GATEWAY, overrides)
    (diagnostic,) = found
    assert f"specs/templates/runbooks/errors.md.j2:{line}:1" == str(diagnostic.position)
    assert says in diagnostic.message
    assert "runbook/template" == diagnostic.check


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("latncy", b"", "there is no runbook template latncy, so that this one would never be used; did you"),
        ("errors", b"a\n\xff", "it is no UTF-8"),
    ],
    ids=["a name that there is none of", "no UTF-8"],
)
def test_a_file_that_is_no_template_is_told(name: str, content: bytes, says: str) -> None:
    _, (diagnostic,) = read_templates([(f"templates/runbooks/{name}.md.j2", content)])
    assert says in diagnostic.message


def test_nothing_is_compiled_with_a_broken_template() -> None:
    template = Source("templates/runbooks/errors.md.j2", b"{{ nope }}")
    spec = Source("checkout.yaml", yaml_text(compiling.spec()).encode())
    compilation = compile_sources(Sources((spec,), templates=(template,)))
    assert [] == list(compilation.artifacts())
    assert "runbook/template" in compiling.checks_of(compilation)


def test_the_command_line_finds_templates_beside_the_specs(tmp_path: Path) -> None:
    folder = tmp_path / "specs" / "templates" / "runbooks"
    folder.mkdir(parents=True)
    (tmp_path / "specs" / "checkout.yaml").write_text(yaml_text(compiling.spec()), encoding="utf-8")
    (folder / "errors.md.j2").write_text("Ours.", encoding="utf-8")
    out = tmp_path / "generated"
    done = CliRunner().invoke(main, ["compile", str(tmp_path / "specs"), "--out", str(out)])
    assert 0 == done.exit_code, done.output
    assert "Ours." in (out / "runbooks" / "checkout.md").read_text(encoding="utf-8")
