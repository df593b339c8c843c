"""How a value is refused: the exception, and the value in words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from slo_compiler.quantities import format_decimal


class RefusedError(ValueError):
    """A value that is refused, for its type or anything else: pydantic collects no TypeError.

    ``at`` leads from the value to the part of it that is to blame, where that is not all of it.
    """

    def __init__(self, message: str, *at: str) -> None:
        super().__init__(message)
        self.at = at


class MistypedError(RefusedError):
    """A value of another type than its key wants."""


class MissingError(RefusedError):
    """A mapping without a key that it needs."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is missing; without it there is nothing to compile here")


def described(value: Any) -> str:
    """The value as a message names it: short, and with nothing in it that would disturb a terminal."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"{value}".lower()
        case int() | Fraction():
            return f"the number {format_decimal(Fraction(value))}"
        case str():
            return repr(value if len(value) <= 80 else value[:77] + "...")
        case list():
            return "a list"
        case _:
            return "a mapping"
