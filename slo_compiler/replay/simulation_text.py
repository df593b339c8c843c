"""A simulation of an SLO as JSON, and the rows and facts that a terminal shows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final, TypeAlias

from slo_compiler.model.indicator import ErrorRatio, Freshness, Probe, Threshold
from slo_compiler.quantities import approximate_duration, format_decimal, format_percent
from slo_compiler.replay.past import HEALTHY_BURN_RATE
from slo_compiler.replay.simulate import Simulation, Trial
from slo_compiler.replay.simulate_service import ServiceSimulation, ServiceTrial

Row: TypeAlias = tuple[str, ...]

TRIALS: Final = ("incident", "budget", "worth", "heard from", "after", "reset after")

NONE: Final = "-"


def title(simulation: Simulation) -> str:
    """The SLO, its objective, and how much there is to count."""
    slo = simulation.plan.slo
    period = approximate_duration(slo.period)
    return f"{slo.id}  {format_percent(slo.objective)} over {period}, {_counted(simulation)}"


def trials(simulation: Simulation) -> Iterator[Row]:
    """A row for each incident, under ``TRIALS``."""
    for trial in simulation.trials:
        measures = trial.measures
        yield (
            trial.incident.name,
            percent(trial.budget),
            "nothing" if trial.worth is None else trial.worth.value,
            _heard(trial),
            time(measures.detection),
            time(measures.reset),
        )


def facts(simulation: Simulation | ServiceSimulation) -> Iterator[tuple[str, str]]:
    """Of the four measures those there is something to say of, and the false alerts, each under a name."""
    measures = simulation.measures
    if measures.precision is not None:
        yield (
            "precision",
            f"{percent(measures.precision)} of alerts were for an incident that was worth them",
        )
    if measures.recall is not None:
        yield "recall", f"{percent(measures.recall)} of incidents that were worth an alert had it"
    if measures.detection is not None:
        yield "detection time", f"{time(measures.detection)} from the onset to the page"
    if measures.reset is not None:
        yield "reset time", f"{time(measures.reset)} from the end until the last page resolved"
    yield "false alerts", _false_alerts(simulation)


def plain(simulation: Simulation) -> dict[str, Any]:
    """A simulation as JSON has it; times in seconds, shares as ratios, None where nothing was measured."""
    return {
        "slo": simulation.plan.slo.id,
        "objective": format_percent(simulation.plan.slo.objective),
        "events_an_hour": simulation.traffic.an_hour,
        "incidents": [
            {
                "name": trial.incident.name,
                "description": trial.incident.description,
                "budget_spent": trial.budget,
                "worth": None if trial.worth is None else trial.worth.value,
                "heard_from": list(trial.told()),
                **measures_of(trial),
            }
            for trial in simulation.trials
        ],
        **measures_of(simulation),
        "false_pages_a_month": simulation.false_pages,
        "false_tickets_a_month": simulation.false_tickets,
    }


def measures_of(measured: Simulation | ServiceSimulation | Trial | ServiceTrial) -> dict[str, float | None]:
    """The four measures as JSON has them."""
    measures = measured.measures
    return {
        "precision": measures.precision,
        "recall": measures.recall,
        "detection_seconds": measures.detection,
        "reset_seconds": measures.reset,
    }


def _counted(simulation: Simulation) -> str:
    """Slices of time and bare ratios do not depend on traffic."""
    slo = simulation.plan.slo
    match slo.indicator:
        case Probe() | Threshold() | Freshness():
            return f"looked at every {approximate_duration(slo.cadence or slo.clock.scrape_interval)}"
        case ErrorRatio():
            return "whatever the traffic"
        case _:
            return f"with {format_decimal(Fraction(simulation.traffic.an_hour), digits=3)} events an hour"


def _heard(trial: Trial) -> str:
    """The tiers; where chance has a say, how often there was an alert that was worth it, or was not."""
    tiers = ", ".join(trial.told()) or "nobody"
    draws = len(trial.outcomes)
    if trial.worth is not None:
        times = sum(each.detected is not None for each in trial.outcomes)
        return tiers if times == draws else f"{tiers}: {times} of {draws} times"
    times = sum(bool(each.heard) for each in trial.outcomes)
    return f"{tiers}: falsely {times} of {draws} times" if times else tiers


def _false_alerts(simulation: Simulation | ServiceSimulation) -> str:
    pages, tickets = (
        format_decimal(Fraction(number).limit_denominator(1000), digits=2)
        for number in (simulation.false_pages, simulation.false_tickets)
    )
    return (
        f"{pages} pages and {tickets} tickets a month, from a healthy service that spends "
        f"{format_percent(HEALTHY_BURN_RATE)} of its budget"
    )


def percent(share: float | None) -> str:
    """A share, as a terminal shows it."""
    return NONE if share is None else format_percent(Fraction(share), digits=3)


def time(seconds: float | None) -> str:
    """A time, as a terminal shows it."""
    return NONE if seconds is None else approximate_duration(Fraction(round(seconds)))
