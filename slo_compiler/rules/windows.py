"""Windows added up from earlier windows: the PromQL of every window that is not read from raw series.

Counts are added, never ratios, and errors and events in the same way, so that their quotient is exact.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Final, assert_never

from slo_compiler.burnrate.windows import Pace, Raw, RunningSum, Tiles, Window, Windows
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import DAY, Seconds, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.layout import block, chain, terms

NOW: Final = Fraction(0)
"""The offset of what ends now."""


def errors(window: Window, windows: Windows, slo: Slo) -> str:
    """The errors within a window. What is missing, before the first sample or in a gap, counts as none."""
    return _counted(names.errors, window, windows, slo)


def events(window: Window, windows: Windows, slo: Slo) -> str:
    """The events within a window.

    Where the series is younger than the window, the time before it counts as error-free, at the traffic seen
    since: a first deployment does not page for a history it has not got.
    """
    return _filled_up(_counted(names.events, window, windows, slo), window.length, windows, slo)


def errors_of_period(windows: Windows, slo: Slo) -> str:
    """The errors within the SLO's period."""
    return _running_sum(names.errors, slo.period, windows, slo)


def events_of_period(windows: Windows, slo: Slo) -> str:
    """The events within the SLO's period."""
    return _filled_up(_running_sum(names.events, slo.period, windows, slo), slo.period, windows, slo)


def _filled_up(counted: str, length: Seconds, windows: Windows, slo: Slo) -> str:
    """What was counted, where the series is as old as the window, and else its average.

    Tiles too are taken only then: one from the first minutes of the series was itself filled up, from a base
    window that had hardly begun.
    """
    samples = _base_samples(names.events, windows.history(length), windows, slo)
    window = format_duration(length)
    before = format_duration(min(length, DAY))
    per_window = format_decimal(length / windows.base)
    guard = f"last_over_time({samples}[{before}] offset {window})"
    known = block(chain("and", block(counted) if "\n" in counted else counted, guard))
    return chain("or", known, f"avg_over_time({samples}[{window}]) * {per_window}")


def _counted(metric: names.WindowMetric, window: Window, windows: Windows, slo: Slo) -> str:
    match window.source:
        case Tiles(lengths=lengths):
            gaps = _despite_gaps(metric, window.length, lengths[0], windows, slo)
            return chain("or", block(_tiles(metric, lengths, slo)), gaps)
        case RunningSum():
            return _running_sum(metric, window.length, windows, slo)
        case Raw():
            raise ValueError(f"the window of {window.length} s is read from raw series")
        case _:
            assert_never(window.source)


def _tiles(metric: names.WindowMetric, lengths: tuple[Seconds, ...], slo: Slo) -> str:
    """The window as a sum of its tiles; nothing when one of them is missing."""
    offsets = itertools.accumulate(lengths, initial=NOW)
    return terms(
        "+",
        *(
            names.series(metric(length), slo) + _offset(offset)
            for length, offset in zip(lengths, offsets, strict=False)
        ),
    )


def _despite_gaps(
    metric: names.WindowMetric, length: Seconds, newest: Seconds, windows: Windows, slo: Slo
) -> str:
    """The window where a tile is missing. One of days still has its newest tile, so that it is not late."""
    if length < DAY:
        return _running_sum(metric, length, windows, slo)
    tile = names.series(metric(newest), slo)
    rest = _running_sum(metric, length - newest, windows, slo, offset=newest)
    return chain("or", block(terms("+", tile, rest)), tile)


def _running_sum(
    metric: names.WindowMetric, length: Seconds, windows: Windows, slo: Slo, *, offset: Seconds = NOW
) -> str:
    pace = windows.history(length)
    samples = _base_samples(metric, pace, windows, slo)
    total = f"sum_over_time({samples}[{format_duration(length)}]{_offset(offset)})"
    overlap = windows.overlap(pace)
    return f"{total} / {overlap}" if overlap > 1 else total


def _offset(offset: Seconds) -> str:
    return f" offset {format_duration(offset)}" if offset else ""


def _base_samples(metric: names.WindowMetric, pace: Pace, windows: Windows, slo: Slo) -> str:
    """The series of the base window that has a sample at every evaluation of a pace, fast or coarse."""
    base = metric(windows.base)
    return names.series(base if pace is Pace.FAST else names.coarse(base), slo)
