"""Which part of each simulated incident a picture shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from slo_compiler.quantities import format_duration, format_percent
from slo_compiler.replay.grid import Span
from slo_compiler.replay.plot import Panel
from slo_compiler.replay.simulate import Simulation, Trial

BEFORE: Final = 0.15
"""How much of a picture shows what was before the incident."""

AT_MOST: Final = 3.0
"""How many times as long as the incident a picture shows what follows it."""

AT_LEAST: Final = 1200.0


def panels(simulations: Iterable[Simulation]) -> list[Panel]:
    """A panel for each incident of each SLO."""
    return [_panel(simulation, trial) for simulation in simulations for trial in simulation.trials]


def _panel(simulation: Simulation, trial: Trial) -> Panel:
    slo = simulation.plan.slo
    objective = f"{format_percent(slo.objective)} over {format_duration(slo.period)}"
    return Panel(
        title=f"{slo.id}, {objective}: {trial.incident.name}",
        evaluation=trial.evaluation,
        row=0,
        view=_view(trial),
        zero=trial.span.begin,
        since="the onset",
        incident=trial.span,
    )


def _view(trial: Trial) -> Span:
    """The incident, and what follows until its pages have resolved, but no longer than anybody looks."""
    span, length = trial.span, max(trial.span.length, AT_LEAST)
    last = max(_resolved(trial), default=span.end)
    end = min(max(last, span.end) + BEFORE * length, span.end + AT_MOST * length)
    return Span(max(0.0, span.begin - BEFORE * (end - span.begin)), min(end, trial.evaluation.grid.end))


def _resolved(trial: Trial) -> Iterator[float]:
    for outcome in trial.outcomes[:1]:
        if outcome.resolved is not None:
            yield outcome.resolved
