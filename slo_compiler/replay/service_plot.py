"""A picture of a service of machine learning in an incident: what is too high, and who hears of it.

All lines are on one axis, each in multiples of its own threshold, so that above 1 it alerts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.ticker import FuncFormatter
from msgspec import Struct

from slo_compiler.quantities import format_percent
from slo_compiler.replay.band_plot import Frame, draw_bands, height_of
from slo_compiler.replay.bands import Band, bands
from slo_compiler.replay.evaluate import Evaluation
from slo_compiler.replay.grid import Array, Span
from slo_compiler.replay.plot import COLOURS, INK, OTHER, Drawing, unit_of
from slo_compiler.replay.signals.looking import greatest
from slo_compiler.replay.simulate_service import ServiceSimulation, ServiceTrial

CURVES: Final = 2.4
"""Inches: the height of the curves, below which the alerts are."""

FRAME: Final = 1.1
"""Inches, for the title and the labels of the axes."""

BEFORE: Final = 0.12
"""How much of a picture shows what was before the incident."""

AFTER: Final = 0.5
"""How long, in parts of the incident, a picture shows what follows it."""

LOWEST: Final = 0.08
NOTABLE: Final = 0.8
"""What stays below this part of its threshold is no line of its own."""

LEGEND_COLUMNS: Final = 2
LEGEND_LINE: Final = 13
"""Points."""

LINES: Final = (*COLOURS, OTHER)


class Curve(Struct, frozen=True, eq=False):
    """What is measured of an SLO or a drift, in multiples of its threshold, at each evaluation."""

    about: str
    label: str
    values: Array
    dashed: bool = False


def service_panels(simulations: Iterable[ServiceSimulation]) -> list[Drawing]:
    """A part of the picture for each incident of each service."""
    return [
        _panel(simulation.watched.service.name, trial)
        for simulation in simulations
        for trial in simulation.trials
    ]


def _panel(service: str, trial: ServiceTrial) -> Drawing:
    view = _view(trial)
    shown = bands(trial.evaluation.timelines, trial.span, view)
    height = CURVES + FRAME + height_of(shown)
    return Drawing(height, partial(_draw, service, trial, view, shown))


def _view(trial: ServiceTrial) -> Span:
    """The incident, a little of what was before, and what follows as long as an alert of it fires."""
    span = trial.span
    last = max(
        (each.end for line in trial.evaluation.timelines for each in line.firing if each.begin < span.end),
        default=span.end,
    )
    end = min(max(last, span.end) + BEFORE * span.length, span.end + AFTER * span.length)
    return Span(span.begin - BEFORE * (end - span.begin), min(end, trial.evaluation.grid.end))


def _draw(service: str, trial: ServiceTrial, view: Span, shown: Sequence[Band], part: SubFigure) -> None:
    above, below = part.subplots(2, 1, sharex=True, height_ratios=(CURVES, height_of(shown)))
    curves = _curves(trial, view)
    worth = "nothing" if trial.worth is None else f"a {trial.worth.value}"
    above.set_title(
        f"{service}: {trial.incident.name}, worth {worth}",
        loc="left",
        fontweight="bold",
        pad=8 + LEGEND_LINE * math.ceil(len(curves) / LEGEND_COLUMNS),
    )
    colours = dict(zip(dict.fromkeys(curve.about for curve in curves), LINES, strict=False))
    _draw_curves(above, curves, colours, trial, view)
    draw_bands(below, shown, colours, Frame(view, trial.span.begin, "the onset"))
    _shade(below, trial, unit_of(view)[0])


def _curves(trial: ServiceTrial, view: Span) -> list[Curve]:
    """What comes near its threshold, and the quality that judges a drift."""
    seen = _seen(trial, view)
    every = [curve for curve in _all_curves(trial) if not np.isnan(curve.values[seen]).all()]
    by_height = sorted(every, key=lambda curve: float(np.nanmax(curve.values[seen])), reverse=True)
    notable = [curve for curve in every if np.nanmax(curve.values[seen]) > NOTABLE] or by_height[:1]
    about_drift = next((each.about for each in notable if each.about in trial.evaluation.drifts), None)
    return [*notable, *_judging(trial, about_drift)][: len(LINES)]


def _all_curves(trial: ServiceTrial) -> Iterator[Curve]:
    for name, seen in trial.evaluation.drifts.items():
        yield Curve(name, f"{name}: highest score", greatest(seen.ratio)[0])
    for name, evaluation in trial.evaluation.slos.items():
        tier = evaluation.plan.tiers[0]
        above = f"{tier.name} above {format_percent(tier.threshold, digits=3)}"
        yield Curve(name, f"{name}: error ratio ({above})", _times_threshold(evaluation))


def _judging(trial: ServiceTrial, drift: str | None) -> Iterator[Curve]:
    seen = trial.evaluation.drifts[drift] if drift else None
    if seen is not None and seen.burn is not None and seen.drift.quality is not None:
        judge = seen.drift.quality
        yield Curve(judge, f"{judge}: burn rate (real drift from 1 on)", seen.burn[0], dashed=True)


def _times_threshold(evaluation: Evaluation) -> Array:
    """How far both windows of the fastest tier are above its threshold."""
    tier = evaluation.plan.tiers[0]
    long, short = (evaluation.recorded[length].error_ratio[0] for length in (tier.long, tier.short))
    return np.asarray(np.minimum(long, short) / float(tier.threshold))


def _draw_curves(
    axes: Axes, curves: Sequence[Curve], colours: dict[str, str], trial: ServiceTrial, view: Span
) -> None:
    unit, _ = unit_of(view)
    seen = _seen(trial, view)
    times = (trial.evaluation.grid.times[seen] - trial.span.begin) / unit
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}x"))
    axes.set_ylabel("times its threshold")
    for curve in curves:
        axes.plot(
            times,
            np.maximum(curve.values[seen], LOWEST),
            "--" if curve.dashed else "-",
            color=colours[curve.about],
            linewidth=1.6,
            label=curve.label,
        )
    top = max((float(np.nanmax(curve.values[seen])) for curve in curves), default=1.0)
    axes.set_ylim(LOWEST, 2 * max(top, 1.5))
    axes.axhline(1, color=INK, linewidth=0.9, linestyle=":")
    axes.annotate(
        "threshold",
        (0.004, 1),
        xycoords=("axes fraction", "data"),
        xytext=(0, 2),
        textcoords="offset points",
        fontsize=8,
        fontweight="bold",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
    )
    _shade(axes, trial, unit)
    if curves:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=LEGEND_COLUMNS,
            frameon=False,
            fontsize=8,
            borderpad=0.2,
            borderaxespad=0,
        )


def _shade(axes: Axes, trial: ServiceTrial, unit: float) -> None:
    axes.axvspan(0, trial.span.length / unit, color=INK, alpha=0.06, linewidth=0)


def _seen(trial: ServiceTrial, view: Span) -> slice:
    begin, end = np.searchsorted(trial.evaluation.grid.times, (view.begin, view.end))
    return slice(int(begin), int(end))
