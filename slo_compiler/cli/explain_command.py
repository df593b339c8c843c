"""``slo-compiler explain``: what each alert of a spec means, as a table for a terminal, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from msgspec.structs import replace

from slo_compiler.cli.choice import chosen_slos
from slo_compiler.cli.compiled import compiled
from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.style import format_option
from slo_compiler.cli.tables import facts, print_parts, print_table
from slo_compiler.emitters import cost_text, explanation_text
from slo_compiler.emitters.explanation import SloExplanation, explain
from slo_compiler.emitters.explanation_json import as_json
from slo_compiler.emitters.signal_explanation import SignalExplanation, explain_signals
from slo_compiler.rules.cost import Assumptions, costs
from slo_compiler.rules.program import Program

MOST: Final = 1_000_000_000


@click.command("explain")
@click.argument("specs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--slo", "names", multiple=True, help="Only this SLO, by its name or service:name.")
@format_option("terminal", "markdown", "json")
@click.option("--cost", is_flag=True, help="Show instead what the rules cost whoever evaluates them.")
@click.option(
    "--series",
    default=1,
    show_default=True,
    type=click.IntRange(1, MOST),
    help="With --cost: how many series a selector of a raw metric matches.",
)
@click.option(
    "--values",
    default=1,
    show_default=True,
    type=click.IntRange(1, MOST),
    help="With --cost: how many groups the labels of a group_by make.",
)
def command(  # noqa: PLR0913 click gives each option on its own
    *,
    specs: tuple[Path, ...],
    names: tuple[str, ...],
    style: str,
    cost: bool,
    series: int,
    values: int,
) -> None:
    """Show the burn-rate table of SPECS: thresholds, budget spent, times, and who is paged."""
    program = compiled(read_sources(specs))
    if cost:
        _cost(program, names, Assumptions(series, values), style)
        return
    chosen = chosen_slos(explain(program), names, lambda slo: slo.id)
    signals = [] if names else explain_signals(program)
    if style == "json":
        click.echo(as_json(program, chosen, () if names else program.signals), nl=False)
    elif style == "markdown":
        click.echo(explanation_text.as_markdown(chosen, signals), nl=False)
    else:
        _print(chosen, signals)


def _cost(program: Program, names: Sequence[str], assumed: Assumptions, style: str) -> None:
    scraped = (lowered.plan.slo.clock.scrape_interval for lowered in program.slos)
    assumed = replace(assumed, scrape_interval=next(scraped, assumed.scrape_interval))
    found = chosen_slos(costs(program, assumed), names, lambda each: each.id)
    match style:
        case "json":
            click.echo(cost_text.as_json(found, assumed), nl=False)
        case "markdown":
            click.echo(cost_text.as_markdown(found, assumed), nl=False)
        case _:
            from rich.console import Console  # noqa: PLC0415  # as below

            console = Console(highlight=False, markup=False)
            print_table(console, cost_text.COLUMNS, cost_text.rows(found), indent=0, numbers=True)
            console.print()
            console.print(cost_text.caption(assumed))


def _print(explanations: list[SloExplanation], signals: list[SignalExplanation]) -> None:
    # rich takes longer to import than the other formats to print
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False, markup=False)
    for slo in explanations:
        console.print(f"{slo.id}  {slo.objective} over {slo.period}", style="bold")
        if slo.alerts:
            console.print()
            print_table(console, explanation_text.TIERS, explanation_text.tiers(slo))
            print_parts(console, explanation_text.TIMES_CAPTION)
            console.print()
            print_table(console, explanation_text.TIMES, explanation_text.times(slo))
        print_parts(console, facts(explanation_text.facts(slo)))
        console.print()
    for signal in signals:
        console.print(signal.id, style="bold")
        console.print()
        print_table(console, explanation_text.ALERTS, explanation_text.alerts(signal))
        print_parts(console, facts(explanation_text.facts_of_signal(signal)))
        console.print()
