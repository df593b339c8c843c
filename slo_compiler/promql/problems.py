"""What is wrong with an expression, and where."""

from __future__ import annotations

from msgspec import Struct


class Problem(Struct, frozen=True, order=True):
    """One reason why a Prometheus server would refuse an expression, or why this compiler does."""

    offset: int
    """Where it is, counted in characters from the start of the expression."""
    message: str


class SyntaxFault(Exception):  # noqa: N818 - the fault of an author, not an error of the program
    """Raised inside this room to leave the lexer or the parser at the first problem."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(offset, message)
