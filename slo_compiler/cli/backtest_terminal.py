"""Backtests on a terminal: a table of variants an SLO, what was heard or held back, what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding

from slo_compiler.backtest import signals_text, text
from slo_compiler.backtest.compared import Compared, ComparedSignals, ComparedSlo
from slo_compiler.backtest.text import Row
from slo_compiler.cli.tables import print_table


def print_backtests(compared: Compared, notes: Iterable[str]) -> None:
    """Print all SLOs in a table if there are several, what came of each, and what is not known."""
    console = Console(highlight=False, markup=False)
    known = [each for each in compared.slos if each.first.known is not None]
    if known[1:] or compared.services:
        print_table(console, text.OVERVIEW, text.overview(compared))
        console.print()
    for each in known:
        _print_slo(console, each)
    for service in compared.services:
        _print_signals(console, service)
    if len(known) < len(compared.slos):
        console.print(text.unknown(each for each in compared.slos if each.first.known is None))
    for note in notes:
        console.print(f"note: {note}")


def _print_slo(console: Console, compared: ComparedSlo) -> None:
    console.print(text.title(compared), style="bold")
    console.print()
    print_table(console, text.SUMMARY, text.summary(compared))
    _print_alerts(console, *text.alerts(compared))
    _print_more(console, *text.held_back(compared))
    _print_sentences(console, text.missing(compared.first))


def _print_signals(console: Console, compared: ComparedSignals) -> None:
    console.print(signals_text.title(compared), style="bold")
    console.print()
    print_table(console, signals_text.SUMMARY, signals_text.summary(compared))
    _print_alerts(console, *signals_text.alerts(compared))
    _print_more(console, *signals_text.held_back(compared))
    _print_sentences(console, filter(None, [signals_text.left_out(compared.first)]))


def _print_alerts(console: Console, columns: Row, rows: Sequence[Row], more: int) -> None:
    _print_more(console, columns, rows)
    if more:
        console.print(f"  and {more} more, which --format json has")


def _print_more(console: Console, columns: Row, rows: Sequence[Row]) -> None:
    """A further table, if there is anything in it."""
    if rows:
        console.print()
        print_table(console, columns, rows)


def _print_sentences(console: Console, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        console.print()
        console.print(Padding(sentence, (0, 0, 0, 2)))
    console.print()
