"""What an import has to say, by how much it matters to whoever moves over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from slo_compiler.diagnostics import Diagnostic, Level, Position, error, note, warning

OF_IMPORTS: Final = "import/"
"""What the checks of this room begin with."""

REFERENCE: Final = "import/reference"

SLO_LOST: Final = "import/slo-lost"
"""The one loss after which nobody would watch something."""


def invalid(place: Position, message: str) -> Diagnostic:
    """Not even the tool that the file is for would take it."""
    return error(place, "import/invalid", message)


def unresolved(place: Position, message: str) -> Diagnostic:
    """A name that nothing among the files has."""
    return error(place, REFERENCE, message)


def lost(place: Position, message: str) -> Diagnostic:
    """What has no counterpart here."""
    return warning(place, "import/lost", message)


def slo_lost(place: Position, message: str) -> Diagnostic:
    """A whole SLO that has no counterpart here."""
    return warning(place, SLO_LOST, message)


def changed(place: Position, message: str) -> Diagnostic:
    """What is carried over, and means something else here."""
    return warning(place, "import/changed", message)


def unknown_key(place: Position, message: str) -> Diagnostic:
    """A key that the tool does not know either, and passes over in silence."""
    return warning(place, "import/unknown-key", message)


def renamed(place: Position, message: str) -> Diagnostic:
    """What is called otherwise here, or said elsewhere; nothing is lost by it."""
    return note(place, "import/renamed", message)


def as_errors(found: Iterable[Diagnostic], checks: str = OF_IMPORTS) -> list[Diagnostic]:
    """The diagnostics, with the warnings of some checks as errors.

    Args:
        found: what there is to say.
        checks: what the ids of the checks begin with.
    """
    return [
        replace(each, level=Level.ERROR)
        if each.level is Level.WARNING and each.check.startswith(checks)
        else each
        for each in found
    ]
