"""Diagnostics as workflow commands of GitHub Actions, which shows each at its line of a pull request.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands, and for the
escapes ``escapeData`` and ``escapeProperty`` in ``@actions/core``, ``packages/core/src/command.ts``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from slo_compiler.diagnostics import Diagnostic, Level

COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}

_IN_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def as_workflow_commands(diagnostics: Iterable[Diagnostic]) -> str:
    """One command a line; nothing where there are no diagnostics."""
    return "".join(f"{_command(found)}\n" for found in diagnostics)


def _command(found: Diagnostic) -> str:
    properties = _properties(
        {
            "file": found.position.path,
            "line": str(found.position.line),
            "col": str(found.position.column),
            "title": found.check,
        }
    )
    return f"::{COMMANDS[found.level]} {properties}::{found.message.translate(_IN_DATA)}"


def _properties(values: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value.translate(_IN_PROPERTIES)}" for name, value in values.items())
