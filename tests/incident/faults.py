"""What goes wrong in the world: faults of each surface, the usual false pages, and data that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from slo_compiler.demo import faults
from slo_compiler.demo.faults import FAULTS, Fault
from slo_compiler.demo.state import DAY, HOUR, MINUTE, changed
from tests.engine.remote_write import Written
from tests.incident.past import EPOCH
from tests.incident.world import Event, series_of, usual_of

LASTS: Final[Mapping[str, float]] = {
    "the pipeline stands still": 2 * HOUR,
    "drift without labels": 2 * HOUR,
    "no labels": 2 * HOUR,
    "the detector moved": 40 * MINUTE,
    "labels are late": 50 * MINUTE,
    "replicas warm up": 40 * MINUTE,
    "it is Monday": 40 * MINUTE,
}
"""How long a fault is there before it is looked at, and until when; an hour where nothing is said."""

SEASON: Final = "it is Monday"
"""The fault that was there at this hour in the weeks before, too."""


def _missing(surface: str, cause: str, **what: object) -> Fault:
    return Fault(surface, cause, "Data is missing.", lambda _: changed(**what))


MISSING: Final[Mapping[str, Fault]] = {
    "nothing counts requests": _missing("unknown", "unknown", silent=("http_requests_total",)),
    "drift without labels": _missing("data", "unclassified_drift", scores={"age": 2.0}, judged=0.0),
    "no labels": _missing("unknown", "unknown", silent=("ml_quality_evaluations_total",)),
    "nobody tells of a deploy": _missing(
        "model", "unknown", bad=0.4, silent=("ml_model_deployed_timestamp_seconds",)
    ),
    "no detector": _missing("unknown", "unknown", silent=("ml_drift_score",)),
}
ALL: Final[Mapping[str, Fault]] = {**FAULTS, **MISSING}


SLOT: Final = 4 * HOUR
"""One fault each: long enough for what it leaves behind in windows and guards to be gone."""

WELL: Final = EPOCH + 3 * HOUR
"""A moment at which nothing is wrong."""

BEFORE: Final = EPOCH - DAY
"""A moment of which nothing is known."""


class Course(NamedTuple):
    """All faults one after the other, and when each is looked at."""

    events: list[Event]
    moments: dict[str, float]
    end: float

    @property
    def series(self) -> list[Written]:
        """All that was scraped, and what the weeks before have recorded."""
        (season,) = (event for name, event in zip(self.moments, self.events, strict=True) if name == SEASON)
        return [*usual_of(season, faults.SEASON), *series_of(self.events, EPOCH, self.end)]


def course() -> Course:
    """The faults in their slots."""
    events, moments = [], {}
    for slot, (name, fault) in enumerate(ALL.items(), start=1):
        begin = EPOCH + slot * SLOT + HOUR
        lasts = LASTS.get(name, HOUR)
        events.append(Event(begin, begin + lasts, fault.change))
        moments[name] = begin + lasts - MINUTE
    return Course(events, moments, EPOCH + (len(ALL) + 2) * SLOT)
