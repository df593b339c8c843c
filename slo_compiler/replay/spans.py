"""Spans of time in which something holds, and what an alert makes of them: it waits, fires, and is kept.

Source: ``AlertingRule.Eval`` in Prometheus's ``rules/alerting.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from slo_compiler.replay.grid import Grid, Mask, Span, Spans


def spans_of(holds: Mask, grid: Grid) -> Spans:
    """The spans in which a condition holds, from its first evaluation to the first at which it does not.

    One that still holds at the last evaluation ends an interval after it.
    """
    changes = np.flatnonzero(np.diff(holds, prepend=False, append=False))
    times = (grid.start + grid.interval * changes).tolist()
    return tuple(Span(begin, end) for begin, end in zip(times[::2], times[1::2], strict=True))


def fired(spans: Spans, hold: float, keep: float) -> Spans:
    """When an alert fires whose condition holds in some spans.

    Args:
        spans: when its condition holds.
        hold: its ``for``, which it waits before it fires.
        keep: its ``keep_firing_for``. As long as it is kept it fires, and need not wait again.
    """
    firing: list[Span] = []
    for span in spans:
        if firing and span.begin <= firing[-1].end:
            firing[-1] = Span(firing[-1].begin, max(firing[-1].end, span.end + keep))
        elif span.length > hold:
            firing.append(Span(span.begin + hold, span.end + keep))
    return tuple(firing)


def until(spans: Spans, end: float) -> Spans:
    """The spans as far as they lie before an end."""
    return tuple(Span(span.begin, min(span.end, end)) for span in spans if span.begin < end)


def union(many: Iterable[Spans]) -> Spans:
    """When at least one of many holds."""
    return fired(tuple(sorted(span for spans in many for span in spans)), 0, 0)


def both(spans: Spans, others: Spans) -> Spans:
    """When one of the first and one of the second hold."""
    return tuple(_overlaps(spans, others))


def without(spans: Spans, others: Spans) -> Spans:
    """The first as far as they are not in the second."""
    edges = [-np.inf, *(edge for other in others for edge in (other.begin, other.end)), np.inf]
    free = tuple(Span(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True))
    return both(spans, free)


def _overlaps(spans: Spans, others: Spans) -> Iterator[Span]:
    """In one pass over both: what ends first is done with."""
    mine, theirs = 0, 0
    while mine < len(spans) and theirs < len(others):
        begin = max(spans[mine].begin, others[theirs].begin)
        end = min(spans[mine].end, others[theirs].end)
        if begin < end:
            yield Span(begin, end)
        if spans[mine].end <= others[theirs].end:
            mine += 1
        else:
            theirs += 1
