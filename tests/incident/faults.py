"""What goes wrong in the world: faults of each surface, the usual false pages, and data that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from tests.engine.remote_write import Written
from tests.incident.past import EPOCH
from tests.incident.world import (
    DAY,
    FEATURES,
    HOUR,
    MINUTE,
    PODS,
    Change,
    Event,
    State,
    changed,
    series_of,
    usual_of,
)


class Fault(NamedTuple):
    """What happens, and what triage has to say of it: surface and cause."""

    change: Change
    surface: str
    cause: str
    lasts: float = HOUR
    """How long it is there before it is looked at, and until when."""


def _deployed_badly(state: State) -> State:
    """The deploy is as old as the fault; that it says so is a fact of the world, not of the fault."""
    return replace(state, bad=0.4, version="2", deployed=state.at // (4 * HOUR) * 4 * HOUR + HOUR)


def _warming_up(state: State) -> State:
    """Two of the replicas are new, and slow for as long as they are."""
    return replace(state, slow={"a": 0.9, "b": 0.9}, ready={"a": state.at - MINUTE, "b": state.at - MINUTE})


MANY_DRIFT: Final = dict.fromkeys(FEATURES, 3.0)

SERVING: Final[Mapping[str, Fault]] = {
    "requests fail": Fault(changed(errors=0.2), "serving", "serving"),
    "every pod is slow": Fault(changed(slow=dict.fromkeys(PODS, 0.5)), "serving", "serving"),
    "an engine hangs": Fault(changed(stalled=("b",)), "serving", "serving"),
    "all targets are down": Fault(changed(up=False), "serving", "serving"),
}
DATA: Final[Mapping[str, Fault]] = {
    "the pipeline stands still": Fault(changed(refreshed=False), "data", "pipeline", 2 * HOUR),
    "a feature drifts": Fault(changed(scores={"age": 2.0}), "data", "virtual_drift"),
    "all features drift": Fault(changed(scores=MANY_DRIFT), "data", "virtual_drift"),
    "the mix of labels drifts": Fault(changed(mix=1.5), "data", "virtual_drift"),
}
MODEL: Final[Mapping[str, Fault]] = {
    "a bad version is deployed": Fault(_deployed_badly, "model", "deploy"),
    "the world has changed": Fault(changed(bad=0.4, scores={"age": 2.0}), "model", "concept_drift"),
    "the artefact is corrupt": Fault(changed(bad=0.4), "model", "unexplained"),
    "a slice is bad": Fault(changed(bad_of={"fr": 0.9}, bad=0.001), "model", "unexplained"),
}
FALSE_PAGES: Final[Mapping[str, Fault]] = {
    "the detector moved": Fault(changed(scores=MANY_DRIFT, detector="2"), "none", "none", 40 * MINUTE),
    "labels are late": Fault(changed(bad=0.4, judged=0.2), "none", "none", 50 * MINUTE),
    "replicas warm up": Fault(_warming_up, "none", "none", 40 * MINUTE),
    "it is Monday": Fault(changed(scores=MANY_DRIFT), "none", "none", 40 * MINUTE),
}
SEASON: Final = "it is Monday"
"""The fault that was there at this hour in the weeks before, too."""

MISSING: Final[Mapping[str, Fault]] = {
    "nothing counts requests": Fault(changed(silent=("http_requests_total",)), "unknown", "unknown"),
    "drift without labels": Fault(
        changed(scores={"age": 2.0}, judged=0.0), "data", "unclassified_drift", 2 * HOUR
    ),
    "no labels": Fault(changed(silent=("ml_quality_evaluations_total",)), "unknown", "unknown", 2 * HOUR),
    "nobody tells of a deploy": Fault(
        changed(bad=0.4, silent=("ml_model_deployed_timestamp_seconds",)), "model", "unknown"
    ),
    "no detector": Fault(changed(silent=("ml_drift_score",)), "unknown", "unknown"),
}
ALL: Final[Mapping[str, Fault]] = {**SERVING, **DATA, **MODEL, **FALSE_PAGES, **MISSING}


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
        return [*usual_of(season, MANY_DRIFT), *series_of(self.events, EPOCH, self.end)]


def course() -> Course:
    """The faults in their slots."""
    events, moments = [], {}
    for slot, (name, fault) in enumerate(ALL.items(), start=1):
        begin = EPOCH + slot * SLOT + HOUR
        events.append(Event(begin, begin + fault.lasts, fault.change))
        moments[name] = begin + fault.lasts - MINUTE
    return Course(events, moments, EPOCH + (len(ALL) + 2) * SLOT)
