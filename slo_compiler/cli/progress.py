"""What is being worked on now, and how far, on a terminal; nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct


@contextmanager
def progress(doing: str = "compiling") -> Iterator[Callable[[str], None]]:
    """A function to call with the name of each step as it begins."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    # rich takes longer to import than a small spec to compile
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    with Console(stderr=True).status(doing) as status:
        yield lambda name: status.update(Text(f"{doing} {name}"))


class Bar(Struct, frozen=True):
    """How far long work is: ``step`` after each piece, ``doing`` for what is next, ``say`` for what lasts."""

    step: Callable[[], None]
    doing: Callable[[str], None]
    say: Callable[[str], None]


@contextmanager
def progress_bar(doing: str, total: int) -> Iterator[Bar]:
    """A bar of so many pieces. What is said appears in a pipe, too."""
    if not sys.stderr.isatty():
        yield Bar(lambda: None, lambda _: None, lambda text: print(text, file=sys.stderr))
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield Bar(
            step=lambda: bar.advance(task),
            doing=lambda name: bar.update(task, description=f"{doing} {escape(name)}"),
            say=lambda text: bar.console.print(text, markup=False),
        )
