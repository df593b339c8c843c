"""``slo-compiler triage``: which surface of a service fails, on what evidence, by a Prometheus that runs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec.structs import replace

from slo_compiler.cli import connection
from slo_compiler.cli.compiled import compiled_for
from slo_compiler.cli.moment import read_past_moment
from slo_compiler.cli.style import format_option
from slo_compiler.cli.timeline_file import check_suffix, draw_timeline
from slo_compiler.emitters.runbooks.advice import Advice, advice
from slo_compiler.incident import words
from slo_compiler.incident.asking import Unanswered
from slo_compiler.incident.finding import State
from slo_compiler.incident.triage import Step, Triage, triage
from slo_compiler.incident.triage_json import as_json
from slo_compiler.incident.triage_markdown import STEPS, as_markdown
from slo_compiler.rules.runbook.pages import name_of
from slo_compiler.rules.signals.surface import NONE

if TYPE_CHECKING:
    from rich.console import Console

    from slo_compiler.emitters.runbooks.templates import Override
    from slo_compiler.prometheus.alertmanager import Alertmanager
    from slo_compiler.rules.program import Program


LONGEST_STATE: Final = max(len(state.value) for state in State)

COLOURS: Final = {
    State.FAILING: "red",
    State.EXPLAINED: "cyan",
    State.CHANGED: "yellow",
    State.UNKNOWN: "magenta",
    State.SOUND: "green",
    State.NOTE: "default",
}


@click.command("triage")
@click.argument("service")
@click.argument("specs", nargs=-1, type=click.Path(exists=True, path_type=Path))
@connection.prometheus_option
@connection.alertmanager_option
@click.option("--at", "moment", help="When: 2026-03-01T12:00:00Z, or seconds since 1970. Now without it.")
@format_option("text", "markdown", "json")
@click.option("--queries", is_flag=True, help="Show the query of what is sound, too.")
@click.option(
    "--timeline",
    "picture",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Draw what happened in the 12 hours before, into this file: .png, .svg, or .html to zoom in.",
)
@connection.connection_options
@click.pass_context
def command(  # noqa: PLR0913 click gives each option on its own
    ctx: click.Context,
    /,
    *,
    service: str,
    specs: tuple[Path, ...],
    prometheus: str | None,
    alertmanager: str | None,
    moment: str | None,
    style: str,
    queries: bool,
    picture: Path | None,
    **how: Any,
) -> None:
    """Say which surface of SERVICE fails: serving, data or model, and on what evidence.

    SPECS are those that its rules were compiled from; the folder specs where none is named. Exits with 1
    where something fails, or cannot be told.
    """
    if prometheus is None:
        raise click.UsageError("--prometheus URL says whom to ask")
    if alertmanager is not None and moment is not None:
        raise click.UsageError("Alertmanager knows only the present: leave out --alertmanager or --at")
    if picture is not None:
        check_suffix(picture)
    at = time.time() if moment is None else read_past_moment(moment)
    options = connection.connection(how)
    server = connection.prometheus(prometheus, options)
    program, templates = compiled_for(service, specs)
    from slo_compiler.incident.live import asking  # noqa: PLC0415  # takes the HTTP library along

    try:
        found = triage(program, service, asking(server, at), at)
    except Unanswered as failure:
        raise connection.unanswered(server.url, failure) from failure
    if alertmanager is not None:
        found = _delivered(found, connection.alertmanager(alertmanager, options))
    if picture is not None:
        draw_timeline(picture, program, found, server)
    _show(found, _advice(found, program, templates), style, all_queries=queries)
    ctx.exit(0 if found.verdict.surface == NONE else 1)


def _delivered(found: Triage, alertmanager: Alertmanager) -> Triage:
    """The triage with what Alertmanager really does, in the place of what it is to do."""
    from slo_compiler.incident.delivery import Delivery, delivery_of  # noqa: PLC0415  # as above

    told = delivery_of(alertmanager, found.service, found.firing)
    if not isinstance(told, Delivery):
        connection.fail(told)
    return replace(found, held_back=told.held_back, unheard=told.unheard)


def _advice(found: Triage, program: Program, templates: tuple[Override, ...]) -> Advice | None:
    """What the runbook says of the alert that is about what the verdict rests on."""
    leading = found.leading
    if leading is None or leading.subject is None:
        return None
    name = name_of(leading.subject)
    return advice(program, found.service, name, leading.alert, templates)


def _show(found: Triage, advised: Advice | None, style: str, *, all_queries: bool) -> None:
    if style == "json":
        click.echo(as_json(found, advised), nl=False)
    elif style == "markdown":
        click.echo(as_markdown(found, advised), nl=False)
    else:
        _print(found, advised, all_queries=all_queries)


def _print(found: Triage, advised: Advice | None, *, all_queries: bool) -> None:
    from rich.console import Console  # noqa: PLC0415  # other formats do not need it

    console = Console(highlight=False, markup=False)
    console.print(f"{found.service} at {words.moment(found.at)}")
    console.print(words.headline(found), style="bold")
    console.print()
    for title, lines in (
        ("fires", words.fires(found)),
        ("held back", words.held(found)),
        ("in doubt", words.doubts(found)),
        ("next", _next(advised)),
    ):
        _print_lines(console, title, [*lines])
    for step in found.steps:
        console.print(f"{STEPS[step.surface]} {step.surface.value}: {words.state_of(step)}", style="bold")
        _print_step(console, step, all_queries=all_queries)
        console.print()


def _print_lines(console: Console, title: str, lines: Sequence[str]) -> None:
    """Lines under a title, with an empty one behind them; nothing where there are none."""
    from rich.padding import Padding  # noqa: PLC0415  # as above

    if lines:
        console.print(f"{title}:", style="bold")
        for line in lines:
            console.print(Padding(line, (0, 0, 0, 2), expand=False))
        console.print()


def _next(advised: Advice | None) -> Iterator[str]:
    if advised is not None:
        yield from advised.here.splitlines()
        yield from advised.mitigate.splitlines()
        yield from f"Roll back when: {advised.rollback}".splitlines()
        yield f"({advised.page})"


def _print_step(console: Console, step: Step, *, all_queries: bool) -> None:
    from rich.padding import Padding  # noqa: PLC0415  # as above
    from rich.table import Table  # noqa: PLC0415  # as above
    from rich.text import Text  # noqa: PLC0415  # as above

    for finding in step.findings:
        row = Table.grid("state", "told", padding=(0, 1, 0, 0))
        row.columns[0].width = LONGEST_STATE
        said = f"{finding.what}: {finding.value}; {finding.reason}"
        row.add_row(Text(finding.state.value, style=COLOURS[finding.state]), said)
        console.print(Padding(row, (0, 0, 0, 2), expand=False))
        if finding.query and (all_queries or words.worth_a_query(finding)):
            # On one line, however long, so that it can be copied.
            query = " ".join(finding.query.split())
            console.print(f"{' ' * (LONGEST_STATE + 3)}{query}", style="dim", soft_wrap=True)
