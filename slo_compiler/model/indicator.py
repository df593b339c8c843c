"""Service level indicators: what is counted, and which of it is bad."""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.model.contract import ORIGIN
from slo_compiler.model.expression import Expression
from slo_compiler.quantities import Seconds


class Bad(Struct, frozen=True):
    """The events that spend error budget."""

    expression: Expression


class Good(Struct, frozen=True):
    """The events that do not: bad ones are what is missing from the total."""

    expression: Expression


Counted: TypeAlias = Bad | Good


class Ratio(Struct, frozen=True):
    """Bad or good events over all events, each the selector of a counter."""

    counted: Counted
    total: Expression


class Latency(Struct, frozen=True):
    """Requests answered within a threshold, from a histogram.

    ``threshold`` is in the histogram's own unit and, in a classic histogram, the bound of one of its buckets;
    ``written`` is how the author put it.
    """

    histogram: Expression
    threshold: Fraction
    written: str
    native: bool


class Events(Struct, frozen=True):
    """Bad or good events over all events, each any PromQL expression with a ``[$window]`` placeholder."""

    counted: Counted
    total: Expression


class ErrorRatio(Struct, frozen=True):
    """One PromQL expression with a ``[$window]`` placeholder that already is the ratio of errors, 0 to 1.

    Nothing says how many events stand behind it, so every moment weighs the same.
    """

    expression: Expression


class Probe(Struct, frozen=True):
    """Samples of a gauge that is 1 while all is well and 0 while it is not, such as ``up``."""

    gauge: Expression


class AtLeast(Struct, frozen=True):
    """A slice of time is good while the gauge is at or above the bound."""

    bound: Fraction


class AtMost(Struct, frozen=True):
    """A slice of time is good while the gauge is at or below the bound."""

    bound: Fraction


class Threshold(Struct, frozen=True):
    """Slices of time in which a gauge is on the right side of a bound."""

    gauge: Expression
    bound: AtLeast | AtMost


class Freshness(Struct, frozen=True):
    """Slices of time in which the newest success, a Unix time in seconds, is younger than ``max_age``."""

    timestamp: Expression
    max_age: Seconds


class LabelMode(enum.Enum):
    """When a judged prediction is counted."""

    ARRIVAL = "arrival"
    """When its label arrives: nothing is missing from a window, though predictions of many ages are in it."""
    COHORT = "cohort"
    """At the time it was made: the newest predictions have no labels yet, so that they are looked at late."""


_NO_SHIFT: Final = Fraction(0)


class Labelling(Struct, frozen=True):
    """How late ground truth comes, and how much of it there has to be."""

    mode: LabelMode = LabelMode.ARRIVAL
    lag: Seconds | None = None
    """How long after a prediction its label has usually come."""
    completeness: Fraction = Fraction(4, 5)
    """The share of predictions that have to be labelled before quality means anything."""

    @property
    def shift(self) -> Seconds:
        """How far back quality is looked at."""
        return self.lag or _NO_SHIFT if self.mode is LabelMode.COHORT else _NO_SHIFT


class Quality(Struct, frozen=True):
    """Judged predictions that do not meet the quality threshold, over all judged predictions.

    ``slices`` are labels by each of whose values a slice is paged for, when it is surely bad.
    """

    judged: Ratio
    labelling: Labelling = Labelling()
    slices: tuple[str, ...] = ()


class Guardrail(Struct, frozen=True):
    """Checks that a guardrail did not make, for it failed or failed open, over all its checks.

    What is None is not known, and not watched.
    """

    checks: Ratio
    fail_open: Expression | None = None
    """The counter of checks that were not made, and let pass what they were to look at."""
    blocked: Expression | None = None
    """The counter of checks that kept something out."""
    traffic: Expression | None = None
    """The counter of requests, each of which is to be checked."""
    origin: str = ORIGIN
    """The label that says where what was checked came from: a user, a retrieved text, a tool."""


Indicator: TypeAlias = (
    Ratio | Latency | Events | ErrorRatio | Probe | Threshold | Freshness | Quality | Guardrail
)


def ratio_of(indicator: Indicator) -> Ratio | None:
    """The two counters that an indicator is the ratio of, if it is one."""
    match indicator:
        case Ratio():
            return indicator
        case Quality(judged=ratio) | Guardrail(checks=ratio):
            return ratio
        case _:
            return None
