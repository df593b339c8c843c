"""Whether the values of a gauge can be what an indicator takes them for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model.indicator import Freshness, Probe
from slo_compiler.verify.looking import Looked
from slo_compiler.verify.metrics import Metrics
from slo_compiler.verify.selecting import label_matchers, selected

_YEAR_1980: Final = 315_532_800
_YEAR_2200: Final = 7_258_118_400


def check_values(looked: Looked, name: str, metrics: Metrics) -> Iterator[Diagnostic]:
    """A probe that is neither 0 nor 1, and a time that is none in seconds since 1970."""
    if looked.slo is None:
        return
    found = selected(metrics.of(name), label_matchers(looked.selector), metrics, looked.release)
    values = [series.value for series in found if series.value is not None]
    match looked.slo.indicator:
        case Freshness():
            yield from _check_times(looked, name, values)
        case Probe():
            yield from _check_flags(looked, name, values)


def _check_times(looked: Looked, name: str, values: list[float]) -> Iterator[Diagnostic]:
    # 0 stands for never, and is older than any max_age.
    odd = [value for value in values if value != 0 and not _YEAR_1980 <= value <= _YEAR_2200]
    if odd:
        unit = "milliseconds" if odd[0] > _YEAR_2200 else "an age"
        consequence = "it would never be stale" if odd[0] > _YEAR_2200 else "it would always be stale"
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
