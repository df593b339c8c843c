"""``slo-compiler push``: rule groups to a ruler of Mimir or Cortex, after a look at the difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from slo_compiler.cli.compiled import compiled
from slo_compiler.cli.connection import connection, connection_options, fail
from slo_compiler.cli.connection import prometheus as server_at
from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.progress import progress
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.targets.mimir import payloads
from slo_compiler.targets.pushing import Change, Groups, Kind, Payload, changes, read_namespace

if TYPE_CHECKING:
    from slo_compiler.prometheus.ruler import Ruler


@click.command("push")
@click.argument("specs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--ruler",
    metavar="URL",
    envvar="RULER_URL",
    required=True,
    help="The ruler of Mimir or Cortex, with the prefix of its API: http://mimir:8080/prometheus.",
)
@click.option("--tenant", help="Whose rules they are, in the place of what defaults.yaml says.")
@click.option("--yes", is_flag=True, help="Write; without it the difference is shown and nothing is written.")
@click.option("--prune", is_flag=True, help="Remove our namespaces that are of no service of these specs.")
@connection_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Give the rule groups of SPECS to a ruler of Mimir or Cortex.

    Only namespaces with the prefix of the target mimir are looked at. Without --yes nothing is written, and
    the exit code is 1 where anything differs.
    """
    how = connection(options)
    asked = replace(read_sources(options["specs"]), targets=("mimir",))
    program = compiled(asked)
    settings = program.targets.mimir
    if settings is None:
        raise TypeError("the target that was asked for is not there")
    # The client takes its HTTP library along, which --help does not need.
    from slo_compiler.prometheus.ruler import TENANT, Ruler  # noqa: PLC0415

    tenant = options["tenant"] or settings.tenant
    if tenant is not None:
        how = replace(how, headers=(*how.headers, f"{TENANT}: {tenant}"))
    ruler = Ruler(server_at(options["ruler"], how).transport)
    with progress("pushing") as step:
        wanted = list(payloads(program))
        found = _compared(
            wanted, ruler, _others(wanted, ruler, settings.prefix, prune=options["prune"]), step
        )
        to_do = [change for change in found if change.kind is not Kind.UNCHANGED]
        if options["yes"]:
            _write(to_do, ruler, step)
    for change in to_do:
        click.echo(str(change))
    ctx.exit(_told(found, to_do, options["ruler"], yes=options["yes"]))


def _others(wanted: Sequence[Payload], ruler: Ruler, prefix: str, *, prune: bool) -> list[str]:
    """Namespaces of ours that are of no service here, if they are to be removed; else they are told of."""
    from slo_compiler.prometheus.failure import Failure  # noqa: PLC0415

    known = ruler.namespaces(prefix)
    if isinstance(known, Failure):
        fail(known)
    others = sorted({*known} - {payload.namespace for payload in wanted})
    if others and not prune:
        click.echo(f"left alone, for no spec here is of them: {', '.join(others)}; or --prune", err=True)
        return []
    return others


def _compared(
    wanted: Sequence[Payload], ruler: Ruler, others: Sequence[str], step: Callable[[str], None]
) -> list[Change]:
    present: dict[tuple[str, str], Any] = {}
    for namespace in dict.fromkeys([*(payload.namespace for payload in wanted), *others]):
        step(namespace)
        present.update(_groups_of(namespace, ruler))
    return changes(wanted, present)


def _groups_of(namespace: str, ruler: Ruler) -> Groups:
    from slo_compiler.prometheus.failure import Failure  # noqa: PLC0415

    content = ruler.namespace(namespace)
    if isinstance(content, Failure):
        fail(content)
    groups = read_namespace(namespace, content)
    if isinstance(groups, Diagnostic):
        raise click.ClickException(f"what the ruler has in {namespace} cannot be read: {groups.message}")
    return groups


def _write(to_do: Sequence[Change], ruler: Ruler, step: Callable[[str], None]) -> None:
    """Writes each change, and stops at the first that fails: the next push goes on from there."""
    for done, change in enumerate(to_do):
        step(f"{change.namespace}/{change.name}")
        if change.text is None:
            failure = ruler.delete_group(change.namespace, change.name)
        else:
            failure = ruler.set_group(change.namespace, change.text)
        if failure is not None:
            group = f"{change.namespace}/{change.name}"
            click.echo(f"{done} of {len(to_do)} groups were written, and then {group} was not", err=True)
            fail(failure)


def _told(found: list[Change], to_do: list[Change], url: str, *, yes: bool) -> int:
    counted: Mapping[Kind, int] = {kind: sum(change.kind is kind for change in found) for kind in Kind}
    told = ", ".join(f"{number} {kind.value}" for kind, number in counted.items() if number) or "no groups"
    if not to_do:
        click.echo(f"{url} has these rules: {told}", err=True)
        return 0
    if yes:
        click.echo(f"{url}: written: {told.replace('to be ', '')}", err=True)
        return 0
    click.echo(f"{url}: nothing was written: {told}; push with --yes", err=True)
    return 1
