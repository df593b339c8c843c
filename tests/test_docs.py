"""The documentation says what is so: its examples compile, and it names every command and check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.samples import Sample

from slo_compiler.cli import COMMANDS
from slo_compiler.compiler import Source, Sources, compile_sources
from slo_compiler.diagnostics import Level
from slo_compiler.model.contract import BY_NAME
from slo_compiler.schema.read import read_receivers
from slo_compiler.schema.read_incidents import read_incidents

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```yaml ?(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def examples(kind: str) -> Iterator[tuple[str, bytes]]:
    for page in PAGES:
        for found in FENCE.finditer(page.read_text(encoding="utf-8")):
            if found[1] == kind:
                line = page.read_text(encoding="utf-8")[: found.start()].count("\n") + 1
                yield f"{page.name}:{line}", found[2].encode()


SPECS = dict(examples(""))
RECEIVERS = dict(examples("receivers"))
DEFAULTS = dict(examples("defaults"))
PROGRAMS = {
    f"{page.name}-{number}": program
    for page in PAGES
    for number, program in enumerate(PYTHON.findall(page.read_text(encoding="utf-8")), start=1)
}
INCIDENTS = dict(examples("incidents"))


@pytest.mark.parametrize("place", SPECS)
def test_specs_in_the_documentation_compile(place: str) -> None:
    compilation = compile_sources(Sources((Source(place, SPECS[place]),)))
    assert [] == [found for found in compilation.diagnostics if found.level is Level.ERROR]


@pytest.mark.parametrize("place", RECEIVERS)
def test_receivers_in_the_documentation_are_read(place: str) -> None:
    assert not isinstance(read_receivers(place, RECEIVERS[place]), list)


@pytest.mark.parametrize("place", INCIDENTS)
def test_incidents_in_the_documentation_are_read(place: str) -> None:
    assert not isinstance(read_incidents(place, INCIDENTS[place]), list)


@pytest.mark.parametrize("place", DEFAULTS)
def test_defaults_in_the_documentation_compile(place: str) -> None:
    (_, spec), *_ = SPECS.items()
    compilation = compile_sources(Sources((Source("spec.yaml", spec),), Source(place, DEFAULTS[place])))
    assert [] == [found for found in compilation.diagnostics if found.level is Level.ERROR]


@pytest.mark.parametrize("place", PROGRAMS)
def test_programs_in_the_documentation_run_and_tell_something(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    before = told(REGISTRY)
    exec(compile(PROGRAMS[place], place, "exec"), names)
    registry = names.get("registry", REGISTRY)
    assert before != told(registry)


def told(registry: CollectorRegistry) -> list[Sample]:
    """The samples of the contract."""
    return [sample for family in registry.collect() for sample in family.samples if sample.name in BY_NAME]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [] == [link for link in links if not (page.parent / link).exists()]


def test_the_readme_has_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [] == [command for command in COMMANDS if f"`slo-compiler {command} " not in readme]


def checks_in_the_code() -> set[str]:
    literal = re.compile(r'"([a-z]+/[a-z0-9-]+)"')
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "slo_compiler").rglob("*.py")]
    found = {check for source in sources for check in literal.findall(source)}
    return {check for check in found if check.split("/")[0] in FAMILIES}


FAMILIES = (
    "yaml",
    "spec",
    "promql",
    "tier",
    "group",
    "drift",
    "guard",
    "serving",
    "owner",
    "inhibition",
    "rules",
    "adapter",
    "preset",
    "catalogue",
    "runbook",
    "server",
)


def test_the_checks_page_has_every_check() -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert set() == {check for check in checks_in_the_code() if f"`{check}`" not in page}


def test_the_tests_that_the_proof_names_exist() -> None:
    named = re.findall(
        r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
    )
    assert len(named) > 20
    assert [] == [
        f"{path}::{test}"
        for path, test in named
        if f"\ndef {test}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
