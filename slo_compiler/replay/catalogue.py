"""The incidents that every SLO is tried on. To add one, add it here and to the table in docs/simulate.md."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from slo_compiler.model.incident import Incident, Phase
from slo_compiler.quantities import DAY, HOUR, MINUTE

ALL: Final = Fraction(1)


def _percent(number: int) -> Fraction:
    return Fraction(number, 100)


CATALOGUE: Final = (
    Incident(
        "total-outage",
        "Everything fails for half an hour.",
        (Phase(30 * MINUTE, errors=ALL),),
    ),
    Incident(
        "partial-outage",
        "One request in five fails for an hour.",
        (Phase(1 * HOUR, errors=_percent(20)),),
    ),
    Incident(
        "slow-leak",
        "The budget burns at twice the allowed rate for three days.",
        (Phase(3 * DAY, burn_rate=Fraction(2)),),
    ),
    Incident(
        "flapping",
        "Half of everything fails for two minutes in ten, for three hours.",
        (Phase(2 * MINUTE, errors=_percent(50)), Phase(8 * MINUTE)) * 18,
    ),
    Incident(
        "deploy-spike",
        "A release fails a third of everything for two minutes, and is rolled back.",
        (Phase(2 * MINUTE, errors=_percent(33)),),
    ),
    Incident(
        "night-outage",
        "Everything fails for half an hour of a night with a tenth of the traffic.",
        (
            Phase(3 * HOUR, traffic=_percent(10)),
            Phase(30 * MINUTE, errors=ALL, traffic=_percent(10)),
            Phase(3 * HOUR, traffic=_percent(10)),
        ),
    ),
    Incident(
        "low-traffic",
        "Half a day with a hundredth of the traffic, and errors well within the budget.",
        (Phase(12 * HOUR, burn_rate=Fraction(1, 4), traffic=_percent(1)),),
    ),
    Incident(
        "vanished-metrics",
        "The metrics are gone for an hour.",
        (Phase(1 * HOUR, scraped=False),),
    ),
)
"""Ordered as the table in the documentation."""
