"""Simulations on a terminal: a table for each SLO, and one for each service of machine learning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from slo_compiler.replay import service_text, simulation_text
from slo_compiler.replay.simulate import Simulation
from slo_compiler.replay.simulate_service import ServiceSimulation

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table


def print_simulations(of_slos: Iterable[Simulation], of_services: Iterable[ServiceSimulation]) -> None:
    """Print what came of incidents on SLOs and then on whole services."""
    from rich.console import Console  # noqa: PLC0415  # JSON does not need it

    console = Console(highlight=False, markup=False)
    for simulation in of_slos:
        console.print(simulation_text.title(simulation), style="bold")
        trials = _table(simulation_text.TRIALS, simulation_text.trials(simulation))
        _print_parts(console, [trials, _facts(simulation_text.facts(simulation))])
    for whole in of_services:
        console.print(service_text.title(whole), style="bold")
        tables = (
            (service_text.TRIALS, list(service_text.trials(whole))),
            (service_text.HELD_BACK, list(service_text.held_back(whole))),
        )
        parts = [_table(header, rows) for header, rows in tables if rows]
        facts = list(simulation_text.facts(whole))
        if whole.not_tried:
            facts.append(("not tried", service_text.not_tried(whole)))
        if whole.left_out:
            facts.append(("not replayed", service_text.left_out(whole)))
        _print_parts(console, [*parts, _facts(facts)])


def _print_parts(console: Console, parts: Iterable[RenderableType]) -> None:
    from rich.padding import Padding  # noqa: PLC0415

    for part in parts:
        console.print()
        console.print(Padding(part, (0, 0, 0, 2), expand=False))
    console.print()


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    table.columns[0].no_wrap = True
    return table


def _facts(facts: Iterable[tuple[str, str]]) -> Table:
    from rich.table import Table  # noqa: PLC0415

    table = Table.grid("name", "fact", padding=(0, 2, 0, 0))
    for name, fact in facts:
        table.add_row(name, fact)
    return table
