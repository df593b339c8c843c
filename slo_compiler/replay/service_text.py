"""A simulation of a service of machine learning as JSON, and the rows that a terminal shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import format_decimal
from slo_compiler.replay.simulate_service import ServiceSimulation, ServiceTrial
from slo_compiler.replay.simulation_text import NONE, Row, measures_of, time

TRIALS: Final = ("incident", "worth", "paged by", "ticket by", "after")
HELD_BACK: Final = ("incident", "held back", "by", "after", "for")

MOST: Final = 1
"""How many of the alerts that were heard are named; whoever is paged looks at the first."""


def title(simulation: ServiceSimulation) -> str:
    """The service, what of it is tried, and how much there is to count."""
    watched = simulation.watched
    numbers = (
        (len(watched.plans), "SLO"),
        (len(watched.service.drifts), "drift"),
    )
    parts = [f"{number} {what}{'' if number == 1 else 's'}" for number, what in numbers if number]
    events = format_decimal(Fraction(simulation.traffic.an_hour), digits=3)
    return f"{watched.service.name}  {' and '.join(parts)} together, with {events} events an hour"


def trials(simulation: ServiceSimulation) -> Iterator[Row]:
    """A row for each incident, under ``TRIALS``."""
    for trial in simulation.trials:
        yield (
            trial.incident.name,
            "nothing" if trial.worth is None else trial.worth.value,
            _named(trial.told(Severity.PAGE), "nobody"),
            _named(trial.told(Severity.TICKET), NONE),
            time(trial.measures.detection),
        )


def held_back(simulation: ServiceSimulation) -> Iterator[Row]:
    """A row for each alert that guards or pages of other SLOs held back, under ``HELD_BACK``."""
    for trial in simulation.trials:
        for number, held in enumerate(trial.held_back()):
            name = "" if number else trial.incident.name
            yield name, held.alert, held.by, time(held.after), time(held.lasted)


def not_tried(simulation: ServiceSimulation) -> str:
    """The incidents that are about something the spec does not speak of; empty where there are none."""
    return ", ".join(incident.name for incident in simulation.not_tried)


def left_out(simulation: ServiceSimulation) -> str:
    """The alerts that no incident is about, which nothing holds back; empty where there are none."""
    return ", ".join(simulation.left_out)


def plain(simulation: ServiceSimulation) -> dict[str, Any]:
    """A simulation as JSON has it; times in seconds, shares as ratios, None where nothing was measured."""
    return {
        "service": simulation.watched.service.name,
        "events_an_hour": simulation.traffic.an_hour,
        "incidents": [_trial(trial) for trial in simulation.trials],
        "not_tried": [incident.name for incident in simulation.not_tried],
        "not_replayed": list(simulation.left_out),
        **measures_of(simulation),
        "false_pages_a_month": simulation.false_pages,
        "false_tickets_a_month": simulation.false_tickets,
    }


def _named(alerts: Sequence[str], nobody: str) -> str:
    """The first alert, and how many came after it."""
    more = len(alerts) - MOST
    return ", ".join(alerts[:MOST]) + (f" and {more} more" if more > 0 else "") if alerts else nobody


def _trial(trial: ServiceTrial) -> dict[str, Any]:
    return {
        "name": trial.incident.name,
        "description": trial.incident.description,
        "worth": None if trial.worth is None else trial.worth.value,
        "paged_by": list(trial.told(Severity.PAGE)),
        "ticket_by": list(trial.told(Severity.TICKET)),
        **measures_of(trial),
        "held_back": [
            {
                "alert": held.alert,
                "by": held.by,
                "after_seconds": held.after,
                "held_back_seconds": held.lasted,
            }
            for held in trial.held_back()
        ],
    }
