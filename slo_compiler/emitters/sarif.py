"""Diagnostics as SARIF 2.1.0, which code hosts show beside the lines of a change.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from slo_compiler.diagnostics import Diagnostic, Level, Position
from slo_compiler.emitters.check_help import CheckHelp

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

LEVELS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note"}


def as_sarif(diagnostics: Sequence[Diagnostic], checks: Mapping[str, CheckHelp], version: str) -> str:
    """The diagnostics as a SARIF log of one run.

    Args:
        diagnostics: what was found.
        checks: every check that is documented: the rules of the tool.
        version: that of slo-compiler.
    """
    driver = {
        "name": "slo-compiler",
        "version": version,
        "rules": [_rule(check, told) for check, told in checks.items()],
    }
    indexes = {check: index for index, check in enumerate(checks)}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, indexes) for found in diagnostics],
    }
    return (
        json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)
        + "\n"
    )


def _rule(check: str, told: CheckHelp) -> dict[str, Any]:
    return {
        "id": check,
        "shortDescription": {"text": told.text},
        "help": {
            "text": f"{told.text} See {told.page} of slo-compiler.",
            "markdown": f"{told.reported_when}\n\nSee `{told.page}` of slo-compiler.",
        },
    }


def _result(found: Diagnostic, indexes: Mapping[str, int]) -> dict[str, Any]:
    rule = {"ruleIndex": indexes[found.check]} if found.check in indexes else {}
    return {
        "ruleId": found.check,
        **rule,
        "level": LEVELS[found.level],
        "message": {"text": found.message},
        "locations": [{"physicalLocation": _location(found.position)}],
    }


def _location(position: Position) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": _uri(position.path)},
        "region": {"startLine": position.line, "startColumn": position.column},
    }


def _uri(path: str) -> str:
    """The path as a reference: from the working folder, which in CI is the repository, or absolute."""
    return f"file://{quote(path)}" if PurePosixPath(path).is_absolute() else quote(path)
