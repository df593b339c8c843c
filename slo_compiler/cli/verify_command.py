"""``slo-compiler verify``: whether the metrics that specs read are there, in a scrape or a Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slo_compiler.cli.connection import Connection, connection, connection_options, fail, prometheus_option
from slo_compiler.cli.connection import prometheus as prometheus_at
from slo_compiler.cli.diagnostic_formats import STYLES, formatted
from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.named_file import read_text
from slo_compiler.cli.progress import progress
from slo_compiler.cli.report import report
from slo_compiler.cli.style import format_option
from slo_compiler.compiler import compile_sources
from slo_compiler.diagnostics import Diagnostic, has_errors

if TYPE_CHECKING:
    from slo_compiler.rules.program import Program
    from slo_compiler.verify.metrics import Metrics


@click.command("verify")
@click.argument("specs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--scrape",
    "scrapes",
    multiple=True,
    metavar="URL|FILE",
    help="What a target exposes, as text or OpenMetrics; all that are given are looked at together.",
)
@prometheus_option
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="NAME=VALUE",
    help="A label that Prometheus adds when it scrapes, beside job and instance.",
)
@format_option(*STYLES, told="For humans on standard error; the others for programs on standard output.")
@connection_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Look whether the metrics that SPECS read are there: names, labels, values, types, units, buckets.

    Exits 1 when alerts would be dead or wrong.
    """
    how = connection(options)
    style = options["style"]
    added = _labels(options["labels"])
    if not options["scrapes"] and options["prometheus"] is None:
        raise click.UsageError("give --scrape URL or FILE, or --prometheus URL")
    compilation = compile_sources(read_sources(options["specs"]))
    if compilation.program is None:
        report(compilation.diagnostics, quiet_notes=True)
        ctx.exit(1)
    with progress("verifying") as step:
        found = _found(compilation.program, options, added, how, step)
    if style != "text":
        click.echo(formatted(found, style), nl=False)
    elif not report(found):
        click.echo(f"all metrics of {len(compilation.program.slos)} SLOs are there", err=True)
    ctx.exit(1 if has_errors(found) else 0)


def _found(
    program: Program,
    options: Mapping[str, Any],
    added: Mapping[str, str],
    how: Connection,
    step: Callable[[str], None],
) -> list[Diagnostic]:
    # The parser of expositions is needed by this command alone.
    from slo_compiler.verify.metrics import merged  # noqa: PLC0415
    from slo_compiler.verify.verify import verify  # noqa: PLC0415

    seen = [_scraped(scrape, added, how, step) for scrape in options["scrapes"]]
    unreadable = [each for each in seen if isinstance(each, Diagnostic)]
    if unreadable:
        return unreadable
    metrics = [each for each in seen if not isinstance(each, Diagnostic)]
    if options["prometheus"] is not None:
        metrics.append(_asked(program, options["prometheus"], how, step))
    return verify(program, merged(metrics), progress=step)


def _scraped(
    scrape: str, added: Mapping[str, str], how: Connection, step: Callable[[str], None]
) -> Metrics | Diagnostic:
    from slo_compiler.verify.exposition import read_exposition  # noqa: PLC0415

    step(scrape)
    return read_exposition(scrape, _text_of(scrape, how), added)


def _text_of(scrape: str, how: Connection) -> str:
    if not scrape.startswith(("http://", "https://")):
        return read_text(Path(scrape))
    from slo_compiler.prometheus.failure import Failure  # noqa: PLC0415
    from slo_compiler.prometheus.scrape import scrape_text  # noqa: PLC0415

    text = scrape_text(prometheus_at(scrape, how).transport)
    return fail(text) if isinstance(text, Failure) else text


def _asked(program: Program, url: str, how: Connection, step: Callable[[str], None]) -> Metrics:
    from slo_compiler.prometheus.failure import Failure  # noqa: PLC0415
    from slo_compiler.verify.server import ask_metrics  # noqa: PLC0415

    metrics = ask_metrics(prometheus_at(url, how), program, progress=step)
    return fail(metrics) if isinstance(metrics, Failure) else metrics


def _labels(written: Sequence[str]) -> dict[str, str]:
    labels = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not equals or not name.isidentifier() or not name.isascii():
            raise click.UsageError(f"--label {each} is not of the form NAME=VALUE")
        labels[name] = value
    return labels
