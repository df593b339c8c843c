"""What a stage has to say about a spec: a level, a place, a message, the check that found it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final

from msgspec import Struct


class Position(Struct, frozen=True, order=True):
    """A place in a file. Lines and columns count from 1; a column counts characters, not bytes."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Level(enum.Enum):
    """How much a diagnostic matters."""

    ERROR = "error"
    """Nothing is written."""
    WARNING = "warning"
    """Everything is written, and probably does not do what was meant."""
    NOTE = "note"
    """A decision the compiler took for the author."""


_ORDER: Final = [*Level]


class Diagnostic(Struct, frozen=True):
    """One thing to tell the author, with its consequence in the message."""

    position: Position
    level: Level
    message: str
    check: str
    """The stable id by which documentation names this kind, such as ``yaml/duplicate-key``."""

    def __str__(self) -> str:
        return f"{self.position}: {self.level.value}: {self.message} [{self.check}]"


def error(position: Position, check: str, message: str) -> Diagnostic:
    """A diagnostic that stops the compilation."""
    return Diagnostic(position, Level.ERROR, _on_one_line(message), check)


def warning(position: Position, check: str, message: str) -> Diagnostic:
    """A diagnostic that does not stop the compilation."""
    return Diagnostic(position, Level.WARNING, _on_one_line(message), check)


def note(position: Position, check: str, message: str) -> Diagnostic:
    """A diagnostic that only tells what was decided."""
    return Diagnostic(position, Level.NOTE, _on_one_line(message), check)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them stops the compilation."""
    return any(diagnostic.level is Level.ERROR for diagnostic in diagnostics)


def in_reading_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics without repetitions, as a reader meets their places from top to bottom."""
    return sorted(
        set(diagnostics),
        key=lambda found: (found.position, _ORDER.index(found.level), found.check, found.message),
    )


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """What of the known words was probably meant; None where the word is like none of them."""
    import difflib  # noqa: PLC0415  only what is wrong waits for it

    return next(iter(difflib.get_close_matches(word, [*known], n=1, cutoff=cutoff)), None)


def _on_one_line(message: str) -> str:
    """The message with escapes for what would end the line, move a terminal's cursor or be invisible.

    It quotes the file, whose author may be hostile.
    """
    if message.isprintable():
        return message
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)
