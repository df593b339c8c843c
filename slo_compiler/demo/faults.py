"""What can go wrong with the service: four faults of each surface, a guardrail, and the usual false pages.

Each is a change of how the service is, at a strength that is typical or left to chance, with the surface and
the cause that triage has to name.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.demo.state import COUNTRIES, FEATURES, PODS, Change, State, changed

Choice = TypeVar("Choice")


class Strength(Protocol):
    """How strong a fault is, and what it strikes."""

    def between(self, low: float, high: float) -> float:
        """A number between two."""

    def one_of(self, choices: Sequence[Choice]) -> Choice:
        """One of what could be struck."""


class Typical(Struct, frozen=True):
    """The same each time, and plain to see."""

    part: float = 0.6

    def between(self, low: float, high: float) -> float:
        """A little above the middle."""
        return low + self.part * (high - low)

    def one_of(self, choices: Sequence[Choice]) -> Choice:
        """The one a little behind the middle."""
        return choices[int(self.part * len(choices))]


class Chance(Struct, frozen=True):
    """Another each time."""

    random: random.Random

    def between(self, low: float, high: float) -> float:
        """Any as likely as another."""
        return self.random.uniform(low, high)

    def one_of(self, choices: Sequence[Choice]) -> Choice:
        """As above."""
        return self.random.choice(choices)


Make: TypeAlias = Callable[[Strength], Change]

NOBODY: Final = "none"
"""The surface and the cause of a false page, and of a guardrail, which is evidence of none."""


class Fault(Struct, frozen=True):
    """What happens, and what triage has to say of it.

    ``says`` is what happens as one sentence. ``guard`` is the kind of guard that knows a false page, of which
    nobody is to be told; empty of all others.
    """

    surface: str
    cause: str
    says: str
    make: Make
    guard: str = ""

    @property
    def change(self) -> Change:
        """What becomes of the service where the fault is typical."""
        return self.make(Typical())


SEASON: Final[Mapping[str, float]] = dict.fromkeys(FEATURES, 3.0)
"""The drift of this hour in each of the weeks before: a fault that is no season is stronger."""


BACKLOG: Final = 45.0
"""Seconds for which labels still come of predictions that were made before they were late."""


def _bad_version(strength: Strength) -> Change:
    bad = strength.between(0.2, 0.9)
    return lambda state, since: replace(state, bad=bad, version="2", deployed=since)


def _moved_detector(strength: Strength) -> Change:
    """A move more is a new version each time: one that was there lately is no news."""
    scores = dict.fromkeys(FEATURES, strength.between(1.5, 9))
    return lambda state, since: replace(state, scores=scores, detector=f"2.{since:.0f}")


def _late_labels(strength: Strength) -> Change:
    """What comes at first is labels of predictions from before; only then it is those of bad ones alone."""
    bad, judged = strength.between(0.2, 0.9), strength.between(0.05, 0.3)

    def change(state: State, since: float) -> State:
        late = replace(state, judged=judged)
        return late if state.at < since + BACKLOG else replace(late, bad=bad)

    return change


def _warming_up(strength: Strength) -> Change:
    """Two of the replicas are new for as long as they are slow: they are replaced again and again."""
    slow = dict.fromkeys(PODS[:2], strength.between(0.7, 0.95))

    def change(state: State, _since: float) -> State:
        return replace(state, slow=slow, ready=dict.fromkeys(slow, state.at - 5))

    return change


SERVING: Final[Mapping[str, Fault]] = {
    "requests fail": Fault(
        "serving",
        "serving",
        "Every fifth request ends with a 503.",
        lambda strength: changed(errors=strength.between(0.05, 0.3)),
    ),
    "every pod is slow": Fault(
        "serving",
        "serving",
        "Most requests take longer than the 250ms that are promised, on all replicas.",
        lambda strength: changed(slow=dict.fromkeys(PODS, strength.between(0.3, 0.9))),
    ),
    "an engine hangs": Fault(
        "serving",
        "serving",
        "One replica holds requests and works nothing off; its errors and latency look well.",
        lambda strength: changed(stalled=(strength.one_of(PODS),)),
    ),
    "all targets are down": Fault(
        "serving",
        "serving",
        "The service is gone, and with it every metric: no data is no health.",
        lambda _: changed(up=False),
    ),
}
DATA: Final[Mapping[str, Fault]] = {
    "the pipeline stands still": Fault(
        "data",
        "pipeline",
        "Features are computed no more, and grow old.",
        lambda _: changed(refreshed=False),
    ),
    "a feature drifts": Fault(
        "data",
        "virtual_drift",
        "One feature is distributed as never before; predictions stay good.",
        lambda strength: changed(scores={strength.one_of(FEATURES): strength.between(1.1, 9)}),
    ),
    "all features drift": Fault(
        "data",
        "virtual_drift",
        "All features move at once, as after a change of schema upstream.",
        lambda strength: changed(scores=dict.fromkeys(FEATURES, strength.between(1.5, 9))),
    ),
    "the mix of labels drifts": Fault(
        "data",
        "virtual_drift",
        "Frauds become more frequent: the classes have other shares.",
        lambda strength: changed(mix=strength.between(1.1, 5)),
    ),
}
MODEL: Final[Mapping[str, Fault]] = {
    "a bad version is deployed": Fault(
        "model", "deploy", "Version 2 goes live and is wrong more than half the time.", _bad_version
    ),
    "the world has changed": Fault(
        "model",
        "concept_drift",
        "A feature drifts, and the model is wrong about it: real drift.",
        lambda strength: changed(
            bad=strength.between(0.2, 0.9), scores={strength.one_of(FEATURES): strength.between(1.5, 9)}
        ),
    ),
    "the artefact is corrupt": Fault(
        "model",
        "unexplained",
        "Predictions are wrong; nothing was deployed and nothing drifts.",
        lambda strength: changed(bad=strength.between(0.2, 0.9)),
    ),
    "a slice is bad": Fault(
        "model",
        "unexplained",
        "Predictions are wrong in one country alone.",
        lambda strength: changed(bad_of={strength.one_of(COUNTRIES): strength.between(0.4, 0.9)}),
    ),
}
GUARDRAIL: Final[Mapping[str, Fault]] = {
    "the guardrail fails open": Fault(
        NOBODY,
        NOBODY,
        "Every fifth payment note reaches the model unchecked; that is told of by itself, as security is.",
        lambda strength: changed(unguarded=strength.between(0.05, 0.3)),
    ),
}
FALSE_PAGES: Final[Mapping[str, Fault]] = {
    "the detector moved": Fault(
        NOBODY,
        NOBODY,
        "A new version of the drift detector scores everything higher: the monitor moved, not the data.",
        _moved_detector,
        "detector_moved",
    ),
    "labels are late": Fault(
        NOBODY,
        NOBODY,
        "Labels of bad predictions come first: quality over what is labelled so far looks bad.",
        _late_labels,
        "label_lag",
    ),
    "replicas warm up": Fault(
        NOBODY,
        NOBODY,
        "Two replicas are new, and slow until they are warm: mend it within a minute, as a longer cold start "
        "spends what a slower tier tells of.",
        _warming_up,
        "cold_start",
    ),
    "it is Monday": Fault(
        NOBODY,
        NOBODY,
        "All features drift, as they did at this hour in each of the last three weeks.",
        lambda _: changed(scores=SEASON),
        "seasonality",
    ),
}
FAULTS: Final[Mapping[str, Fault]] = {**SERVING, **DATA, **MODEL, **FALSE_PAGES}
"""Four of each surface and the four false pages, by their names."""
ALL: Final[Mapping[str, Fault]] = {**FAULTS, **GUARDRAIL}
"""All that can be done to the service of the demo."""
