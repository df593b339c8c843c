"""How a service with a model is at a moment, and what a change makes of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

PODS: Final = ("a", "b", "c")
FEATURES: Final = ("age", "amount", "country", "device")
COUNTRIES: Final = ("de", "fr")
"""The slices by which predictions are judged."""


class State(Struct, frozen=True):
    """How the service is at a moment; ``at`` is that moment, in seconds since 1970."""

    at: float
    errors: float = 0.0001
    """Of requests, the share that fails."""
    slow: Mapping[str, float] = field(default_factory=dict)
    """Of the requests of a pod, the share that is slow."""
    ready: Mapping[str, float] = field(default_factory=dict)
    """Since when a pod is ready, if it is a new one."""
    stalled: tuple[str, ...] = ()
    """Pods whose engines hang."""
    up: bool = True
    traffic: float = 1.0
    """Of the usual requests, the share that comes."""
    unguarded: float = 0.0
    """Of the checks of the guardrail, the share that lets pass what it could not look at."""
    bad: float = 0.002
    """Of judged predictions, the share that is bad."""
    bad_of: Mapping[str, float] = field(default_factory=dict)
    """The same, of one slice."""
    judged: float = 1.0
    """Of predictions, the share whose labels come, in their time."""
    refreshed: bool = True
    """Whether the pipeline succeeds."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """The drift score of a feature, where it is not low."""
    mix: float = 0.2
    """The drift score of labels."""
    detector: str = "1"
    version: str = "1"
    deployed: float = 0.0
    silent: tuple[str, ...] = ()
    """Metrics that nobody exports."""


Change: TypeAlias = Callable[[State, float], State]
"""What becomes of a state by what is there since a moment, in seconds since 1970."""


def changed(**what: object) -> Change:
    """A change of some of how the service is."""
    return lambda state, _since: replace(state, **what)
