"""Tables in terminals of any width: every word is whole, and nothing is left out."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from slo_compiler.cli.tables import facts, print_table

COLUMNS = ("alert", "severity", "reaches")
ROWS = [
    ("ErrorBudgetBurnLongTerm", "ticket", "nobody: there is no receivers.yaml"),
    ("IndicatorAbsent", "", "platform-page"),
]


def printed(width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False)
    print_table(console, COLUMNS, ROWS)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_what_fits_stands_side_by_side() -> None:
    assert printed(80) == [
        "  alert                    severity  reaches",
        "  ErrorBudgetBurnLongTerm  ticket    nobody: there is no receivers.yaml",
        "  IndicatorAbsent                    platform-page",
    ]


def test_where_it_does_not_each_row_has_its_cells_below_it() -> None:
    assert printed(50) == [
        "  ErrorBudgetBurnLongTerm",
        "    severity  ticket",
        "    reaches   nobody: there is no receivers.yaml",
        "  IndicatorAbsent",
        "    reaches  platform-page",
    ]


@pytest.mark.parametrize("width", range(30, 90, 7))
def test_no_word_is_broken_and_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = printed(width)
    words = {word for row in ROWS for cell in row for word in cell.split()}
    assert words <= {word for line in lines for word in line.split()}
    assert max(map(len, lines)) <= width


def test_a_name_is_said_once() -> None:
    console = Console(file=io.StringIO(), width=40, highlight=False, markup=False)
    console.print(facts([("waits", "medium"), ("waits", "slow"), ("owner", "a")]))
    assert isinstance(console.file, io.StringIO)
    assert [line.split() for line in console.file.getvalue().splitlines()] == [
        ["waits", "medium"],
        ["slow"],
        ["owner", "a"],
    ]
