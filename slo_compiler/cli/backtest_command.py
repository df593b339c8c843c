"""``slo-compiler backtest``: what the alerts of a spec would have told of on real history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from slo_compiler.backtest.compared import Compared, compare
from slo_compiler.backtest.document import as_json
from slo_compiler.backtest.scope import Scope, backtest_scope, scopes
from slo_compiler.backtest.what_if import Variant, variants
from slo_compiler.burnrate.plan import Plan
from slo_compiler.cli.choice import chosen_slos
from slo_compiler.cli.compiled import compiled
from slo_compiler.cli.connection import READABLE, connection_options, prometheus_option
from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.past import Past, past_options, take_past
from slo_compiler.cli.plot_file import check_plot, plot_option, write_plot
from slo_compiler.cli.progress import progress
from slo_compiler.cli.recalling import recall
from slo_compiler.cli.report import report
from slo_compiler.cli.style import format_option
from slo_compiler.diagnostics import Diagnostic, Level
from slo_compiler.model.alerting import TierRequest
from slo_compiler.quantities import Ratio, parse_percent
from slo_compiler.schema.read import read_defaults


@click.command("backtest")
@click.argument("specs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@prometheus_option
@past_options
@click.option("--slo", "names", multiple=True, help="Only this SLO, by its name or service:name.")
@click.option("--objective", "objectives", multiple=True, metavar="PERCENT", help="Try this one, too.")
@click.option(
    "--tiers",
    multiple=True,
    type=READABLE,
    help="Try the tiers of this defaults.yaml, too, derived anew for each SLO.",
)
@format_option("text", "json")
@plot_option("the history")
@connection_options
@click.pass_context
def command(  # noqa: PLR0913 click gives each option on its own
    ctx: click.Context,
    /,
    *,
    specs: tuple[Path, ...],
    names: tuple[str, ...],
    objectives: tuple[str, ...],
    tiers: tuple[Path, ...],
    style: str,
    plot: Path | None,
    **options: Any,
) -> None:
    """Show what the alerts of SPECS would have told of in the past: when, how long, and how often a month.

    The past comes from a Prometheus, which is only read, or from a file.
    """
    past = take_past(options)
    check_plot(plot)
    others = [_objective(each) for each in objectives]
    requested = [_tiers(ctx, each) for each in tiers]
    program = compiled(read_sources(specs))
    lowered = chosen_slos(program.slos, names, lambda each: each.plan.slo.id)
    tried = {each.plan.slo.id: _variants(ctx, each.plan, others, requested) for each in lowered}
    compared, notes = _compare(ctx, scopes(program, tried), tried, past)
    if plot is not None:
        _draw(compared, plot)
    if style == "json":
        click.echo(as_json(compared, notes), nl=False)
    else:
        # rich takes longer to import than JSON to print
        from slo_compiler.cli.backtest_terminal import print_backtests  # noqa: PLC0415

        print_backtests(compared, notes)
    if all(each.first.known is None for each in compared.slos):
        ctx.exit(1)


def _objective(said: str) -> Ratio:
    try:
        ratio = parse_percent(said)
    except ValueError as failure:
        raise click.UsageError(f"--objective {failure}") from failure
    if not 0 < ratio < 1:
        raise click.UsageError(f"--objective {said} is not between 0% and 100%")
    return ratio


def _tiers(ctx: click.Context, file: Path) -> tuple[str, Sequence[TierRequest]]:
    defaults = read_defaults(file.as_posix(), file.read_bytes())
    if isinstance(defaults, list):
        report(defaults)
        ctx.exit(1)
    if not defaults.alerting.tiers:
        raise click.UsageError(f"--tiers {file} has no tiers under alerting: nothing would be tried")
    return file.name, defaults.alerting.tiers


def _variants(
    ctx: click.Context,
    plan: Plan,
    objectives: Sequence[Ratio],
    tiers: Sequence[tuple[str, Sequence[TierRequest]]],
) -> list[Variant]:
    made, problems = variants(plan, objectives, tiers)
    errors = [found for found in problems if found.level is Level.ERROR]
    if errors:
        report(errors)
        ctx.exit(1)
    return made


def _compare(
    ctx: click.Context, among: Sequence[Scope], tried: Mapping[str, Sequence[Variant]], past: Past
) -> tuple[Compared, list[str]]:
    """What came of each variant, all SLOs as in it, and what there is to say of the past as a whole."""
    names = next(([variant.name for variant in variants] for variants in tried.values()), [])
    worlds = {
        name: {slo_id: variants[place].plan for slo_id, variants in tried.items()}
        for place, name in enumerate(names)
    }
    recalled = recall(past, [scope.otherwise(plans) for scope in among for plans in worlds.values()])
    problems: list[Diagnostic] = []
    found = []
    with progress("replaying") as step:
        for scope in among:
            step(scope.plans[0].slo.service if scope.watched else scope.plans[0].slo.id)
            of = recalled.of(scope)
            parts = {
                name: backtest_scope(scope.otherwise(plans), of, recalled.asked)
                for name, plans in worlds.items()
            }
            problems += [each for part in parts.values() for each in part.problems]
            found.append(parts)
    compared = compare(found, tried)
    if report(list(dict.fromkeys(problems))) and not compared.slos:
        ctx.exit(1)
    return compared, recalled.notes


def _draw(compared: Compared, path: Path) -> None:
    # As in plot_file: matplotlib.
    from slo_compiler.backtest.plot import panels  # noqa: PLC0415

    drawn = panels(compared)
    if not drawn:
        raise click.ClickException(f"{path} is not drawn: there is no history to show")
    write_plot(path, drawn)
