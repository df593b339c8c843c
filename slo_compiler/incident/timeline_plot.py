"""A timeline as a picture: the series that paged above, and a lane for everything that happened below it.

The same timeline gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from slo_compiler.incident.timeline import Row, Timeline
from slo_compiler.incident.words import moment
from slo_compiler.replay.plot import COLOURS, INK, LOWEST_PART, OTHER, STYLE, Format
from slo_compiler.rules.timeline import Kind

WIDTH: Final = 12.0
CHART: Final = 3.6
LANE: Final = 0.36
"""Inches, of the picture, of the chart and of each lane."""

DAY: Final = 86400.0

HUES: Final[Mapping[Kind, str]] = {
    Kind.PAGES: COLOURS[0],
    Kind.TICKETS: COLOURS[1],
    Kind.GUARDS: COLOURS[2],
    Kind.SURFACE: COLOURS[0],
    Kind.DEPLOYS: OTHER,
    Kind.VERSIONS: OTHER,
    Kind.PIPELINES: COLOURS[3],
    Kind.DETECTOR: "#56B4E9",
    Kind.SPECS: "#56B4E9",
    Kind.SCALING: "#888888",
}
"""The colours of Okabe and Ito, which all kinds of eyes tell apart."""


def draw_timeline(timeline: Timeline, kind: Format) -> bytes:
    """The picture as a file of a kind."""
    lanes = [(row, label) for row in timeline.rows for label in _labels(row)]
    heights = (CHART, max(LANE * (len(lanes) + 1), 0.8))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, sum(heights) + 0.6), layout="constrained")
        chart, below = figure.subplots(2, 1, sharex=True, height_ratios=heights)
        _draw_chart(chart, timeline)
        _draw_lanes(below, timeline, lanes)
        file = io.BytesIO()
        metadata: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(file, format=kind, dpi=100, metadata=metadata)
    return file.getvalue()


def _draw_chart(axes: Axes, timeline: Timeline) -> None:
    axes.set_title(timeline.title, loc="left", fontweight="bold")
    lowest = min((bound.value for bound in timeline.bounds), default=1.0) / LOWEST_PART
    if timeline.is_ratio:
        axes.set_yscale("log")
        axes.set_ylim(lowest, 1.3)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
    for position, curve in enumerate(timeline.curves):
        values = np.maximum(curve.values, lowest) if timeline.is_ratio else np.asarray(curve.values)
        axes.plot(
            _days(curve.times), values, label=curve.label or "score", linewidth=1.4, color=_hue(position)
        )
    for bound in timeline.bounds:
        axes.axhline(bound.value, color=INK, linewidth=0.8, linestyle=":")
        axes.annotate(
            bound.label,
            (0.004, bound.value),
            xycoords=("axes fraction", "data"),
            xytext=(0, 2),
            textcoords="offset points",
            fontsize=8,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
        )
    if timeline.curves:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)
    else:
        axes.annotate("nothing was measured", (0.5, 0.5), xycoords="axes fraction", ha="center")


def _draw_lanes(axes: Axes, timeline: Timeline, lanes: list[tuple[Row, str]]) -> None:
    for line, (row, label) in enumerate(lanes):
        entries = [entry for entry in row.entries if entry.label == label]
        spans = [entry for entry in entries if entry.end > entry.begin]
        bars = [(_day(entry.begin), (entry.end - entry.begin) / DAY) for entry in spans]
        axes.broken_barh(bars, (line - 0.36, 0.72), facecolor=HUES[row.kind], linewidth=0)
        moments = [_day(entry.begin) for entry in entries if entry.end == entry.begin]
        axes.plot(moments, [line] * len(moments), "D", color=HUES[row.kind], markersize=5)
    axes.set_yticks(range(len(lanes)), [_name(row, label) for row, label in lanes])
    axes.set_ylim(max(len(lanes), 1) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", linewidth=0.4, alpha=0.5)
    locator = AutoDateLocator(tz=UTC)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, tz=UTC)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(formatter)
    axes.set_xlim(_day(timeline.axis.begin), _day(timeline.axis.end))
    axes.set_xlabel(f"UTC, from {moment(timeline.axis.begin)} to {moment(timeline.axis.end)}")


def _labels(row: Row) -> list[str]:
    """The lines of a lane, as what they show began; one that is empty where nothing did."""
    return list(dict.fromkeys(entry.label for entry in row.entries)) or [""]


def _name(row: Row, label: str) -> str:
    return f"{row.kind.value}: {label}" if label and label != row.kind.value else row.kind.value


def _hue(position: int) -> str:
    return ("#222222", "#888888", *COLOURS)[position % (2 + len(COLOURS))]


def _day(seconds: float) -> float:
    """Matplotlib's dates are days."""
    return seconds / DAY


def _days(times: tuple[float, ...]) -> Any:
    return np.asarray(times) / DAY
