"""What Jinja makes of the compiler's own templates is kept, and never stale, nor of use to those of users."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest

from slo_compiler.emitters.runbooks import templates
from slo_compiler.emitters.runbooks.templates import Override, environment

OVERRIDE = Override("other", "other.md.j2", "theirs")


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that Jinja has compiled since the test began."""
    sources: list[str] = []
    compile_ = jinja2.Environment.compile

    def watched(self: jinja2.Environment, source: str, *rest: Any, **more: Any) -> Any:
        sources.append(source)
        return compile_(self, source, *rest, **more)

    monkeypatch.setattr(jinja2.Environment, "compile", watched)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return sources


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """The templates of a compiler that has a folder of its own."""
    held = {"page": "{{ name }} and {{ 'a*b' | text }}"}
    monkeypatch.setattr(templates, "_FOLDER", tmp_path)
    monkeypatch.setattr(templates, "shipped", lambda: (*held,))
    monkeypatch.setattr(templates, "text_of", lambda name: held[name])
    return held


def written(*overrides: Override) -> str:
    return environment(overrides).get_template("page.md.j2").render(name="<x>")


def test_a_template_is_compiled_once(texts: dict[str, str], compiled: list[str]) -> None:
    assert [r"&lt;x&gt; and a\*b"] * 2 == [written(), written()]
    assert [*texts.values()] == compiled


def test_a_changed_template_is_compiled_anew(texts: dict[str, str], compiled: list[str]) -> None:
    written()
    texts["page"] = "anew"
    assert (written(), 2) == ("anew", len(compiled))


@pytest.mark.usefixtures("texts")
def test_changed_filters_compile_templates_anew(compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    written()
    monkeypatch.setattr(templates, "_filters", lambda: "others")
    written()
    assert len(compiled) == 2


@pytest.mark.usefixtures("texts")
def test_templates_of_users_neither_take_nor_leave_anything(compiled: list[str], tmp_path: Path) -> None:
    written(OVERRIDE)
    assert [] == [*tmp_path.iterdir()]
    written()
    written(OVERRIDE)
    assert len(compiled) == 3


@pytest.mark.usefixtures("texts")
def test_nothing_is_kept_where_python_keeps_nothing(
    compiled: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    written()
    written()
    assert len(compiled) == 2
    assert [] == [*tmp_path.iterdir()]


@pytest.mark.usefixtures("texts")
def test_a_folder_that_cannot_be_written_is_left_alone(
    compiled: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(templates, "_FOLDER", tmp_path / "that is not there")
    assert (written(), 2) == (written(), len(compiled))
