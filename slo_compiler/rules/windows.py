"""Windows added up from earlier windows: the PromQL of every window that is not read from raw series.

Counts are added, never ratios, and errors and events in the same way, so that their quotient is exact.
All expressions are patterns, for the SLOs of a shape to fill in.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple, assert_never

from msgspec import Struct

from slo_compiler.burnrate.plan import Shape
from slo_compiler.burnrate.windows import Pace, Raw, RunningSum, Tiles, Window, Windows
from slo_compiler.quantities import DAY, Seconds, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.layout import block, chain, terms
from slo_compiler.rules.patterns import SHAPES

NOW: Final = Fraction(0)
"""The offset of what ends now."""


class Counts(NamedTuple):
    """Something of all events and of the errors of a window."""

    events: str
    errors: str


class Span(Struct, frozen=True):
    """A window over raw series, as PromQL writes it."""

    window: str
    seconds: str
    """Its length as a number."""
    reach: str
    """It and one scrape more."""
    reach_seconds: str
    step: str
    """Between two evaluations."""
    events: str
    """The metric of all events within it."""


class Recorded(NamedTuple):
    """A window that is recorded."""

    span: Span
    metrics: Counts
    added_up: Counts | None
    """The expressions; None where it is read from raw series."""


@lru_cache(maxsize=SHAPES)
def recorded(shape: Shape) -> tuple[Recorded, ...]:
    """The recorded windows of a shape."""
    return tuple(
        Recorded(
            span(window.length, shape.windows),
            Counts(names.events(window.length), names.errors(window.length)),
            None
            if isinstance(window.source, Raw)
            else Counts(events(window, shape.windows), errors(window, shape.windows)),
        )
        for window in shape.windows.recorded
    )


def span(length: Seconds, windows: Windows) -> Span:
    """A window of a plan's over raw series."""
    reach = length + windows.scrape_interval
    return Span(
        window=format_duration(length),
        seconds=format_decimal(length),
        reach=format_duration(reach),
        reach_seconds=format_decimal(reach),
        step=format_duration(windows.evaluation_interval),
        events=names.events(length),
    )


def copied(windows: Windows) -> tuple[str, str]:
    """The metrics that have a copy at the coarse pace."""
    return names.events(windows.base), names.errors(windows.base)


def errors(window: Window, windows: Windows) -> str:
    """The errors within a window. What is missing, before the first sample or in a gap, counts as none."""
    return _counted(names.errors, window, windows)


def events(window: Window, windows: Windows) -> str:
    """The events within a window.

    Where the series is younger than the window, the time before it counts as error-free, at the traffic seen
    since: a first deployment does not page for a history it has not got.
    """
    return _filled_up(_counted(names.events, window, windows), window.length, windows)


def errors_of_period(shape: Shape) -> str:
    """The errors within the period."""
    return _running_sum(names.errors, shape.period, shape.windows)


def events_of_period(shape: Shape) -> str:
    """The events within the period."""
    counted = _running_sum(names.events, shape.period, shape.windows)
    return _filled_up(counted, shape.period, shape.windows)


def _filled_up(counted: str, length: Seconds, windows: Windows) -> str:
    """What was counted, where the series is as old as the window, and else its average.

    Tiles too are taken only then: one from the first minutes of the series was itself filled up, from a base
    window that had hardly begun.
    """
    samples = _base_samples(names.events, windows.history(length), windows)
    window = format_duration(length)
    before = format_duration(min(length, DAY))
    per_window = format_decimal(length / windows.base)
    guard = f"last_over_time({samples}[{before}] offset {window})"
    known = block(chain("and", block(counted) if "\n" in counted else counted, guard))
    return chain("or", known, f"avg_over_time({samples}[{window}]) * {per_window}")


def _counted(metric: names.WindowMetric, window: Window, windows: Windows) -> str:
    match window.source:
        case Tiles(lengths=lengths) if window.length < DAY:
            return chain("or", block(_tiles(metric, lengths)), _running_sum(metric, window.length, windows))
        case Tiles(lengths=lengths):
            return _newest_and_rest(metric, window.length, lengths, windows)
        case RunningSum():
            return _running_sum(metric, window.length, windows)
        case Raw():
            raise ValueError(f"the window of {window.length} s is read from raw series")
        case _:
            assert_never(window.source)


def _tiles(metric: names.WindowMetric, lengths: tuple[Seconds, ...], *, offset: Seconds = NOW) -> str:
    """The sum of tiles, from an offset into the past; nothing when one of them is missing."""
    offsets = itertools.accumulate(lengths, initial=offset)
    return terms(
        "+",
        *(
            names.anybodys(metric(length)) + _offset(offset)
            for length, offset in zip(lengths, offsets, strict=False)
        ),
    )


def _newest_and_rest(
    metric: names.WindowMetric, length: Seconds, lengths: tuple[Seconds, ...], windows: Windows
) -> str:
    """A window of days: its newest tile, which no gap takes away, so that it is not late, and all before."""
    newest, *before = lengths
    tile = names.anybodys(metric(newest))
    rest = chain(
        "or",
        block(_tiles(metric, tuple(before), offset=newest)),
        _running_sum(metric, length - newest, windows, offset=newest),
        f"0 * {tile}",
    )
    return terms("+", tile, block(rest))


def _running_sum(
    metric: names.WindowMetric, length: Seconds, windows: Windows, *, offset: Seconds = NOW
) -> str:
    pace = windows.history(length)
    samples = _base_samples(metric, pace, windows)
    total = f"sum_over_time({samples}[{format_duration(length)}]{_offset(offset)})"
    overlap = windows.overlap(pace)
    return f"{total} / {overlap}" if overlap > 1 else total


def _offset(offset: Seconds) -> str:
    return f" offset {format_duration(offset)}" if offset else ""


def _base_samples(metric: names.WindowMetric, pace: Pace, windows: Windows) -> str:
    """The series of the base window that has a sample at every evaluation of a pace, fast or coarse."""
    base = metric(windows.base)
    return names.anybodys(base if pace is Pace.FAST else names.coarse(base))
