"""How good the alerts of a plan are: the four measures of the SRE Workbook, and false alerts a month.

Precision is the share of alerts that an incident was worth, recall the share of incidents worth one that got
it, detection time how long that took, reset time how long it lasted after the end.
Source: Google, The Site Reliability Workbook, chapter 5, "Alerting Considerations".
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.model.alerting import Severity
from slo_compiler.model.labels import BURN_TIER, SEVERITY
from slo_compiler.replay.grid import Span, Spans
from slo_compiler.replay.inhibit import Timeline

ABSENT: Final = "absent"


class Alerted(Struct, frozen=True):
    """A notification: an alert that began to be heard."""

    source: str
    """A tier, ``absent`` for the alert about absence, or what else it is called."""
    severity: Severity
    at: float


class Outcome(Struct, frozen=True):
    """What became of one incident: what it was worth, what was heard of it, and for how long.

    ``onset`` and ``end`` are of the incident; ``resolved`` is when the last alert of the severity that it was
    worth resolved.
    """

    worth: Severity | None
    onset: float
    end: float
    heard: tuple[Alerted, ...]
    resolved: float | None

    @property
    def detected(self) -> float | None:
        """How long after its onset the incident had the alert it was worth; None if it never had."""
        return next(
            (
                each.at - self.onset
                for each in self.heard
                if self.worth and _enough(each.severity, self.worth)
            ),
            None,
        )

    @property
    def reset(self) -> float | None:
        """How long after its end the alert that it was worth resolved."""
        return None if self.detected is None or self.resolved is None else max(self.resolved - self.end, 0.0)

    @property
    def right(self) -> int:
        """How many of the notifications it was worth."""
        return sum(self.worth is not None and _enough(self.worth, each.severity) for each in self.heard)


class Measures(Struct, frozen=True):
    """The four measures over many incidents; None where nothing was there to be measured.

    Times are medians in seconds.
    """

    precision: float | None
    recall: float | None
    detection: float | None
    reset: float | None


def tier_of(timeline: Timeline) -> str:
    """What an alert of an SLO is called among those of the same SLO."""
    return timeline.labels.get(BURN_TIER, ABSENT)


def outcome(
    timelines: Sequence[Timeline],
    worth: Severity | None,
    incident: Span,
    watched: Span,
    called: Callable[[Timeline], str] = tier_of,
) -> Outcome:
    """What became of an incident.

    Args:
        timelines: of all alerts; guards, which have no severity, notify nobody.
        worth: the alert it was worth.
        incident: from its onset to its end.
        watched: when an alert is put down to the incident.
        called: what an alert is called.
    """
    timelines = [each for each in timelines if SEVERITY in each.labels]
    heard = sorted(_heard(timelines, watched, called), key=lambda each: each.at)
    ends = [
        span.end
        for timeline in timelines
        for span in timeline.firing
        if severity_of(timeline) is worth and _begins_within(span, watched)
    ]
    return Outcome(worth, incident.begin, incident.end, tuple(heard), max(ends, default=None))


def measure(outcomes: Iterable[Outcome]) -> Measures:
    """The four measures over all incidents."""
    outcomes = list(outcomes)
    alerts = sum(len(each.heard) for each in outcomes)
    worthy = [each for each in outcomes if each.worth is not None]
    detected = [each.detected for each in worthy if each.detected is not None]
    resets = [each.reset for each in worthy if each.reset is not None]
    return Measures(
        precision=sum(each.right for each in outcomes) / alerts if alerts else None,
        recall=len(detected) / len(worthy) if worthy else None,
        detection=statistics.median(detected) if detected else None,
        reset=statistics.median(resets) if resets else None,
    )


def measure_all(outcomes: Iterable[Outcome]) -> Measures:
    """Precision and recall over all incidents, and the times of those that are worth a page."""
    outcomes = list(outcomes)
    paged = measure(each for each in outcomes if each.worth is Severity.PAGE)
    return replace(measure(outcomes), detection=paged.detection, reset=paged.reset)


def heard(timelines: Iterable[Timeline], severity: Severity) -> Spans:
    """All notifications of a severity, as long as each is heard."""
    return tuple(
        span
        for timeline in timelines
        if timeline.labels.get(SEVERITY) == severity.value
        for span in timeline.heard
    )


def severity_of(timeline: Timeline) -> Severity:
    """Whether the alert pages."""
    return Severity(timeline.labels[SEVERITY])


def _heard(
    timelines: Iterable[Timeline], watched: Span, called: Callable[[Timeline], str]
) -> Iterator[Alerted]:
    for timeline in timelines:
        for span in timeline.heard:
            if _begins_within(span, watched):
                yield Alerted(called(timeline), severity_of(timeline), span.begin)


def _begins_within(span: Span, watched: Span) -> bool:
    return watched.begin <= span.begin < watched.end


def _enough(severity: Severity, needed: Severity) -> bool:
    """A page is as good as a ticket where a ticket is needed."""
    return severity is Severity.PAGE or needed is Severity.TICKET
