"""The bounds of the buckets that are there, and how they are spelt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.presets.bounds import neighbours
from slo_compiler.promql.syntax import Matcher
from slo_compiler.quantities import format_decimal, is_number
from slo_compiler.verify.looking import Looked
from slo_compiler.verify.metrics import Series, label_values

_OTHER_UNITS: Final = (Fraction(1000), Fraction(1_000_000), Fraction(1, 1000), Fraction(1, 1_000_000))


def bounds_of(series: Iterable[Series]) -> dict[Fraction, list[str]]:
    """Each finite bound with its spellings, ascending."""
    found: dict[Fraction, list[str]] = {}
    for text in label_values(series, "le"):
        bound = _bound(text)
        if bound is not None:
            found.setdefault(bound, []).append(text)
    return dict(sorted(found.items()))


def _bound(text: str) -> Fraction | None:
    """The bound that a value of ``le`` is; None of ``+Inf`` and of what is none."""
    return Fraction(text) if is_number(text) and math.isfinite(float(text)) else None


def check_le(looked: Looked, name: str, matcher: Matcher, series: Sequence[Series]) -> Diagnostic:
    """What is wrong with a matcher of ``le`` that finds no bucket."""
    bounds = bounds_of(series)
    position = looked.position_of(matcher)
    bound = _bound(matcher.value)
    if bound in bounds:
        return error(
            position,
            "verify/le",
            f'{name} spells this bound le="{bounds[bound][0]}", and a matcher compares text: '
            f"{looked.consequence}; write {_found_by(bound, bounds[bound])}, or let the indicator latency "
            "find the bucket",
        )
    return no_bucket(position, name, bound, bounds, looked.consequence)


def _found_by(bound: Fraction, spellings: Sequence[str]) -> str:
    """The matcher that finds a bound however it is spelt here, and by Prometheus 3."""
    both = sorted({*spellings, f"{float(bound)}"})
    if len(both) == 1:
        return f'le="{both[0]}"'
    return f'le=~"{"|".join(both)}", for Prometheus 3 rewrites bounds as the latter'


def no_bucket(
    position: Position,
    name: str,
    bound: Fraction | None,
    bounds: dict[Fraction, list[str]],
    consequence: str,
) -> Diagnostic:
    """That no bucket ends at a bound: because its unit is another, or with the bounds that are near."""
    if bound is None:
        return error(position, "verify/bucket", f"{name} has no such bucket: {consequence}")
    written = format_decimal(bound, digits=17)
    for factor in _OTHER_UNITS:
        if bound * factor in bounds:
            other = format_decimal(bound * factor, digits=17)
            return error(
                position,
                "verify/unit",
                f"{name} has no bucket that ends at {written}, and one at {other}: its unit is another than "
                f"the name tells, so that {consequence}; write the threshold as a number in its own unit, "
                f"{other}",
            )
    near = " or ".join(
        format_decimal(each, digits=17) for each in neighbours(bound, tuple(bounds)) if each is not None
    )
    advice = f"choose {near}" if near else "it has none but +Inf"
    return error(
        position,
        "verify/bucket",
        f"{name} has no bucket that ends at {written}, so that {consequence}; {advice}",
    )
