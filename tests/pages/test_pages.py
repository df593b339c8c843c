"""There is a page for each thing, and on disk it is as its facts have it now."""

from __future__ import annotations

import re
from typing import Final

import pytest

from slo_compiler.cli.checks_page import checks_page
from slo_compiler.emitters.check_help import check_help
from slo_compiler.model.guard import GuardKind
from slo_compiler.schema.ml_model import ColdStartModel, GuardModel, LabelLagModel, SeasonalityModel
from slo_compiler.schema.shape import Shape, annotations_of
from tests.pages.advice import advice
from tests.pages.of_indicators import INDICATORS
from tests.pages.pages import DOCS, FOLDERS, pages
from tests.pages.trapping import indicators_with_traps

PAGES: Final = {
    path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
    for folder in FOLDERS
    for path in sorted((DOCS / folder).rglob("*.md"))
}
"""Those on disk, of which the first test says that they are those of now."""


def test_pages_are_those_that_make_generate_writes() -> None:
    assert dict(pages()) == PAGES


def test_every_check_has_a_page() -> None:
    checks = {path.removesuffix(".md") for path in PAGES if path.startswith("checks/")}
    assert {f"checks/{check}" for check in check_help(checks_page())} == checks


def test_every_guard_has_a_page() -> None:
    guards = {path for path in PAGES if path.startswith("guards/")}
    assert {f"guards/{kind.value}.md" for kind in GuardKind} == guards


def test_every_indicator_has_a_page() -> None:
    indicators = {path for path in PAGES if path.startswith("indicators/")}
    assert {f"indicators/{name}.md" for name in INDICATORS} == indicators


def test_every_indicator_that_is_no_preset_has_traps() -> None:
    assert {*INDICATORS} - {"preset"} == {*indicators_with_traps()}


@pytest.mark.parametrize("kind", GuardKind)
def test_each_key_of_a_guard_is_on_its_page(kind: GuardKind) -> None:
    models: dict[str, type[Shape]] = {
        "label_lag": LabelLagModel,
        "cold_start": ColdStartModel,
        "seasonality": SeasonalityModel,
    }
    keys = annotations_of(models.get(kind.value, GuardModel))
    assert [] == [key for key in keys if f"| `{key}` | " not in PAGES[f"guards/{kind.value}.md"]]


@pytest.mark.parametrize("kind", GuardKind)
def test_a_guard_holds_back_something_and_never_everything(kind: GuardKind) -> None:
    (held, heard) = re.findall(r"^\| (`.+?) \| (`.+?) \|$", PAGES[f"guards/{kind.value}.md"], re.MULTILINE)[0]
    assert (held[0], heard[0]) == ("`", "`")


@pytest.mark.parametrize("kind", GuardKind)
def test_the_test_that_hears_the_real_incident_is_there(kind: GuardKind) -> None:
    (path, test) = re.findall(r"`(tests/engine/\w+\.py)::(\w+)`", PAGES[f"guards/{kind.value}.md"])[0]
    assert f"def {test}(" in (DOCS.parent / path).read_text(encoding="utf-8")


def test_every_page_of_a_check_has_a_case_or_says_what_to_do() -> None:
    without = {
        path.removeprefix("checks/").removesuffix(".md")
        for path, text in PAGES.items()
        if path.startswith("checks/") and "\n## A case\n" not in text
    }
    assert set() == without - advice().keys()


def test_advice_is_of_checks_that_there_are() -> None:
    assert set() == advice().keys() - check_help(checks_page()).keys()


@pytest.mark.parametrize("path", PAGES)
def test_no_fence_is_left_open(path: str) -> None:
    assert len(re.findall(r"^```", PAGES[path], re.MULTILINE)) % 2 == 0
