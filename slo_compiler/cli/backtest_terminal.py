"""Backtests on a terminal: a table of variants an SLO, what was heard, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from slo_compiler.backtest import text
from slo_compiler.backtest.text import Compared, Row


def print_backtests(compared: Sequence[Compared], notes: Iterable[str]) -> None:
    """Print all SLOs in a table if there are several, what came of each, and what is not known."""
    console = Console(highlight=False, markup=False)
    known = [each for each in compared if each.first.known is not None]
    if known[1:]:
        _print_table(console, text.OVERVIEW, text.overview(known))
        console.print()
    for each in known:
        _print(console, each)
    if len(known) < len(compared):
        console.print(text.unknown([each for each in compared if each.first.known is None]))
    for note in notes:
        console.print(f"note: {note}")


def _print(console: Console, compared: Compared) -> None:
    console.print(text.title(compared), style="bold")
    console.print()
    _print_table(console, text.SUMMARY, text.summary(compared))
    columns, rows, more = text.alerts(compared)
    if rows:
        console.print()
        _print_table(console, columns, rows)
    if more:
        console.print(f"  and {more} more, which --format json has")
    for sentence in text.missing(compared.first):
        console.print()
        console.print(Padding(sentence, (0, 0, 0, 2)))
    console.print()


def _print_table(console: Console, columns: Sequence[str], rows: Iterable[Row]) -> None:
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*row)
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
