"""Which alerts are heard: those that no other alert holds back, as Alertmanager's inhibit rules say.

Whatever fires can hold back, if its labels match: the alerts of an SLO each other, and guards any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from slo_compiler.replay.grid import Spans
from slo_compiler.replay.spans import both, union, without
from slo_compiler.rules.inhibition import InhibitRule, inhibits


@dataclass(frozen=True, slots=True)
class Timeline:
    """What became of one alert.

    ``pending`` is when it waited, ``holds`` when its expression yielded, ``firing`` when it fired, kept on
    included, and ``held_back`` when it fired and another alert kept it from notifying.
    """

    alert: str
    labels: Mapping[str, str]
    holds: Spans
    pending: Spans
    firing: Spans
    held_back: Spans = ()

    @property
    def heard(self) -> Spans:
        """When it fired and nothing held it back."""
        return without(self.firing, self.held_back)


def inhibit(timelines: Sequence[Timeline], rules: Iterable[InhibitRule]) -> tuple[Timeline, ...]:
    """The timelines with what holds each of them back.

    Args:
        timelines: of all alerts that Alertmanager sees at once, guards among them.
        rules: its inhibit rules. Labels known only at run time must have been given their values.
    """
    rules = tuple(rules)
    return tuple(replace(target, held_back=_held_back(target, timelines, rules)) for target in timelines)


def _held_back(target: Timeline, timelines: Sequence[Timeline], rules: Sequence[InhibitRule]) -> Spans:
    if not target.firing:
        return ()
    sources = union(
        source.firing
        for source in timelines
        if source.firing and any(inhibits(rule, source.labels, target.labels) for rule in rules)
    )
    return both(target.firing, sources)
