"""Simulations on a terminal: a table for each SLO, and one for each service of machine learning."""

from __future__ import annotations

from collections.abc import Iterable

from slo_compiler.cli.tables import facts, print_parts, print_table
from slo_compiler.replay import service_text, simulation_text
from slo_compiler.replay.simulate import Simulation
from slo_compiler.replay.simulate_service import ServiceSimulation


def print_simulations(of_slos: Iterable[Simulation], of_services: Iterable[ServiceSimulation]) -> None:
    """Print what came of incidents on SLOs and then on whole services."""
    from rich.console import Console  # noqa: PLC0415  # JSON does not need it

    console = Console(highlight=False, markup=False)
    for simulation in of_slos:
        console.print(simulation_text.title(simulation), style="bold")
        console.print()
        print_table(console, simulation_text.TRIALS, simulation_text.trials(simulation))
        print_parts(console, facts(simulation_text.facts(simulation)))
        console.print()
    for whole in of_services:
        console.print(service_text.title(whole), style="bold")
        tables = (
            (service_text.TRIALS, list(service_text.trials(whole))),
            (service_text.HELD_BACK, list(service_text.held_back(whole))),
        )
        for header, rows in tables:
            if rows:
                console.print()
                print_table(console, header, rows)
        told = list(simulation_text.facts(whole))
        if whole.not_tried:
            told.append(("not tried", service_text.not_tried(whole)))
        if whole.left_out:
            told.append(("not replayed", service_text.left_out(whole)))
        print_parts(console, facts(told))
        console.print()
