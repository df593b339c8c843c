"""A guard, as rules/signals/guarding.py says, on arrays: it holds back for so long, and then it is stuck."""

from __future__ import annotations

import math
from collections.abc import Iterator

from slo_compiler.model.guard import GuardKind
from slo_compiler.quantities import Seconds
from slo_compiler.replay.grid import Grid, Mask
from slo_compiler.replay.signals.looking import number_within
from slo_compiler.replay.signals.yields import Yields
from slo_compiler.rules import names


def guard(kind: GuardKind, subject: str, condition: Mask, most: Seconds, grid: Grid) -> Iterator[Yields]:
    """The guard and the alert that it is stuck, of what has a condition for a row of each group."""
    enough = math.ceil(most / Seconds(grid.interval))
    seen = number_within(condition, grid.times, grid.times, 2 * float(most))
    exhausted = seen >= enough
    yield Yields(subject, names.guard_alert(kind), condition & ~exhausted, kind.value)
    yield Yields(subject, names.STUCK_GUARD_ALERT, condition & exhausted, kind.value)
