"""The documentation says what is so: its examples compile, and it names every command and check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.samples import Sample

from slo_compiler.backtest.tallies import read_tallies
from slo_compiler.cli import COMMANDS
from slo_compiler.compiler import compile_sources
from slo_compiler.diagnostics import Diagnostic, Level
from slo_compiler.model.contract import BY_NAME
from slo_compiler.model.guard import GuardKind
from slo_compiler.rules import names
from slo_compiler.rules.signals.surface import CAUSES, Evidence
from slo_compiler.schema.ml_model import (
    DriftModel,
    GuardrailModel,
    LabelsModel,
    QualityModel,
    ServingModel,
    ToolModel,
)
from slo_compiler.schema.read import read_receivers
from slo_compiler.schema.read_incidents import read_incidents
from slo_compiler.schema.shape import annotations_of
from slo_compiler.schema.spec_model import IndicatorModel
from slo_compiler.sources import Source, Sources

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```yaml ?(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
ANCHORED = re.compile(r"\]\((?!https?:)([^)#{}]*)#([^)]+)\)")


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
HISTORIES = {
    page.name: history
    for page in PAGES
    for history in re.findall(
        r"^```csv\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
}


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


@pytest.mark.parametrize("place", HISTORIES)
def test_histories_in_the_documentation_are_read(place: str) -> None:
    assert [] == [found for found in read_tallies(place, HISTORIES[place]) if isinstance(found, Diagnostic)]


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


def anchors(page: Path) -> set[str]:
    """The headings of a page, as GitHub and its kin link to them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_headings(page: Path) -> None:
    links = ANCHORED.findall(page.read_text(encoding="utf-8"))
    lost = [
        f"{target}#{anchor}"
        for target, anchor in links
        if anchor not in anchors(page.parent / target if target else page)
    ]
    assert [] == lost


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
    "import",
    "promql",
    "tier",
    "group",
    "drift",
    "guard",
    "serving",
    "tools",
    "owner",
    "inhibition",
    "rules",
    "adapter",
    "preset",
    "catalogue",
    "runbook",
    "server",
    "history",
    "target",
    "verify",
)


def test_the_checks_page_has_every_check() -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert set() == {check for check in checks_in_the_code() if f"`{check}`" not in page}


@pytest.mark.parametrize("page", ["proof.md", "playbook.md"])
def test_the_tests_that_a_page_names_exist(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 20
    assert [] == [
        f"{path}::{test}"
        for path, test in named
        if f"\ndef {test}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    files = re.findall(r"`(tests/[\w/.-]+)`", text)
    assert [] == [path for path in files if not (ROOT / path).exists()]


def test_every_indicator_is_in_the_index() -> None:
    page = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
    indicators = (*annotations_of(IndicatorModel), "preset")
    assert [] == [name for name in indicators if f"| [`{name}`](indicators/{name}.md) |" not in page]


def test_every_guard_is_in_the_index() -> None:
    page = (ROOT / "docs" / "guards.md").read_text(encoding="utf-8")
    assert [] == [kind for kind in GuardKind if f"(guards/{kind.value}.md)" not in page]


def test_every_alert_of_models_is_told_of() -> None:
    """Those of guards by the guard that they are."""
    pages = [ROOT / "docs" / "ml.md", ROOT / "docs" / "guards.md", *(ROOT / "docs" / "signals").glob("*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    alerts = {
        value for name, value in vars(names).items() if name.endswith("_ALERT") and name != "ABSENT_ALERT"
    }
    assert len(alerts) > 10
    assert set() == {alert for alert in alerts if f"`{alert}`" not in text}


def test_every_cause_and_evidence_of_a_surface_is_told_of() -> None:
    text = (ROOT / "docs" / "signals" / "surface.md").read_text(encoding="utf-8")
    told = {
        word for line in text.splitlines() if line.startswith("|") for word in re.findall(r"`(\w+)`", line)
    }
    assert set() == {*(each.value for each in Evidence), *(cause.name for cause in CAUSES)} - told


@pytest.mark.parametrize(
    ("model", "page"),
    [
        (ServingModel, "signals/serving.md"),
        (GuardrailModel, "indicators/guardrail.md"),
        (DriftModel, "ml.md"),
        (LabelsModel, "indicators/quality.md"),
        (QualityModel, "indicators/quality.md"),
        (ToolModel, "ml.md"),
    ],
)
def test_every_key_of_models_is_told_of(model: Any, page: str) -> None:
    text = "".join(
        (ROOT / "docs" / each).read_text(encoding="utf-8") for each in (page, "ml.md", "runbooks.md")
    )
    assert [] == [key for key in annotations_of(model) if not re.search(rf"`(\w+\.)?{key}\b", text)]
