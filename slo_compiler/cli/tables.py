"""Tables on a terminal, in which no word is cut or broken, however narrow it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

# rich takes longer to import than the other formats to print, so that only what prints a table does.

Cell: TypeAlias = "str | Text"
Row: TypeAlias = Sequence[Cell]

INDENT: Final = 2

_ANY_WIDTH: Final = 10_000


def print_table(
    console: Console,
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    indent: int = INDENT,
    numbers: bool = False,
) -> None:
    """Print rows side by side; where their words do not fit so, each row's cells one below the other.

    Args:
        console: where to.
        columns: the names of the columns, of which the first names a row.
        rows: a cell a column.
        indent: how far from the left.
        numbers: whether all but the first column are, and stand on the right.
    """
    from rich.measure import Measurement  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415

    listed = list(rows)
    table = _side_by_side(columns, listed, numbers=numbers)
    narrowest = Measurement.get(console, console.options.update(width=_ANY_WIDTH), table).minimum
    if indent + narrowest <= console.width:
        console.print(Padding(table, (0, 0, 0, indent), expand=False))
        return
    for row in listed:
        console.print(Padding(row[0], (0, 0, 0, indent), expand=False))
        told = [(name, cell) for name, cell in zip(columns[1:], row[1:], strict=True) if str(cell)]
        console.print(Padding(facts(told), (0, 0, 0, indent + INDENT), expand=False))


def facts(rows: Iterable[tuple[str, Cell]]) -> Table:
    """Facts beside their names, each name once."""
    from rich.table import Table  # noqa: PLC0415

    grid = Table.grid("name", "fact", padding=(0, 2, 0, 0))
    for column in grid.columns:
        column.overflow = "fold"
    before = ""
    for name, fact in rows:
        grid.add_row("" if name == before else name, fact)
        before = name
    return grid


def print_parts(console: Console, *parts: RenderableType) -> None:
    """Print texts and facts, indented, with an empty line before each."""
    from rich.padding import Padding  # noqa: PLC0415

    for part in parts:
        console.print()
        console.print(Padding(part, (0, 0, 0, INDENT), expand=False))


def _side_by_side(columns: Sequence[str], rows: Iterable[Row], *, numbers: bool) -> Table:
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    first, *others = columns
    table.add_column(first, no_wrap=True)
    for column in others:
        table.add_column(column, overflow="fold", justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*row)
    return table
