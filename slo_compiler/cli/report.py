"""Diagnostics on standard error, coloured on a terminal, with a count at the end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

import click

from slo_compiler.diagnostics import Diagnostic, Level

COLOURS: Final = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}


def report(diagnostics: Sequence[Diagnostic], *, quiet_notes: bool = False) -> bool:
    """Print diagnostics, one a line, and their number; return whether there was anything to print."""
    shown = visible(diagnostics, quiet_notes=quiet_notes)
    color = False if os.environ.get("NO_COLOR") else None  # click does not look for it
    for found in shown:
        level = click.style(found.level.value, fg=COLOURS[found.level], bold=True)
        click.echo(f"{found.position}: {level}: {found.message} [{found.check}]", err=True, color=color)
    if shown:
        click.echo(_count(shown), err=True)
    return bool(shown)


def visible(diagnostics: Sequence[Diagnostic], *, quiet_notes: bool) -> list[Diagnostic]:
    """The diagnostics that a user wants to see."""
    return [found for found in diagnostics if not (quiet_notes and found.level is Level.NOTE)]


def _count(diagnostics: Sequence[Diagnostic]) -> str:
    """How many of each level there are: ``2 errors, 1 note``."""
    counted = [(level, sum(found.level is level for found in diagnostics)) for level in Level]
    named = [f"{number} {level.value}{'s' if number > 1 else ''}" for level, number in counted if number]
    return ", ".join(named)
