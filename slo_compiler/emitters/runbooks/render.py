"""Pages of Markdown from facts and templates; what is wrong with a template of the user is a diagnostic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import jinja2
from markupsafe import Markup

from slo_compiler.diagnostics import Diagnostic, Position, error, nearest
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.emitters.runbooks.facts import PageFacts, facts
from slo_compiler.emitters.runbooks.templates import (
    PAGE,
    SUFFIX,
    Override,
    environment,
    of_the_compiler,
    shipped,
)
from slo_compiler.rules.program import Program

CHECK: Final = "runbook/template"

_BLANK_LINES: Final = re.compile(r"\n{3,}")


def emit(program: Program, overrides: tuple[Override, ...] = ()) -> Iterator[Artifact]:
    """One ``runbooks/<service>.md`` a service.

    Raises:
        jinja2.TemplateError: a template is broken; what ``check_templates`` finds first.
    """
    made = environment(overrides) if overrides else of_the_compiler()
    for page in facts(program):
        yield Artifact(f"runbooks/{page.service}.md", _render(page, made))


def read_templates(files: Iterable[tuple[str, bytes]]) -> tuple[tuple[Override, ...], list[Diagnostic]]:
    """The templates of the user that can be read, and what is wrong with the others.

    Args:
        files: how diagnostics call each file, and its bytes.
    """
    sound: list[Override] = []
    found: list[Diagnostic] = []
    for path, content in files:
        name = path.rsplit("/", 1)[-1].removesuffix(SUFFIX)
        override = Override(name, path, content.decode(errors="replace"))
        problem = _no_text(override, content) or _unknown(override, shipped()) or _unreadable(override)
        if problem is None:
            sound.append(override)
        else:
            found.append(problem)
    return tuple(sound), found


def check_templates(program: Program, overrides: tuple[Override, ...]) -> Iterator[Diagnostic]:
    """What goes wrong when every page is written with the templates of the user: one problem a page."""
    if not overrides:
        return
    made = environment(overrides)
    paths = {override.path for override in overrides}
    for page in facts(program):
        try:
            _render(page, made)
        except Exception as fault:
            place = _place(fault, paths)
            if place is None:
                raise
            yield _broken(*place, f"{fault} (for the service {page.service})")


def _render(page: PageFacts, made: jinja2.Environment) -> str:
    sections = [_section(name, variables, made) for name, variables in page.sections]
    subjects = [
        {"name": name, "sections": list(of_name)}
        for name, of_name in groupby(sections, key=lambda section: section["name"])
    ]
    whole = made.get_template(f"{PAGE}{SUFFIX}").render(page.variables, subjects=subjects)
    return _BLANK_LINES.sub("\n\n", str(whole)).strip() + "\n"


def _section(family: str, variables: Mapping[str, Any], made: jinja2.Environment) -> dict[str, Any]:
    written = made.get_template(f"{family}{SUFFIX}").render(variables).strip()
    return {"name": variables["name"], "alerts": variables["alerts"], "text": Markup(written)}  # noqa: S704


def _no_text(override: Override, content: bytes) -> Diagnostic | None:
    try:
        content.decode()
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        return _broken(override.path, line, "it is no UTF-8")
    return None


def _unknown(override: Override, known: Sequence[str]) -> Diagnostic | None:
    if override.name in known or override.name.startswith("_"):
        return None
    near = nearest(override.name, known)
    advice = f"did you mean {near}{SUFFIX}?" if near else f"known: {', '.join(known)}"
    return error(
        Position(override.path),
        CHECK,
        f"there is no runbook template {override.name}, so that this one would never be used; {advice}; the "
        "name of a part that only your own templates include begins with _",
    )


def _unreadable(override: Override) -> Diagnostic | None:
    try:
        of_the_compiler().parse(override.text)
    except jinja2.TemplateSyntaxError as fault:
        return _broken(override.path, fault.lineno, fault.message or "cannot be read")
    return None


def _place(fault: Exception, paths: set[str]) -> tuple[str, int] | None:
    """The innermost line of a template of the user that had to do with it."""
    import traceback  # noqa: PLC0415  only of a template that is broken

    if isinstance(fault, jinja2.TemplateSyntaxError) and fault.filename in paths:
        return fault.filename, fault.lineno
    frames = [each for each in traceback.extract_tb(fault.__traceback__) if each.filename in paths]
    return (frames[-1].filename, frames[-1].lineno or 1) if frames else None


def _broken(path: str, line: int, what: str) -> Diagnostic:
    return error(Position(path, line), CHECK, f"this template cannot be written out: {what}")
