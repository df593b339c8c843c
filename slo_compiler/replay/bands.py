"""The bands of a picture of a service: one for each alert that fires, and each guard that holds back one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from msgspec import Struct

from slo_compiler.model.alerting import Severity
from slo_compiler.model.labels import SEVERITY
from slo_compiler.quantities import approximate_duration
from slo_compiler.replay.grid import Span, Spans
from slo_compiler.replay.held_back import about, held_back, name_of
from slo_compiler.replay.inhibit import Timeline
from slo_compiler.replay.spans import both, union, without


class Band(Struct, frozen=True):
    """An alert, all its groups or slices in one: heard while any of them is.

    ``said`` is what held it back most and for how long; empty where nothing but a faster alert did.
    """

    label: str
    about: str
    firing: Spans
    heard: Spans
    guard: bool = False
    said: str = ""

    @property
    def held_back(self) -> Spans:
        """When it fired and nobody heard of it."""
        return without(self.firing, self.heard)


def bands(all_timelines: Iterable[Timeline], onset: Span, view: Span) -> list[Band]:
    """Pages, tickets and then guards, each kind as it first fires.

    Args:
        all_timelines: of the service.
        onset: from when on it matters for how long an alert was held back.
        view: what is seen of them.
    """
    timelines = [each for each in all_timelines if both(each.firing, (view,))]
    alerts = {name_of(each): each for each in timelines if SEVERITY in each.labels}
    order = [severity.value for severity in Severity]
    shown = [
        _band(name, [each for each in timelines if name_of(each) == name], onset, view) for name in alerts
    ]
    ranks = {name_of(each): order.index(each.labels[SEVERITY]) for each in alerts.values()}
    ranked = sorted(zip(alerts, shown, strict=True), key=lambda each: (ranks[each[0]], each[1].firing[0]))
    return [*(band for _, band in ranked), *_guards(timelines, view)]


def _band(name: str, timelines: Iterable[Timeline], onset: Span, view: Span) -> Band:
    timelines = list(timelines)
    held = max(held_back(timelines, onset), key=lambda each: each.lasted, default=None)
    return Band(
        label=f"{name} {timelines[0].labels[SEVERITY]}",
        about=about(timelines[0].labels),
        firing=both(union(each.firing for each in timelines), (view,)),
        heard=both(union(each.heard for each in timelines), (view,)),
        said=f"held back {approximate_duration(Fraction(held.lasted))} by {held.by}" if held else "",
    )


def _guards(timelines: Iterable[Timeline], view: Span) -> Iterator[Band]:
    """The guards that hold back anything, while they fire."""
    holding = dict.fromkeys(
        (holder.alert, about(holder.labels), holder.guard)
        for each in timelines
        for holder in each.holders
        if holder.guard is not None
    )
    for alert, subject, kind in holding:
        firing = union(
            each.firing for each in timelines if each.alert == alert and about(each.labels) == subject
        )
        seen = both(firing, (view,))
        yield Band(f"guard {kind}", subject, seen, seen, guard=True)
