"""How diagnostics are printed for programs: the choices of ``--format`` and their texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slo_compiler.cli.checks_page import checks_page
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.emitters.check_help import check_help
from slo_compiler.emitters.diagnostics_json import as_json
from slo_compiler.emitters.sarif import as_sarif
from slo_compiler.emitters.workflow_commands import as_workflow_commands
from slo_compiler.version import VERSION

STYLES: Final = ("text", "json", "sarif", "github")
"""The first is for humans, on standard error; the others are for programs, on standard output."""


def formatted(diagnostics: Sequence[Diagnostic], style: str) -> str:
    """The diagnostics as a program reads them.

    Raises:
        ValueError: it is no such style.
    """
    match style:
        case "json":
            return as_json(diagnostics)
        case "sarif":
            return as_sarif(diagnostics, check_help(checks_page()), VERSION)
        case "github":
            return as_workflow_commands(diagnostics)
        case _:
            raise ValueError(f"{style} is no format of diagnostics")
