"""What a runbook says to do about one alert, by itself: for whoever is told of the alert by another way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from slo_compiler.emitters.runbooks.facts import facts
from slo_compiler.emitters.runbooks.templates import SUFFIX, Override, environment, of_the_compiler
from slo_compiler.rules.program import Program

BLOCKS: Final = ("mitigate", "rollback")


class Advice(Struct, frozen=True):
    """Markdown, as on the page: what the spec's own people say, first aid, and when to roll back."""

    page: str
    """The path of the page among the generated files, with its anchor."""
    here: str
    mitigate: str
    rollback: str


def advice(
    program: Program, service: str, name: str, alert: str, overrides: tuple[Override, ...] = ()
) -> Advice | None:
    """What the page of a service says about an alert of an SLO or a signal; None where it has no such.

    Args:
        program: what the specs compile to.
        service: whose page.
        name: that of the SLO or signal.
        alert: the name of the alert.
        overrides: the templates of the user.

    Raises:
        jinja2.TemplateError: a template is broken; what ``check_templates`` finds first.
    """
    made = environment(overrides) if overrides else of_the_compiler()
    for family, variables in _sections(program, service):
        if variables["name"] == name and alert in variables["anchors"]:
            template = made.get_template(f"{family}{SUFFIX}")
            context = template.new_context(dict(variables))
            for _ in template.root_render_func(context):  # gathers the blocks of what it extends
                pass
            mitigate, rollback = ("".join(context.blocks[block][0](context)) for block in BLOCKS)
            anchor = variables["anchors"][alert]
            here = variables["local"].mitigation
            return Advice(f"runbooks/{service}.md#{anchor}", here.strip(), mitigate.strip(), rollback.strip())
    return None


def _sections(program: Program, service: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return (section for page in facts(program) if page.service == service for section in page.sections)
