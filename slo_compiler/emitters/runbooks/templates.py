"""The templates: those that come with the compiler, and in their place those of the user."""

from __future__ import annotations

import contextlib
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup
from msgspec import Struct

from slo_compiler.emitters.runbooks import markdown
from slo_compiler.emitters.runbooks.facts import Query
from slo_compiler.emitters.runbooks.shipped import SHIPPED

SUFFIX: Final = ".md.j2"
PAGE: Final = "page"
_FOLDER: Final = SHIPPED / "runbooks"


class Override(Struct, frozen=True):
    """A template of the user."""

    name: str
    """That of the one in whose place it stands, such as ``latency``; or, if it begins with ``_``, its own."""
    path: str
    """How diagnostics call the file."""
    text: str


@cache
def shipped() -> tuple[str, ...]:
    """The names of the templates that come with the compiler."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in _FOLDER.glob(f"*{SUFFIX}")))


@cache
def text_of(name: str) -> str:
    """A template that comes with the compiler."""
    return (_FOLDER / f"{name}{SUFFIX}").read_text(encoding="utf-8")


def environment(overrides: tuple[Override, ...]) -> jinja2.Environment:
    """An environment in which a value is plain text wherever a template does not say that it is Markdown."""
    theirs = {f"{each.name}{SUFFIX}": (each.text, each.path, None) for each in overrides}

    def load(name: str) -> tuple[str, str, None] | None:
        own = name.removesuffix(SUFFIX)
        return theirs.get(name) or ((text_of(own), name, None) if own in shipped() else None)

    # What a user's template may not do needs no watch over ours, which takes a fifth of the time of a page.
    # What is kept of ours knows no watch either.
    kind = _watched_environment() if overrides else jinja2.Environment
    made = kind(
        loader=jinja2.FunctionLoader(load),
        bytecode_cache=None if overrides else _BesideTheTemplates(),
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


def _watched_environment() -> type[jinja2.Environment]:
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415  only for templates of users

    return ImmutableSandboxedEnvironment


@cache
def of_the_compiler() -> jinja2.Environment:
    """The environment without overrides, whose templates are compiled once."""
    return environment(())


class _BesideTheTemplates(jinja2.FileSystemBytecodeCache):
    """What Jinja compiles the templates to, kept where Python would keep what it compiles."""

    def __init__(self) -> None:
        super().__init__(str(_FOLDER / "__pycache__"), "%s.bytecode")

    def get_source_checksum(self, source: str) -> str:
        """Of the template and of the filters, for Jinja compiles what they make of constants."""
        return super().get_source_checksum(source + _filters())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, unless Python keeps nothing either."""
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)


@cache
def _filters() -> str:
    return "".join(Path(file).read_text(encoding="utf-8") for file in (__file__, markdown.__file__))


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
