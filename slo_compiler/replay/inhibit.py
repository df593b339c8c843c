"""Which alerts are heard: those that no other alert holds back, as Alertmanager's inhibit rules say.

Whatever fires can hold back, if its labels match: the alerts of an SLO each other, and guards any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.model.labels import GUARD
from slo_compiler.replay.grid import Spans
from slo_compiler.replay.spans import both, union, without
from slo_compiler.rules.inhibition import InhibitRule, inhibits


class Holder(Struct, frozen=True):
    """An alert that holds back another one, and when it does."""

    alert: str
    labels: Mapping[str, str]
    spans: Spans

    @property
    def guard(self) -> str | None:
        """The kind of the guard, if it is one."""
        return self.labels.get(GUARD)


class Timeline(Struct, frozen=True):
    """What became of one alert.

    ``pending`` is when it waited, ``holds`` when its expression yielded, ``firing`` when it fired, kept on
    included, and ``holders`` which other alerts kept it from notifying meanwhile.
    """

    alert: str
    labels: Mapping[str, str]
    holds: Spans
    pending: Spans
    firing: Spans
    holders: tuple[Holder, ...] = ()

    @property
    def held_back(self) -> Spans:
        """When it fired and another alert kept it from notifying."""
        return union(holder.spans for holder in self.holders)

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
    return tuple(replace(target, holders=tuple(_holders(target, timelines, rules))) for target in timelines)


def _holders(
    target: Timeline, timelines: Sequence[Timeline], rules: Sequence[InhibitRule]
) -> Iterator[Holder]:
    if not target.firing:
        return
    for source in timelines:
        if source.firing and any(inhibits(rule, source.labels, target.labels) for rule in rules):
            spans = both(target.firing, source.firing)
            if spans:
                yield Holder(source.alert, source.labels, spans)
