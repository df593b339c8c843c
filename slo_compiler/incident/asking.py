"""How the room asks: PromQL to samples, by whoever answers; and what a sample is in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from slo_compiler.model import labels
from slo_compiler.prometheus.answers import Sample
from slo_compiler.quantities import approximate_duration, format_decimal, format_percent

Answer: TypeAlias = Sequence[Sample]
"""The rows of an instant query, none where nothing is known."""

Ask: TypeAlias = Callable[[str], Answer]
"""An instant query at the moment that is looked at. Raises ``Unanswered``."""

_UNLIKELY: Final = 1e15


class Unanswered(Exception):  # noqa: N818 a query that was asked and not answered
    """Somebody answered that the query cannot be answered; the message says why.

    ``check`` is the id under which docs/checks.md explains it, where that is known.
    """

    def __init__(self, message: str, check: str = "") -> None:
        """Why there is no answer."""
        super().__init__(message)
        self.check = check


def numbers(answer: Answer) -> list[Sample]:
    """The rows whose value is a number that can be compared."""
    return [sample for sample in answer if math.isfinite(sample.value)]


def largest(answer: Answer) -> Sample | None:
    """The row of the largest number; None where there is none."""
    return max(numbers(answer), key=lambda sample: sample.value, default=None)


def smallest(answer: Answer) -> Sample | None:
    """The row of the smallest number; None where there is none."""
    return min(numbers(answer), key=lambda sample: sample.value, default=None)


def told_by(sample: Sample, hidden: Iterable[str] = ()) -> str:
    """The labels that tell the row from others, such as ``region eu``; empty where none does."""
    dropped = {"__name__", *labels.IDENTITY, *labels.OF_SIGNALS, *hidden}
    return ", ".join(
        f"{name} {value}" for name, value in sorted(sample.labels.items()) if name not in dropped
    )


def percent(value: float) -> str:
    """A ratio as a percentage of three digits."""
    return format_percent(Fraction(value), digits=3) if _is_likely(value) else f"{as_it_is(100 * value)}%"


def decimal(value: float) -> str:
    """A number of three digits."""
    return format_decimal(Fraction(value), digits=3) if _is_likely(value) else as_it_is(value)


def duration(seconds: float) -> str:
    """A length of time for a human; what lies ahead, as of a clock that is wrong, is none."""
    if not _is_likely(seconds):
        return f"{as_it_is(seconds)} seconds"
    return approximate_duration(Fraction(max(seconds, 0.0)))


def as_it_is(value: float) -> str:
    """A number that nothing can be made of, nearly as Prometheus writes it: ``NaN``, ``+Inf``, ``1e+300``."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if math.isnan(value) else f"{value:.3g}"


def _is_likely(value: float) -> bool:
    """Whether it is worth being written out, and not what is left of an overflow or a division by zero."""
    return abs(value) < _UNLIKELY
