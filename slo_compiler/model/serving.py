"""How a service serves: engines, the autoscaler and the queue, where the spec says how they are seen."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from slo_compiler.model.expression import Expression
from slo_compiler.quantities import Seconds

ENGINE: Final = ("instance",)
"""The labels that Prometheus itself gives each engine that it scrapes."""


class Engines(Struct, frozen=True):
    """Engines that make progress while they have requests, or are stalled."""

    running: Expression
    """The gauge of requests in progress."""
    progress: Expression
    """The counter of what they are working off, such as tokens."""
    by: tuple[str, ...] = ENGINE
    """The labels that tell one engine from another."""
    stalled_after: Seconds | None = None
    """How long without progress is too long; the base window where it is not said."""


class Queue(Struct, frozen=True):
    """The two counters of seconds, or of any other unit, of which one is a part of the other."""

    time: Expression
    total: Expression


class Serving(Struct, frozen=True):
    """What a spec says of serving; None is not watched."""

    engines: Engines | None = None
    replicas: Expression | None = None
    """The gauge of the replicas that the autoscaler wants."""
    waiting: Expression | None = None
    """The gauge of requests that wait."""
    utilisation: Expression | None = None
    """The gauge of how busy each accelerator is, in any unit."""
    queue: Queue | None = None
