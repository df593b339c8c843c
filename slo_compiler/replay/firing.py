"""From where the expression of an alert yields to when it waits and fires."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from slo_compiler.quantities import Seconds
from slo_compiler.replay.grid import Grid, Mask
from slo_compiler.replay.inhibit import Timeline
from slo_compiler.replay.spans import fired, spans_of, until, without


class Yielding(Struct, frozen=True, eq=False):
    """An alert, and at which evaluations its expression yields: ``holds`` has a row for each group."""

    name: str
    labels: Mapping[str, str]
    hold: Seconds
    keep_firing_for: Seconds
    holds: Mask


def fire(alert: Yielding, row: int, grid: Grid) -> Timeline:
    """What Prometheus makes of one group of an alert: it waits, fires, and is kept."""
    holds = spans_of(alert.holds[row], grid)
    firing = until(fired(holds, _whole(alert.hold, grid), _whole(alert.keep_firing_for, grid)), grid.end)
    return Timeline(
        alert=alert.name,
        labels={**alert.labels, "alertname": alert.name},
        holds=holds,
        pending=without(holds, firing),
        firing=firing,
    )


def _whole(seconds: Seconds, grid: Grid) -> float:
    """The time until the first evaluation that is at least so much later."""
    return grid.ticks(float(seconds)) * grid.interval
