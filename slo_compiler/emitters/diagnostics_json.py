"""Diagnostics as JSON, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from slo_compiler.diagnostics import Diagnostic


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """An object with a list of all diagnostics in reading order; the fields are those of a line of text."""
    listed = [
        {
            "check": found.check,
            "level": found.level.value,
            "path": found.position.path,
            "line": found.position.line,
            "column": found.position.column,
            "message": found.message,
        }
        for found in diagnostics
    ]
    return json.dumps({"diagnostics": listed}, indent=2, ensure_ascii=False) + "\n"
