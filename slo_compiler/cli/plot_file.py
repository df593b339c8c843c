"""The picture that ``--plot`` asks for: the option, and the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from slo_compiler.cli.named_file import write_file

if TYPE_CHECKING:
    from slo_compiler.replay.plot import Drawing, Panel

Command = TypeVar("Command", bound=Callable[..., Any])


def plot_option(drawn: str) -> Callable[[Command], Command]:
    """The option for a picture of what is drawn; its value is the file, or None."""
    return click.option(
        "--plot",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        help=f"Draw {drawn} into this file, .svg or .png.",
    )


def check_plot(path: Path | None) -> None:
    """Make sure, before the work, that the file can be drawn.

    Raises:
        click.UsageError: its name ends with neither format.
    """
    if path is not None and path.suffix not in {".svg", ".png"}:
        raise click.UsageError(f"{path} ends with neither .svg nor .png")


def write_plot(path: Path, drawn: Sequence[Panel | Drawing]) -> None:
    """Draw the file, in the format that its name says.

    Raises:
        click.ClickException: it cannot be written.
    """
    # Only a picture needs matplotlib, which takes longer to import than the rest to run.
    from slo_compiler.replay.plot import draw_picture  # noqa: PLC0415

    write_file(path, draw_picture(drawn, "png" if path.suffix == ".png" else "svg"))
