"""``slo-compiler presets``: the SLI library, as a list or one preset in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click
from msgspec.structs import replace
from rich.table import Table

from slo_compiler.cli.style import format_option
from slo_compiler.cli.tables import print_table
from slo_compiler.emitters import preset_text
from slo_compiler.emitters.preset_card import PresetCard, SystemCard, system_card
from slo_compiler.presets.library import nearest_preset, system_named, system_names


@click.command("presets")
@click.argument("name", required=False)
@format_option("text", "markdown", "json")
def command(name: str | None, style: str) -> None:
    """List the presets, or show those of NAME: a system such as vllm, or a preset such as vllm/queue-time."""
    systems = [system_card(system_named(each)) for each in _systems_of(name)]
    presets = [preset for system in systems for preset in system.presets if name in (None, preset.id)]
    is_one = name is not None and "/" in name
    if is_one and not presets:
        raise _unknown(str(name))
    match style:
        case "json":
            chosen = [_narrowed(system, presets) for system in systems] if is_one else systems
            click.echo(preset_text.as_json(chosen), nl=False)
        case "markdown":
            click.echo(_markdown(name, systems, presets), nl=False)
        case _ if is_one:
            _print_preset(presets[0], systems[0])
        case _:
            _print_systems(systems, in_full=name is not None)


def _systems_of(name: str | None) -> Sequence[str]:
    if name is None:
        return system_names()
    system = name.partition("/")[0]
    if system not in system_names():
        raise _unknown(name)
    return [system]


def _unknown(name: str) -> click.UsageError:
    near = nearest_preset(name)
    advice = f"did you mean {near}?" if near else f"there are presets for {', '.join(system_names())}"
    return click.UsageError(f"there is no preset or system {name}; {advice}")


def _narrowed(system: SystemCard, presets: Sequence[PresetCard]) -> SystemCard:
    return replace(system, presets=tuple(presets))


def _markdown(name: str | None, systems: Sequence[SystemCard], presets: Sequence[PresetCard]) -> str:
    if name is None:
        return preset_text.as_index(systems)
    return preset_text.preset_markdown(presets[0]) if "/" in name else preset_text.as_markdown(systems[0])


def _print_systems(systems: Sequence[SystemCard], *, in_full: bool) -> None:
    # rich takes longer to import than the other formats to print
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False, markup=False)
    for system in systems:
        console.print(f"{system.title}  {system.read_from}", style="bold")
        if in_full:
            console.print(_facts(preset_text.system_facts(system)))
        print_table(console, preset_text.LIST, preset_text.rows(system.presets), indent=0)
        console.print()


def _print_preset(preset: PresetCard, system: SystemCard) -> None:
    from rich.console import Console  # noqa: PLC0415  # as above

    console = Console(highlight=False, markup=False)
    console.print(preset.id, style="bold")
    console.print(preset.refused or preset.description)
    if preset.refused:
        return
    console.print()
    print_table(console, preset_text.PARAMETERS, preset_text.parameter_rows(preset), indent=0)
    console.print()
    console.print(_facts([*preset_text.facts(preset), *preset_text.system_facts(system)]))
    console.print()
    console.print("slos:", style="dim")
    console.print(preset_text.example_slo(preset), soft_wrap=True, end="")


def _facts(facts: Iterable[tuple[str, str]]) -> Table:
    from rich.table import Table  # noqa: PLC0415  # as above

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for row in facts:
        grid.add_row(*row)
    return grid
