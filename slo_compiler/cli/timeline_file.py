"""The picture of what happened, in the format that the name of its file says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from slo_compiler.cli.named_file import write_file
from slo_compiler.incident.triage import Triage
from slo_compiler.rules.program import Program

# The client takes its HTTP library along, and the picture matplotlib; --help needs neither.
if TYPE_CHECKING:
    from slo_compiler.incident.timeline import Timeline
    from slo_compiler.prometheus.client import Prometheus

SUFFIXES: Final = (".png", ".svg", ".html")


def check_suffix(path: Path) -> None:
    """Make sure that the file can be drawn.

    Raises:
        click.UsageError: it ends with none of the formats.
    """
    if path.suffix not in SUFFIXES:
        raise click.UsageError(f"{path} ends with none of {', '.join(SUFFIXES)}")


def draw_timeline(path: Path, program: Program, found: Triage, server: Prometheus) -> None:
    """Draw what happened before the moment of a triage, with the series that its verdict rests on.

    Raises:
        click.ClickException: the server does not answer, or the file cannot be written.
    """
    from slo_compiler.incident.asking import Unanswered  # noqa: PLC0415
    from slo_compiler.incident.live import asking_range  # noqa: PLC0415
    from slo_compiler.incident.timeline import BEFORE, axis_of, drawable, timeline_of  # noqa: PLC0415

    leading = found.leading
    subject = drawable(program, found.service, leading.subject if leading is not None else None)
    axis = axis_of(found.at - float(BEFORE), found.at)
    try:
        timeline = timeline_of(program, subject, axis, asking_range(server, axis))
    except Unanswered as failure:
        raise click.ClickException(f"there is no timeline: {failure}") from failure
    write_file(path, drawn(timeline, path.suffix))


def drawn(timeline: Timeline, suffix: str) -> bytes:
    """The timeline as a file of a format."""
    if suffix == ".html":
        from slo_compiler.incident.timeline_html import as_html  # noqa: PLC0415

        return as_html(timeline).encode()
    from slo_compiler.incident import timeline_plot  # noqa: PLC0415

    return timeline_plot.draw_timeline(timeline, "png" if suffix == ".png" else "svg")
