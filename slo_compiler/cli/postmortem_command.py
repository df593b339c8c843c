"""``slo-compiler postmortem``: an incident looked back at, every field filled in from Prometheus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from slo_compiler.cli import connection
from slo_compiler.cli.compiled import compiled_for
from slo_compiler.cli.moment import read_past_moment
from slo_compiler.cli.named_file import read_text, write_file
from slo_compiler.cli.timeline_file import check_suffix, drawn
from slo_compiler.incident.asking import Unanswered
from slo_compiler.incident.bundle import Bundle, BundleError, read_bundle, write_bundle
from slo_compiler.incident.postmortem import AskAt, AskOn, Incident, Postmortem, postmortem
from slo_compiler.incident.postmortem_markdown import as_markdown
from slo_compiler.incident.rule_test import Untestable, rule_test
from slo_compiler.incident.tally import read_postmortem, tally
from slo_compiler.rules.program import Program

if TYPE_CHECKING:
    from slo_compiler.prometheus.client import Prometheus

FILE: Final = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("postmortem")
@click.argument("service", required=False)
@click.argument("specs", nargs=-1, type=click.Path(exists=True, path_type=Path))
@connection.prometheus_option
@click.option("--start", help="When it began: 2026-03-01T12:00:00Z, or seconds since 1970.")
@click.option("--end", help="When it was over.")
@click.option("--timeline", "picture", type=FILE, help="Draw what happened into this file, and name it.")
@click.option(
    "--rule-test", "test", type=FILE, help="Write a unit test of the rules, of the incident's series."
)
@click.option("--save", type=FILE, help="Keep all answers in this file.")
@click.option(
    "--bundle",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take the answers from a file that --save wrote, and ask nobody.",
)
@click.option(
    "--tally",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Count surfaces and actions of all post-mortems in this folder instead.",
)
@connection.connection_options
def command(  # noqa: PLR0913 click gives each option on its own
    *,
    service: str | None,
    specs: tuple[Path, ...],
    prometheus: str | None,
    start: str | None,
    end: str | None,
    picture: Path | None,
    test: Path | None,
    save: Path | None,
    bundle: Path | None,
    folder: Path | None,
    **how: Any,
) -> None:
    """Write the post-mortem of an incident of SERVICE, filled in, as Markdown.

    SPECS are those that its rules were compiled from; the folder specs where none is named.
    """
    if folder is not None:
        _tally(folder)
        return
    if picture is not None:
        check_suffix(picture)
    options = connection.connection(how)
    asked = _saved(bundle, service) if bundle is not None else Bundle(_incident(service, start, end))
    program, _ = compiled_for(asked.incident.service, specs)
    if bundle is not None:
        at, on = asked.answering()
    elif prometheus is not None:
        at, on = asked.recording(*_live(connection.prometheus(prometheus, options)))
    else:
        raise click.UsageError("--prometheus URL says whom to ask, or --bundle FILE what was answered")
    try:
        found = postmortem(program, asked.incident, at, on)
    except Unanswered as failure:
        raise connection.unanswered(bundle or prometheus, failure) from failure
    if picture is not None:
        write_file(picture, drawn(found.timeline, picture.suffix))
    told = _tested(found, program, on, test)
    click.echo(as_markdown(found, picture=picture.name if picture else "", test=told), nl=False)
    if save is not None:
        write_file(save, write_bundle(asked).encode())


def _incident(service: str | None, start: str | None, end: str | None) -> Incident:
    if service is None or start is None or end is None:
        raise click.UsageError("a post-mortem is of SERVICE, from --start to --end")
    incident = Incident(service, read_past_moment(start), read_past_moment(end))
    if not incident.begin < incident.end:
        raise click.UsageError(f"--end {end} is not after --start {start}")
    return incident


def _saved(path: Path, service: str | None) -> Bundle:
    try:
        found = read_bundle(read_text(path))
    except BundleError as failure:
        raise click.ClickException(f"{path} cannot be used: {failure}") from failure
    if service not in (None, found.incident.service):
        raise click.UsageError(f"{path} is of {found.incident.service}, and not of {service}")
    return found


def _live(server: Prometheus) -> tuple[AskAt, AskOn]:
    from slo_compiler.incident.live import asking, asking_range  # noqa: PLC0415  # the HTTP library

    return lambda at: asking(server, at), lambda axis: asking_range(server, axis)


def _tested(found: Postmortem, program: Program, on: AskOn, path: Path | None) -> str:
    """The rule test, written where it is to be; what the page says of it."""
    try:
        text = rule_test(found, program, on)
    except (Untestable, Unanswered) as reason:
        return f"There is none: {reason}."
    if path is None:
        return "Write it with --rule-test FILE, and keep it beside the generated ones."
    write_file(path, text.encode())
    return f"{path.name}: keep it beside the generated ones."


def _tally(folder: Path) -> None:
    texts = (
        (path, path.read_text(encoding="utf-8", errors="replace")) for path in sorted(folder.rglob("*.md"))
    )
    told = [read_postmortem(path.relative_to(folder).as_posix(), text) for path, text in texts]
    found = [each for each in told if each is not None]
    if not found:
        raise click.ClickException(f"there is no post-mortem in {folder}")
    for line in tally(found):
        click.echo(line)
