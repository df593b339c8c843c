"""A picture of alerts at work: error ratios, what each tier sees of them, its threshold, and when it fires.

The colours are those of Okabe and Ito, which all kinds of eyes tell apart. The same evaluation gives the same
bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, TypeAlias

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FuncFormatter
from msgspec import Struct

from slo_compiler.burnrate.tier import Tier
from slo_compiler.quantities import Seconds, format_duration, format_percent
from slo_compiler.replay.evaluate import Evaluation
from slo_compiler.replay.grid import Array, Span
from slo_compiler.replay.inhibit import Timeline
from slo_compiler.replay.score import severity_of

Format: TypeAlias = Literal["svg", "png"]

WIDTH: Final = 9.0
HEIGHT: Final = 4.6
"""Inches, for each panel, at 100 dots an inch: a comment on a pull request is 900 wide."""

COLOURS: Final = ("#D55E00", "#E69F00", "#0072B2", "#009E73")
"""Of tiers, fastest first: vermilion, orange, blue, bluish green."""

OTHER: Final = "#CC79A7"
GREY: Final = "#BBBBBB"
INK: Final = "#222222"

LOWEST_PART: Final = 20
"""How far below the lowest threshold the axis of ratios begins."""

FINEST: Final = 200
"""Windows shorter than this part of what is in view would be no lines but a tangle."""

MOST_POINTS: Final = 2000
"""Of a line: three for each dot of its width."""

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "slo-compiler",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.6,
}


class Panel(Struct, frozen=True, eq=False):
    """One part of a picture: a group of an evaluation, within some time.

    ``zero`` is the moment that times are counted from, and ``since`` what it is: ``the onset``.
    ``incident`` is shaded.
    """

    title: str
    evaluation: Evaluation
    row: int
    view: Span
    zero: float
    since: str
    incident: Span | None = None


class Drawing(Struct, frozen=True, eq=False):
    """Any other part of a picture: its height in inches, and what draws it."""

    height: float
    draw: Callable[[SubFigure], None]


def draw_picture(panels: Sequence[Panel | Drawing], kind: Format) -> bytes:
    """The panels, one below the other, as a file of a kind."""
    drawings = [each if isinstance(each, Drawing) else _drawing(each) for each in panels]
    heights = [drawing.height for drawing in drawings]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
        parts = figure.subfigures(len(drawings), 1, squeeze=False, height_ratios=heights)[:, 0]
        for part, drawing in zip(parts, drawings, strict=True):
            drawing.draw(part)
        file = io.BytesIO()
        # No date and no version: the same picture is the same file.
        figure.savefig(
            file, format=kind, dpi=100, metadata={"svg": {"Date": None}, "png": {"Software": None}}[kind]
        )
    return file.getvalue()


def _drawing(panel: Panel) -> Drawing:
    def draw(part: SubFigure) -> None:
        ratios, bands = part.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        _draw_ratios(ratios, panel)
        _draw_bands(bands, panel)

    return Drawing(HEIGHT, draw)


def _draw_ratios(axes: Axes, panel: Panel) -> None:
    evaluation = panel.evaluation
    tiers = evaluation.plan.tiers
    lowest = float(min(tier.threshold for tier in tiers)) / LOWEST_PART
    axes.set_title(panel.title, loc="left", fontweight="bold")
    axes.set_yscale("log")
    axes.set_ylim(lowest, 1.3)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
    axes.set_ylabel("error ratio")
    base = evaluation.plan.windows.base
    times, ratio = _thinned(panel, base)
    now = np.maximum(ratio, lowest)
    axes.fill_between(
        times, now, lowest, color=GREY, alpha=0.45, linewidth=0, label=f"{format_duration(base)}, as measured"
    )
    for tier, colour in zip(tiers, COLOURS, strict=False):
        _draw_tier(axes, tier, colour, panel, lowest)
    _shade(axes, panel)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        frameon=False,
        fontsize=8,
        title="ratio in the last",
        alignment="left",
        title_fontsize=8,
    )


def _draw_tier(axes: Axes, tier: Tier, colour: str, panel: Panel, lowest: float) -> None:
    for length, line, width in ((tier.long, "-", 1.8), (tier.short, "--", 1.0)):
        if float(length) < panel.view.length / FINEST:
            continue
        times, ratio = _thinned(panel, length)
        shown = np.where(np.isnan(ratio), np.nan, np.maximum(ratio, lowest))
        axes.plot(
            times,
            shown,
            line,
            color=colour,
            linewidth=width,
            label=f"{format_duration(length)} ({tier.name})",
        )
    threshold = float(tier.threshold)
    axes.axhline(threshold, color=colour, linewidth=0.8, linestyle=":")
    axes.annotate(
        f"{tier.name} above {format_percent(tier.threshold, digits=3)}",
        (0.004, threshold),
        xycoords=("axes fraction", "data"),
        xytext=(0, 2),
        textcoords="offset points",
        color=colour,
        fontsize=8,
        fontweight="bold",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
    )


def _draw_bands(axes: Axes, panel: Panel) -> None:
    timelines = panel.evaluation.timelines[panel.row]
    unit, name = unit_of(panel.view)
    for line, timeline in enumerate(timelines):
        colour = COLOURS[line] if line < len(panel.evaluation.plan.tiers) else OTHER
        for spans, face, hatch in ((timeline.heard, colour, ""), (timeline.held_back, "white", "////")):
            bars = [((span.begin - panel.zero) / unit, span.length / unit) for span in spans]
            axes.broken_barh(
                bars, (line - 0.36, 0.72), facecolor=face, edgecolor=colour, hatch=hatch, linewidth=0.8
            )
    axes.set_yticks(range(len(timelines)), [_name(panel, line, each) for line, each in enumerate(timelines)])
    axes.set_ylim(len(timelines) - 0.4, -0.6)
    axes.set_xlim((panel.view.begin - panel.zero) / unit, (panel.view.end - panel.zero) / unit)
    axes.set_xlabel(
        f"{name} since {panel.since}     (filled: the alert is heard; hatched: another one holds it back)"
    )
    axes.tick_params(axis="y", length=0)
    _shade(axes, panel)


def _name(panel: Panel, line: int, timeline: Timeline) -> str:
    tiers = panel.evaluation.plan.tiers
    name = tiers[line].name if line < len(tiers) else "absent"
    return f"{name} {severity_of(timeline).value}"


def _shade(axes: Axes, panel: Panel) -> None:
    if panel.incident is not None:
        unit, _ = unit_of(panel.view)
        edges = ((edge - panel.zero) / unit for edge in (panel.incident.begin, panel.incident.end))
        axes.axvspan(*edges, color=INK, alpha=0.06, linewidth=0)


def _thinned(panel: Panel, window: Seconds) -> tuple[Array, Array]:
    """The ratio in a window over the times in view; of more of them than can be told apart the worst."""
    times, seen = _seen(panel)
    ratio = panel.evaluation.recorded[window].error_ratio[panel.row][seen]
    if times.size <= MOST_POINTS:
        return times, ratio
    begins = np.arange(0, times.size, -(-times.size // MOST_POINTS))
    return times[begins], np.fmax.reduceat(ratio, begins)


def _seen(panel: Panel) -> tuple[Array, slice]:
    """The times of the evaluations that are in view, and which those are."""
    unit, _ = unit_of(panel.view)
    times = panel.evaluation.grid.times
    begin, end = np.searchsorted(times, (panel.view.begin, panel.view.end))
    return (times[begin:end] - panel.zero) / unit, slice(int(begin), int(end))


def unit_of(view: Span) -> tuple[float, str]:
    """The unit of time in which what is in view is read, in seconds, and what it is called."""
    if view.length <= 3 * HOUR:
        return MINUTE, "minutes"
    return (HOUR, "hours") if view.length <= 3 * DAY else (DAY, "days")
