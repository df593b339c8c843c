"""The templates: those that come with the compiler, and in their place those of the user."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from msgspec import Struct

from slo_compiler.emitters.runbooks import markdown
from slo_compiler.emitters.runbooks.facts import Query
from slo_compiler.emitters.runbooks.shipped import SHIPPED

SUFFIX: Final = ".md.j2"
PAGE: Final = "page"


class Override(Struct, frozen=True):
    """A template of the user."""

    name: str
    """That of the one in whose place it stands, such as ``latency``; or, if it begins with ``_``, its own."""
    path: str
    """How diagnostics call the file."""
    text: str


@cache
def shipped() -> Mapping[str, str]:
    """The templates that come with the compiler, by name."""
    found = {
        path.name.removesuffix(SUFFIX): path.read_text(encoding="utf-8")
        for path in sorted((SHIPPED / "runbooks").glob(f"*{SUFFIX}"))
    }
    return MappingProxyType(found)


def environment(overrides: tuple[Override, ...]) -> jinja2.Environment:
    """An environment in which a value is plain text wherever a template does not say that it is Markdown."""
    theirs = {f"{each.name}{SUFFIX}": (each.text, each.path) for each in overrides}
    ours = {f"{name}{SUFFIX}": (text, f"{name}{SUFFIX}") for name, text in shipped().items()}

    def load(name: str) -> tuple[str, str, None] | None:
        found = theirs.get(name) or ours.get(name)
        return None if found is None else (*found, None)

    # What a user's template may not do needs no watch over ours, which takes a fifth of the time of a page.
    kind = ImmutableSandboxedEnvironment if overrides else jinja2.Environment
    made = kind(
        loader=jinja2.FunctionLoader(load),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        code=markdown.code, promql=_promql, link=_link, paragraphs=markdown.paragraphs, text=markdown.text
    )
    return made


@cache
def of_the_compiler() -> jinja2.Environment:
    """The environment without overrides, whose templates are compiled once."""
    return environment(())


def _finalize(value: Any) -> Any:
    return value if isinstance(value, jinja2.Undefined) else markdown.text(value)


def _promql(query: Query) -> Markup:
    """The query as a block of code, and under it the link to a browser."""
    block = markdown.fenced(query.promql, "promql")
    if query.link is None:
        return block
    return block + Markup("\n\n") + markdown.link("Open in Prometheus", query.link)


def _link(url: str, title: str) -> Markup:
    return markdown.link(title, url)
