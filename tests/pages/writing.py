"""Jinja for pages: prose is in templates, and what is computed is never written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import jinja2

TEMPLATES: Final = Path(__file__).parent / "templates"

_ENVIRONMENT: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES),
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # Markdown of our own, and no HTML
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def written(template: str, **facts: Any) -> str:
    """A page, as its template has it with these facts."""
    return _ENVIRONMENT.get_template(f"{template}.md.j2").render(facts)


def block(text: str, language: str = "") -> str:
    """A fenced block, with a fence that the text does not hold."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
