"""The templates of HTML pages: whatever they are filled with is escaped."""

from __future__ import annotations

import jinja2

from slo_compiler.emitters.runbooks.shipped import SHIPPED


def page(template: str) -> jinja2.Template:
    """A template that comes with the compiler, by its file name."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(SHIPPED),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template)
