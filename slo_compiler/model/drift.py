"""Drifts: a detector says that a distribution has moved, which by itself is no incident."""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import Final

from msgspec import field

from slo_compiler.diagnostics import Position
from slo_compiler.model import contract
from slo_compiler.model.expression import Expression
from slo_compiler.model.place import Locate, nowhere
from slo_compiler.model.placed import Placed
from slo_compiler.model.runbook import Runbook
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import HOUR, Ratio, Seconds

BREADTH: Final = Fraction(1, 2)
"""When this share of the features drifts at once, it is the pipeline or schema, not the world."""

CADENCE: Final = HOUR

BY: Final = (contract.FEATURE, contract.SLICE)


class DriftKind(enum.Enum):
    """What has moved."""

    INPUT = "input"
    PREDICTION = "prediction"
    LABEL = "label"


class Drift(Placed, frozen=True):
    """One drift that is watched. A higher score is always worse.

    In a spec what is None is derived from the contract where the score is of it. Resolved, what is None is
    not there: without ``detector`` nobody can tell whether it moved, without ``last_run`` whether it lives.
    """

    name: str
    kind: DriftKind
    score: Expression
    position: Position
    threshold: Expression | Fraction | None = None
    quality: str | None = None
    """The name of the SLO that tells virtual drift from real drift."""
    breadth: Ratio = BREADTH
    by: tuple[str, ...] = BY
    """The labels that name what can drift: a feature, in a slice of the traffic."""
    detector: Expression | None = None
    """An info series whose labels change when the detector does."""
    last_run: Expression | None = None
    """When the detector last ran, in seconds since 1970."""
    cadence: Seconds = CADENCE
    """How often the detector runs."""
    runbook: Runbook = field(default_factory=Runbook)
    locate: Locate = nowhere

    @property
    def surface(self) -> Surface:
        """Whose owner looks first: but for predictions the data's, until quality is breached with it."""
        return Surface.MODEL if self.kind is DriftKind.PREDICTION else Surface.DATA
