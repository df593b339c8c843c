"""``slo-compiler simulate``: incidents tried on the alerts of a spec, as a table, JSON or a picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from slo_compiler.cli.choice import chosen_slos
from slo_compiler.cli.compiled import compiled
from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.named_file import read_text
from slo_compiler.cli.plot_file import check_plot, plot_option, write_plot
from slo_compiler.cli.progress import progress
from slo_compiler.cli.report import report
from slo_compiler.cli.simulate_terminal import print_simulations
from slo_compiler.cli.style import format_option
from slo_compiler.model.incident import Incident
from slo_compiler.quantities import is_number
from slo_compiler.replay import service_text, simulation_text
from slo_compiler.replay.catalogue import CATALOGUE
from slo_compiler.replay.ml_catalogue import ML_CATALOGUE
from slo_compiler.replay.simulate import Simulation, simulate
from slo_compiler.replay.simulate_service import ServiceSimulation, simulate_service
from slo_compiler.replay.traffic import Traffic, TrafficError, read_traffic, steady
from slo_compiler.rules.program import Program
from slo_compiler.schema.read_incidents import read_incidents

USUAL_TRAFFIC: Final = 36_000
"""Ten events a second, where nobody says how many there are."""


@click.command("simulate")
@click.argument("specs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--slo", "names", multiple=True, help="Only this SLO, by its name or service:name.")
@click.option("--incident", "chosen", multiple=True, help="Only this incident; all of them without it.")
@click.option(
    "--incidents",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Incidents of your own, a YAML file, instead of the built-in ones.",
)
@click.option(
    "--traffic",
    default=str(USUAL_TRAFFIC),
    show_default=True,
    help="Events an hour, or a CSV file whose lines end with the events of a minute each.",
)
@format_option("text", "json")
@plot_option("the incidents")
@click.pass_context
def command(  # noqa: PLR0913 click gives each option on its own
    ctx: click.Context,
    *,
    specs: tuple[Path, ...],
    names: tuple[str, ...],
    chosen: tuple[str, ...],
    file: Path | None,
    traffic: str,
    style: str,
    plot: Path | None,
) -> None:
    """Try incidents on the alerts of SPECS: who is told of what, how soon, and how often for nothing."""
    check_plot(plot)
    events = _traffic(traffic)
    incidents = _incidents(ctx, file, chosen)
    program = compiled(read_sources(specs))
    if chosen or file is not None:
        _check_that_all_can_be_tried(incidents, names, program)
    with progress("simulating") as step:
        of_slos = list(_simulate_slos(program, names, incidents, events, step))
        of_services = [] if names else list(_simulate_services(program, incidents, events, step))
    if plot is not None:
        _draw(of_slos, of_services, plot)
    if style == "json":
        told = [*map(simulation_text.plain, of_slos), *map(service_text.plain, of_services)]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print_simulations(of_slos, of_services)


def _simulate_slos(
    program: Program,
    names: Sequence[str],
    incidents: Iterable[Incident],
    traffic: Traffic,
    step: Callable[[str], None],
) -> Iterator[Simulation]:
    """Each SLO on its own, on what is about the errors of any SLO."""
    of_errors = [incident for incident in incidents if not incident.of_models]
    for lowered in chosen_slos(program.slos, names, lambda lowered: lowered.plan.slo.id):
        if of_errors:
            step(lowered.plan.slo.id)
            yield simulate(lowered.plan, of_errors, traffic)


def _simulate_services(
    program: Program, incidents: Iterable[Incident], traffic: Traffic, step: Callable[[str], None]
) -> Iterator[ServiceSimulation]:
    """Each service of machine learning as a whole, on what is about models."""
    of_models = [incident for incident in incidents if incident.of_models]
    for watched in program.watched:
        if of_models and watched.plans:
            step(watched.service.name)
            yield simulate_service(watched, of_models, traffic)


def _check_that_all_can_be_tried(
    incidents: Iterable[Incident], names: Sequence[str], program: Program
) -> None:
    """What was asked for is not left out in silence."""
    listed = ", ".join(incident.name for incident in incidents if incident.of_models)
    if listed and names:
        raise click.UsageError(f"{listed}: the whole service is needed, so leave --slo out")
    if listed and not any(watched.plans for watched in program.watched):
        raise click.UsageError(
            f"{listed}: that is about a service of machine learning, and none of these is one"
        )


def _traffic(said: str) -> Traffic:
    """So many events an hour, or those of a file."""
    path = Path(said)
    if path.is_file():
        try:
            return read_traffic(read_text(path))
        except TrafficError as failure:
            raise click.ClickException(f"{path} is no traffic: {failure}") from failure
    number = said.replace(",", "")
    if not is_number(number):
        raise click.UsageError(f"--traffic {said} is neither a file nor a number of events an hour")
    events = float(number)
    if not 0 < events < 1e9:
        raise click.UsageError(f"--traffic {said} is not between 0 and a billion events an hour")
    return steady(events)


def _incidents(ctx: click.Context, file: Path | None, chosen: Sequence[str]) -> tuple[Incident, ...]:
    incidents: tuple[Incident, ...] = (*CATALOGUE, *ML_CATALOGUE)
    if file is not None:
        read = read_incidents(file.as_posix(), file.read_bytes())
        if isinstance(read, list):
            report(read)
            ctx.exit(1)
        incidents = read
    for name in chosen:
        if name not in [incident.name for incident in incidents]:
            listed = ", ".join(incident.name for incident in incidents)
            raise click.UsageError(f"there is no incident {name}; there are {listed}")
    return tuple(incident for incident in incidents if not chosen or incident.name in chosen)


def _draw(of_slos: Sequence[Simulation], of_services: Sequence[ServiceSimulation], path: Path) -> None:
    # As in plot_file: matplotlib.
    from slo_compiler.replay.service_plot import service_panels  # noqa: PLC0415
    from slo_compiler.replay.simulation_plot import panels  # noqa: PLC0415

    write_plot(path, [*panels(of_slos), *service_panels(of_services)])
