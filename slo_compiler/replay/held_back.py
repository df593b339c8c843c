"""What of a service's alerts was held back, by whom, and for how long; in names that a reader knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from slo_compiler.model import labels
from slo_compiler.replay.grid import Span, Spans
from slo_compiler.replay.inhibit import Holder, Timeline
from slo_compiler.replay.score import ABSENT
from slo_compiler.replay.spans import union
from slo_compiler.rules import names


class HeldBack(Struct, frozen=True):
    """An alert that a guard held back, or pages of other SLOs.

    ``after`` is how long after the onset it was held back first, ``lasted`` for how long in all.
    """

    alert: str
    by: str
    after: float
    lasted: float


def held_back(timelines: Sequence[Timeline], incident: Span) -> Iterator[HeldBack]:
    """What was held back since the onset of an incident; not by a faster alert of the same SLO."""
    found: defaultdict[tuple[str, str], list[Spans]] = defaultdict(list)
    for timeline in timelines:
        for holder in timeline.holders:
            if holder.guard is not None or about(holder.labels) != about(timeline.labels):
                found[name_of(timeline), _named(holder)].append(holder.spans)
    for (alert, by), spans in found.items():
        since = [span for span in union(spans) if span.end > incident.begin]
        if since:
            lasted = sum(span.length for span in since)
            yield HeldBack(alert, by, since[0].begin - incident.begin, lasted)


def about(labelled: Mapping[str, str]) -> str:
    """The SLO or signal that an alert is about, without its service."""
    return labelled.get(labels.SLO) or labelled.get(labels.SIGNAL, "")


def name_of(timeline: Timeline) -> str:
    """What an alert is called among those of a service: what it is about, and its tier or name."""
    if timeline.alert == names.ABSENT_ALERT:
        return f"{about(timeline.labels)} {ABSENT}"
    return f"{about(timeline.labels)} {timeline.labels.get(labels.BURN_TIER, timeline.alert)}"


def _named(holder: Holder) -> str:
    """A guard by its kind, and whatever else by what pages."""
    return holder.guard or f"pages of {about(holder.labels)}"
