"""``slo-compiler compile``: specs to files, or a look whether the files are what the specs compile to."""

from __future__ import annotations

import atexit
import contextlib
import gc
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.cli.cache_folder import cache_folder
from slo_compiler.cli.compile_terminal import tell_errors, tell_fresh, tell_stale, tell_written
from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.outcome import Outcome
from slo_compiler.cli.output import compare, settled, write
from slo_compiler.cli.output_folder import OutputError
from slo_compiler.cli.progress import progress
from slo_compiler.cli.report import report
from slo_compiler.cli.run_cache import Remembered, RunCache
from slo_compiler.model.targets import KINDS
from slo_compiler.sources import Sources

if TYPE_CHECKING:
    from slo_compiler.cli.last_time import LastTime

MOST_JOBS: Final = 256


@click.command("compile")
@click.argument("specs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the generated files. It may hold other files, which are left alone.",
)
@click.option(
    "--check", is_flag=True, help="Write nothing; show what differs, and exit 1 where anything does."
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(list(KINDS)),
    help="Write files for this target too, in the place of those that defaults.yaml names.",
)
@click.option("--quiet", "-q", is_flag=True, help="Do not show notes.")
@click.option(
    "--jobs",
    "-j",
    metavar="N|auto",
    default="auto",
    show_default=True,
    callback=lambda *given: _jobs(given[-1]),
    help="How many processes compile; auto is one for few SLOs, and one a processor for many.",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep here what was told of which specs, so that nothing is compiled twice."
    "  [default: in the user's cache folder]",
)
@click.option(
    "--no-cache", is_flag=True, envvar="SLO_COMPILER_NO_CACHE", help="Compile anew, and keep nothing of it."
)
@click.pass_context
def command(  # noqa: PLR0913 click gives each option on its own
    ctx: click.Context,
    specs: tuple[Path, ...],
    out: Path,
    targets: tuple[str, ...],
    *,
    cache: Path | None,
    jobs: int | None,
    check: bool,
    quiet: bool,
    no_cache: bool,
) -> None:
    """Compile SPECS, files or folders, to Prometheus rules and Alertmanager routes.

    defaults.yaml and receivers.yaml beside the specs are read with them. Nothing is written when there is an
    error, and otherwise everything at once.
    """
    _check_apart(specs, out)
    sources = replace(read_sources(specs), targets=targets or None)
    folder = None if no_cache else cache or cache_folder("compile")
    asked = _Asked(out, check=check, quiet=quiet, jobs=jobs)
    remembered = Remembered.of(sources, None if folder is None else RunCache(folder))
    code = _recall(remembered.outcome(), asked)
    if code is None:
        with _uncollected():
            code = _compile(sources, asked, remembered)
    ctx.exit(code)


class _Asked(Struct, frozen=True):
    """What is to happen to what comes out."""

    out: Path
    check: bool
    quiet: bool
    jobs: int | None
    """How many processes; None for as many as are of use."""


def _jobs(said: str) -> int | None:
    """The number of processes that is asked for; None for as many as are of use."""
    if said == "auto":
        return None
    if said.isascii() and said.isdigit() and 1 <= int(said[:9]) <= MOST_JOBS:
        return int(said)
    raise click.BadParameter(f"{said} is neither auto nor a number from 1 to {MOST_JOBS}")


def _check_apart(specs: Sequence[Path], out: Path) -> None:
    """Refuse to write among the specs: what is generated would be read as specs the next time."""
    if out.resolve() in {path.resolve() for path in specs}:
        raise click.UsageError(
            f"--out {out} is where the specs are: what is generated would be read as specs the next time; "
            f"choose a folder for it alone, such as {out / 'generated'}"
        )


def _recall(outcome: Outcome | None, asked: _Asked) -> int | None:
    """Tell what an earlier run told, if nothing is to be written; the exit code, or None to compile."""
    if outcome is None:
        return None
    if outcome.manifest is None:
        report(outcome.diagnostics, quiet_notes=asked.quiet)
        return tell_errors(asked.out, check=asked.check)
    changes = settled(asked.out, outcome.manifest)
    if changes is None:
        return None
    report(outcome.diagnostics, quiet_notes=asked.quiet)
    return tell_fresh(asked.out) if asked.check else tell_written(asked.out, changes)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage: a compilation makes many objects and hardly a cycle, and soon ends.

    Nor is there one as the process ends, which would look at all modules several times.
    """
    collects = gc.isenabled()
    gc.disable()
    atexit.unregister(gc.freeze)  # of a compilation before this one
    atexit.register(gc.freeze)
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _compile(sources: Sources, asked: _Asked, remembered: Remembered) -> int:
    # What need not be compiled does not wait for the compiler.
    from slo_compiler.cli.compiling import compiled  # noqa: PLC0415

    out, last = None if asked.check else asked.out, _last_time(asked.out, remembered.cache)
    with contextlib.ExitStack() as kept:
        try:
            with progress() as step:
                found = kept.enter_context(compiled(sources, asked.jobs, out, last, step))
            report(found.diagnostics, quiet_notes=asked.quiet)
            generated = found.generated
            if generated is None:
                remembered.keep(Outcome(found.diagnostics, None))
                return tell_errors(asked.out, check=asked.check)
            changes = (compare if asked.check else write)(asked.out, generated)
        except OutputError as failure:
            click.echo(str(failure), err=True)
            return 1
        outcome = Outcome(found.diagnostics, generated.manifest)
        remembered.keep(outcome, _services(asked, found.services))
        if not asked.check:
            return tell_written(asked.out, changes)
        return tell_stale(asked.out, changes, generated) if changes else tell_fresh(asked.out)


def _last_time(out: Path, cache: RunCache | None) -> LastTime | None:
    """What the services of a folder compiled to the last time, where that was kept."""
    if cache is None:
        return None
    from slo_compiler.cli import last_time  # noqa: PLC0415  as above

    return last_time.of(out, cache.get(last_time.folder_key(out)))


def _services(asked: _Asked, services: Mapping[str, Mapping[str, str]]) -> dict[str, bytes]:
    """What is kept of services that were compiled by themselves."""
    if asked.check or not services:
        return {}
    from slo_compiler.cli import last_time  # noqa: PLC0415  as above

    return {last_time.folder_key(asked.out): last_time.encode(services)}
