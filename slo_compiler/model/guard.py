"""Guards against the usual false pages: what they look at, and how long they may hold anything back."""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import Final

from msgspec import Struct, field

from slo_compiler.model.expression import Expression
from slo_compiler.quantities import DAY, HOUR, MINUTE, Seconds

REPLICA: Final = ("namespace", "pod")
"""The labels by which kube-state-metrics names a replica."""


class GuardKind(enum.Enum):
    """The false page that a guard is against; the value is the key in a spec and a label of its alerts."""

    DETECTOR_MOVED = "detector_moved"
    SPEC_MOVED = "spec_moved"
    LABEL_LAG = "label_lag"
    COLD_START = "cold_start"
    SEASONALITY = "seasonality"


class _Guard(Struct, frozen=True, kw_only=True):
    """``most`` is how long it may hold back, of any time twice as long: ``max`` in a spec."""

    asked: bool = False
    """Whether the author asked for it, so that missing evidence is an error, or it is on by default."""


class DetectorMoved(_Guard, frozen=True, kw_only=True):
    """The detector has a new reference, configuration, version or threshold: it moved, not the data."""

    most: Seconds = 6 * HOUR


class SpecMoved(_Guard, frozen=True, kw_only=True):
    """Our own rules of the drift were changed."""

    most: Seconds = 6 * HOUR


class LabelLag(_Guard, frozen=True, kw_only=True):
    """Labels come late, so that quality is computed of what happens to be labelled."""

    most: Seconds | None = None
    """None is the lag itself: labels that are late by as much again are not late, but missing."""
    joined: Expression | None = None
    """The counter of labels that were joined with their prediction."""
    predictions: Expression | None = None
    """The counter of predictions."""


class ColdStart(_Guard, frozen=True, kw_only=True):
    """Only replicas that have just become ready are slow."""

    most: Seconds = HOUR
    ready: Expression | None = None
    """When each replica became ready, in seconds since 1970."""
    restarts: Expression | None = None
    """The counter of each replica's container restarts."""
    by: tuple[str, ...] = REPLICA
    """The labels that name a replica, on these series as on those of the SLO."""
    warm_up: Seconds = 10 * MINUTE


class Seasonality(_Guard, frozen=True, kw_only=True):
    """The score is what it was at this hour of the week in the weeks before."""

    most: Seconds = 3 * DAY
    tolerance: Fraction = Fraction(13, 10)
    """How many times the usual score is still usual."""


class Guards(Struct, frozen=True):
    """The guards of a service; None is off."""

    detector_moved: DetectorMoved | None = field(default_factory=DetectorMoved)
    spec_moved: SpecMoved | None = field(default_factory=SpecMoved)
    label_lag: LabelLag | None = field(default_factory=LabelLag)
    cold_start: ColdStart | None = field(default_factory=ColdStart)
    seasonality: Seasonality | None = field(default_factory=Seasonality)
