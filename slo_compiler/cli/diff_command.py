"""``slo-compiler diff``: what a change of specs does to pages, routes, budgets and live alerts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from slo_compiler.cli.connection import connection_options, prometheus_option
from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.past import Past, names_a_past, past_options, take_past
from slo_compiler.cli.report import report
from slo_compiler.cli.revision import is_revision, read_revision
from slo_compiler.cli.style import format_option
from slo_compiler.compiler import compile_sources
from slo_compiler.diagnostics import Level
from slo_compiler.review.effect import Effects
from slo_compiler.review.json_document import as_json
from slo_compiler.review.markdown import as_markdown
from slo_compiler.review.review import Review, review
from slo_compiler.rules.program import Program
from slo_compiler.sources import Sources


@click.command("diff")
@click.argument("sides", nargs=-1, required=True, metavar="OLD NEW [PATHS]...")
@format_option(
    "terminal", "markdown", "json", told="How to print it; markdown is one comment for a pull request."
)
@click.option(
    "--backtest", is_flag=True, help="Say what the change would have done to history, which the options name."
)
@prometheus_option
@past_options
@connection_options
@click.option("--exit-code", is_flag=True, help="Exit 1 where behaviour differs, as git diff does.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    sides: tuple[str, ...],
    style: str,
    *,
    exit_code: bool,
    backtest: bool,
    **options: Any,
) -> None:
    """Show what changes from OLD to NEW for the on-call engineer, and what the merge does to live alerts.

    \b
    Each is a file or folder of specs, a git revision, or REVISION:PATH:
      slo-compiler diff old-specs new-specs
      slo-compiler diff main HEAD specs      # PATHS in both revisions
      slo-compiler diff main specs           # a revision against the work tree
      slo-compiler diff v1.2:specs HEAD:slos

    \b
    With --backtest and a history it says first what would have been different:
      slo-compiler diff main HEAD specs --backtest --prometheus http://prom:9090

    Exits 0 whether or not there are differences; with --exit-code 1 where there are. Specs that do not
    compile are reported with their revision, and exit 1.
    """  # noqa: D301  # click's mark for a paragraph that keeps its lines
    if len(sides) < 2:
        raise click.UsageError("there is nothing to compare with: give OLD and NEW")
    if names_a_past() and not backtest:
        raise click.UsageError("a history is looked at with --backtest alone: give it, too")
    past = take_past(options) if backtest else None
    old, new, *paths = sides
    before, after = _sources(old, new, paths)
    programs = _program(before, f"OLD ({old})"), _program(after, f"NEW ({new})")
    if programs[0] is None or programs[1] is None:
        ctx.exit(1)
    found = review(programs[0], programs[1])
    effects = _effects(found, programs[0], programs[1], past) if past else None
    _print(found, effects, style)
    ctx.exit(1 if found and exit_code else 0)


def _sources(old: str, new: str, paths: Sequence[str]) -> tuple[Sources, Sources]:
    """The texts of both sides; at least one has specs."""
    if paths:
        sides = read_revision(old, paths), read_revision(new, paths)
    else:
        sides = _read(old, beside=new), _read(new, beside=old)
    if not sides[0].specs and not sides[1].specs:
        raise click.UsageError(f"{', '.join(paths) or 'what is asked for'} is neither in {old} nor in {new}")
    for name, side, all_is in ((old, sides[0], "new"), (new, sides[1], "gone")):
        if not side.specs:
            click.echo(f"{name}: note: there are no specs there, so that everything is {all_is}", err=True)
    return sides


def _read(side: str, *, beside: str) -> Sources:
    """The texts of one side; a revision alone is read at the path that the other side is."""
    if not side:
        raise click.UsageError("one side is empty, and nothing would be compared: is a variable not set?")
    if Path(side).exists():
        return read_sources([Path(side)])
    revision, colon, path = side.partition(":")
    if colon:
        return read_revision(revision, [path or "."])
    if Path(beside).exists():
        return read_revision(side, [beside])
    if is_revision(side) and is_revision(beside):
        raise click.UsageError(
            f"{side} and {beside} are revisions: say which specs in them, as in "
            f"slo-compiler diff {side} {beside} specs"
        )
    return read_revision(side, [beside.partition(":")[2] or "."])


def _program(sources: Sources, side: str) -> Program | None:
    """The program of one side; None, and everything said, where it does not compile."""
    if not sources.specs:
        return Program((), None)
    compilation = compile_sources(sources)
    if compilation.program is None:
        errors = [found for found in compilation.diagnostics if found.level is Level.ERROR]
        click.echo(f"{side} does not compile, so that there is nothing to compare:", err=True)
        report(errors)
    return compilation.program


def _effects(found: Review, old: Program, new: Program, past: Past) -> Effects | None:
    """What the change would have done to a past; None where there is nothing of which that can be said."""
    # only this needs numpy, which takes longer to import than the rest to run
    from slo_compiler.backtest.effects import effects_of, sides  # noqa: PLC0415
    from slo_compiler.cli.recalling import recall  # noqa: PLC0415

    changed = sides(found.slos, old, new)
    if not changed.scopes:
        return None
    recalled = recall(past, changed.scopes)
    sources = {scope: recalled.of(scope) for scope in changed.scopes}
    effects, problems = effects_of(changed, sources, recalled.asked)
    report(problems)
    return replace(effects, notes=(*effects.notes, *recalled.notes))


def _print(found: Review, effects: Effects | None, style: str) -> None:
    if style == "json":
        click.echo(as_json(found, effects), nl=False)
    elif style == "markdown":
        click.echo(as_markdown(found, effects), nl=False)
    else:
        # rich takes longer to import than the other formats to print
        from slo_compiler.cli.review_terminal import print_review  # noqa: PLC0415

        print_review(found, effects)
