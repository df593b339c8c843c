"""Text for Prometheus's alert templates: what comes from a spec is literal, what we add is a template."""

from __future__ import annotations


def literal(text: str) -> str:
    """The text, such that a Go template renders it as it is.

    A description saying ``{{ query "..." }}`` would otherwise run arbitrary PromQL at every evaluation.
    """
    return text.replace("{{", '{{ "{{" }}')
