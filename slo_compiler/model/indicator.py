"""Service level indicators: what is counted, and which of it is bad."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from slo_compiler.model.expression import Expression
from slo_compiler.quantities import Seconds


@dataclass(frozen=True, slots=True)
class Bad:
    """The events that spend error budget."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Good:
    """The events that do not: bad ones are what is missing from the total."""

    expression: Expression


Counted: TypeAlias = Bad | Good


@dataclass(frozen=True, slots=True)
class Ratio:
    """Bad or good events over all events, each the selector of a counter."""

    counted: Counted
    total: Expression


@dataclass(frozen=True, slots=True)
class Latency:
    """Requests answered within a threshold, from a histogram.

    ``threshold`` is in the histogram's own unit and, in a classic histogram, the bound of one of its buckets;
    ``written`` is how the author put it.
    """

    histogram: Expression
    threshold: Fraction
    written: str
    native: bool


@dataclass(frozen=True, slots=True)
class Events:
    """Bad or good events over all events, each any PromQL expression with a ``[$window]`` placeholder."""

    counted: Counted
    total: Expression


@dataclass(frozen=True, slots=True)
class ErrorRatio:
    """One PromQL expression with a ``[$window]`` placeholder that already is the ratio of errors, 0 to 1.

    Nothing says how many events stand behind it, so every moment weighs the same.
    """

    expression: Expression


@dataclass(frozen=True, slots=True)
class Probe:
    """Samples of a gauge that is 1 while all is well and 0 while it is not, such as ``up``."""

    gauge: Expression


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A slice of time is good while the gauge is at or above the bound."""

    bound: Fraction


@dataclass(frozen=True, slots=True)
class AtMost:
    """A slice of time is good while the gauge is at or below the bound."""

    bound: Fraction


@dataclass(frozen=True, slots=True)
class Threshold:
    """Slices of time in which a gauge is on the right side of a bound."""

    gauge: Expression
    bound: AtLeast | AtMost


@dataclass(frozen=True, slots=True)
class Freshness:
    """Slices of time in which the newest success, a Unix time in seconds, is younger than ``max_age``."""

    timestamp: Expression
    max_age: Seconds


Indicator: TypeAlias = Ratio | Latency | Events | ErrorRatio | Probe | Threshold | Freshness
