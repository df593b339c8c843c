"""Whether the values of a gauge can be what the rules take them for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.verify.looking import Looked, Value
from slo_compiler.verify.metrics import Metrics
from slo_compiler.verify.selecting import label_matchers, selected

_YEAR_1980: Final = 315_532_800
_YEAR_2200: Final = 7_258_118_400


def check_values(looked: Looked, name: str, metrics: Metrics) -> Iterator[Diagnostic]:
    """A flag that is neither 0 nor 1, and a time that is none in seconds since 1970."""
    found = selected(metrics.of(name), label_matchers(looked.selector), metrics, looked.release)
    values = [series.value for series in found if series.value is not None]
    match looked.value:
        case Value.TIME:
            yield from _check_times(looked, name, values)
        case Value.FLAG:
            yield from _check_flags(looked, name, values)
        case None:
            return
        case _:
            assert_never(looked.value)


def _check_times(looked: Looked, name: str, values: list[float]) -> Iterator[Diagnostic]:
    # 0 stands for never, and is older than any max_age.
    odd = [value for value in values if value != 0 and not _YEAR_1980 <= value <= _YEAR_2200]
    if odd:
        is_late = odd[0] > _YEAR_2200
        unit = "milliseconds" if is_late else "an age"
        stale = f"it would {'never' if is_late else 'always'} be stale"
        consequence = looked.consequence if looked.slo is None else stale
        yield error(
            looked.position,
            "verify/unit",
            f"{name} is {odd[0]:.15g}, which is no time in seconds since 1970 but looks like {unit}: "
            f"{consequence}; divide it where it is recorded",
        )


def _check_flags(looked: Looked, name: str, values: list[float]) -> Iterator[Diagnostic]:
    odd = [value for value in values if value not in (0, 1)]
    if odd:
        yield error(
            looked.position,
            "verify/type",
            f"{name} is {odd[0]:.15g}, and a probe is 1 or 0: errors would be counted wrong; use a threshold",
        )
