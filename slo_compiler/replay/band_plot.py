"""Draws when alerts fire, who hears of it, and what holds it back: a band for each, below each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from msgspec import Struct

from slo_compiler.replay.bands import Band
from slo_compiler.replay.grid import Span
from slo_compiler.replay.plot import COLOURS, GREY, INK, OTHER, Drawing, unit_of
from slo_compiler.replay.spans import both

BAND: Final = 0.24
"""Inches: the height of each."""

FRAME: Final = 0.9
"""Inches, for the title and the labels of the axis, where bands stand alone."""


class Frame(Struct, frozen=True):
    """What is in view, and the moment that its times are counted from: ``since`` is what that is."""

    view: Span
    zero: float
    since: str


def height_of(shown: Sequence[Band]) -> float:
    """The inches that bands take."""
    return BAND * max(len(shown), 1)


def drawing_of(title: str, shown: Sequence[Band], frame: Frame) -> Drawing:
    """Bands alone, as a part of a picture."""

    def draw(part: SubFigure) -> None:
        axes = part.subplots(1, 1)
        axes.set_title(title, loc="left", fontweight="bold")
        draw_bands(
            axes, shown, dict(zip(dict.fromkeys(band.about for band in shown), COLOURS, strict=False)), frame
        )

    return Drawing(FRAME + height_of(shown), draw)


def draw_bands(axes: Axes, shown: Sequence[Band], colours: Mapping[str, str], frame: Frame) -> None:
    """Draw them, in the colour of what each is about where it has one."""
    unit, name = unit_of(frame.view)
    for line, band in enumerate(shown):
        colour = GREY if band.guard else colours.get(band.about, OTHER)
        for spans, face, hatch in ((band.heard, colour, ""), (band.held_back, "white", "////")):
            bars = [((span.begin - frame.zero) / unit, span.length / unit) for span in spans]
            axes.broken_barh(
                bars, (line - 0.36, 0.72), facecolor=face, edgecolor=colour, hatch=hatch, linewidth=0.8
            )
        if band.said:
            _say(axes, line, band, frame)
    axes.set_yticks(range(len(shown)), [band.label for band in shown])
    axes.set_ylim(max(len(shown), 1) - 0.4, -0.6)
    axes.set_xlim((frame.view.begin - frame.zero) / unit, (frame.view.end - frame.zero) / unit)
    axes.set_xlabel(f"{name} since {frame.since}     (filled: heard; hatched: held back; grey: a guard)")
    axes.tick_params(axis="y", length=0)
    if not shown:
        axes.annotate("no alert fires", (0.5, 0.5), xycoords="axes fraction", ha="center", va="center")


def _say(axes: Axes, line: int, band: Band, frame: Frame) -> None:
    """Who holds it back, beside the band: on the side that has room, or on the band."""
    view = frame.view
    held = [span for span in band.firing if both((span,), band.held_back)]
    first, last = held[0].begin, held[-1].end
    right = min((span.begin for span in band.firing if span.begin > last), default=view.end) - last
    left = first - max((span.end for span in band.firing if span.end < first), default=view.begin)
    if max(right, left) < view.length / 4:
        at, side = (first + last) / 2, "center"
    else:
        at, side = (last, "left") if right >= left else (first, "right")
    axes.annotate(
        f" {band.said} ",
        ((at - frame.zero) / unit_of(view)[0], line),
        ha=side,
        va="center",
        fontsize=7.5,
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.4},
    )
