"""What the signals of a service would have told: pages and tickets of drifts, slices and guardrails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from slo_compiler.backtest.backtest import MONTH
from slo_compiler.model.alerting import Severity
from slo_compiler.model.labels import SEVERITY
from slo_compiler.replay.grid import Span
from slo_compiler.replay.held_back import HeldBack, name_of
from slo_compiler.replay.inhibit import Timeline
from slo_compiler.replay.score import severity_of
from slo_compiler.replay.spans import union


class SignalHeard(Struct, frozen=True):
    """One page or ticket of a signal; several slices of one alert without a pause are the same one."""

    begin: float
    end: float
    alert: str
    severity: Severity
    lasts: bool

    @property
    def length(self) -> float:
        """How long it was heard."""
        return self.end - self.begin


class SignalsTold(Struct, frozen=True, eq=False):
    """What the signals of a service would have told of the time that is known.

    ``left_out`` names the alerts that could not be replayed, and ``why`` says what the source does not know.
    ``timelines`` are those of all alerts of the service.
    """

    service: str
    known: Span
    heard: tuple[SignalHeard, ...]
    held_back: tuple[HeldBack, ...]
    left_out: tuple[str, ...]
    why: str
    timelines: tuple[Timeline, ...]

    def count(self, severity: Severity) -> int:
        """How often they would have paged, or filed a ticket."""
        return sum(each.severity is severity for each in self.heard)

    def a_month(self, severity: Severity) -> float:
        """The same in 30 days."""
        return self.count(severity) * MONTH / self.known.length if self.known.length > 0 else 0.0


def heard_of(signals: Sequence[Timeline], known: Span) -> tuple[SignalHeard, ...]:
    """What began to be heard of signals within some time, in its order."""
    return tuple(sorted(_heard(signals, known), key=lambda each: (each.begin, each.alert)))


def _heard(timelines: Sequence[Timeline], known: Span) -> Iterator[SignalHeard]:
    alerts = [each for each in timelines if SEVERITY in each.labels]
    for name, severity in dict.fromkeys((name_of(each), severity_of(each)) for each in alerts):
        same = [each for each in alerts if (name_of(each), severity_of(each)) == (name, severity)]
        for span in union(each.heard for each in same):
            if known.begin <= span.begin < known.end:
                yield SignalHeard(span.begin, span.end, name, severity, lasts=span.end >= known.end)
