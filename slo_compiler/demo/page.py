"""The page as HTML: what stands on it from the beginning, and the runbook that alerts link to."""

from __future__ import annotations

from typing import Final

from markdown_it import MarkdownIt
from markupsafe import Markup

from slo_compiler.demo.desk import Desk
from slo_compiler.demo.faults import DATA, FALSE_PAGES, GUARDRAIL, MODEL, SERVING
from slo_compiler.demo.installation import Installation
from slo_compiler.demo.service import SPEED
from slo_compiler.demo.signals import SERVICE
from slo_compiler.emitters import html
from slo_compiler.version import VERSION

LANES: Final = {
    "serving": {**SERVING, **GUARDRAIL},
    "data": DATA,
    "model": MODEL,
}
"""What can be broken on each surface."""


def page(desk: Desk) -> str:
    """The page; what changes is filled in by its script."""
    service = next(iter(desk.installation.program.watched)).service
    return html.page("demo.html.j2").render(
        service=service,
        lanes=LANES,
        owners={surface.value: owner.name for surface, owner in service.owners.items()},
        false_pages=FALSE_PAGES,
        addresses=desk.addresses,
        specs=desk.installation.specs,
        speed=SPEED,
        version=VERSION,
    )


def runbook(installation: Installation) -> str:
    """The runbook that the compiler has written, as a page."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    body = Markup(markdown.render(installation.runbook))  # noqa: S704 the emitter has escaped all values
    return html.page("demo_runbook.html.j2").render(service=SERVICE, body=body)
