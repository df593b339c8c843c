"""Windows added up from earlier windows: the PromQL of every window that is not read from raw series.

Counts are added, never ratios, and errors and events in the same way, so that their quotient is exact.
"""

from __future__ import annotations

from typing import assert_never

from slo_compiler.burnrate.windows import Pace, RunningSum, Tiles, Window, Windows
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import DAY, Seconds, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.layout import block, chain, terms


def errors(window: Window, windows: Windows, slo: Slo) -> str:
    """The errors within a window. What is missing, before the first sample or in a gap, counts as none."""
    running = _running_sum(names.errors(windows.base), window.length, window.pace, windows, slo)
    return _with_tiles(names.errors, window, running, slo)


def events(window: Window, windows: Windows, slo: Slo) -> str:
    """The events within a window.

    Where the series is younger than the window, the time before it counts as error-free, at the traffic seen
    since: a first deployment does not page for a history it has not got.
    """
    running = _running_sum(names.events(windows.base), window.length, window.pace, windows, slo)
    counted = _with_tiles(names.events, window, running, slo)
    return _filled_up(counted, window.length, window.pace, windows, slo)


def errors_of_period(windows: Windows, slo: Slo) -> str:
    """The errors within the SLO's period."""
    return _running_sum(names.errors(windows.base), slo.period, Pace.SLOW, windows, slo)


def events_of_period(windows: Windows, slo: Slo) -> str:
    """The events within the SLO's period."""
    running = _running_sum(names.events(windows.base), slo.period, Pace.SLOW, windows, slo)
    return _filled_up(running, slo.period, Pace.SLOW, windows, slo)


def _filled_up(counted: str, length: Seconds, pace: Pace, windows: Windows, slo: Slo) -> str:
    """What was counted, where the series is as old as the window, and else its average.

    Tiles too are taken only then: one from the first minutes of the series was itself filled up, from a base
    window that had hardly begun.
    """
    metric = names.events(windows.base)
    samples = names.series(_at(pace, metric), slo)
    window = format_duration(length)
    before = format_duration(min(length, DAY))
    per_window = format_decimal(length / windows.base)
    guard = f"last_over_time({samples}[{before}] offset {window})"
    known = block(chain("and", block(counted) if "\n" in counted else counted, guard))
    return chain("or", known, f"avg_over_time({samples}[{window}]) * {per_window}")


def _with_tiles(metric: names.WindowMetric, window: Window, otherwise: str, slo: Slo) -> str:
    match window.source:
        case Tiles(of=tile, count=count):
            return chain("or", block(_tiles(names.series(metric(tile), slo), tile, count)), otherwise)
        case RunningSum():
            return otherwise
        case _:
            raise ValueError(f"the window of {window.length} s is read from raw series")


def _tiles(series: str, tile: Seconds, count: int) -> str:
    """The window as a sum of its tiles; nothing when one of them is missing."""
    offsets = (f" offset {format_duration(tile * index)}" if index else "" for index in range(count))
    return terms("+", *(f"{series}{offset}" for offset in offsets))


def _running_sum(metric: str, length: Seconds, pace: Pace, windows: Windows, slo: Slo) -> str:
    samples = names.series(_at(pace, metric), slo)
    total = f"sum_over_time({samples}[{format_duration(length)}])"
    overlap = windows.overlap(pace)
    return f"{total} / {overlap}" if overlap > 1 else total


def _at(pace: Pace, metric: str) -> str:
    match pace:
        case Pace.FAST:
            return metric
        case Pace.SLOW:
            return names.coarse(metric)
        case _:
            assert_never(pace)
