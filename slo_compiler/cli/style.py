"""The option ``--format``, which most commands have: for a human first, then for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def format_option(*styles: str, told: str = "How to print it.") -> Callable[[Command], Command]:
    """The option for the style of what is printed, the first one by default; it arrives as ``style``."""
    return click.option(
        "--format",
        "style",
        type=click.Choice(styles),
        default=styles[0],
        show_default=True,
        help=told,
    )
