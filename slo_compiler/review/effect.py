"""What a change would have done to a time that is past: what would have been told, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.model.alerting import Severity

_SEVERITIES: Final = tuple(Severity)

Labels: TypeAlias = tuple[tuple[str, str], ...]


class Told(Struct, frozen=True):
    """One page or ticket: when it began and ended, in Unix seconds, and the tiers that were heard in it."""

    begin: float
    end: float
    tiers: tuple[str, ...]
    severity: Severity
    group: Labels

    def meets(self, other: Told) -> bool:
        """Whether both are about the same: a page or a ticket of a group, at the same time."""
        same = (self.severity, self.group) == (other.severity, other.group)
        return same and self.begin < other.end and other.begin < self.end


class Past(Struct, frozen=True):
    """What one side would have told of an SLO, and the share of its budget that is spent at the end."""

    told: tuple[Told, ...]
    spent: float | None

    def count(self, severity: Severity) -> int:
        """How many pages, or tickets."""
        return sum(each.severity is severity for each in self.told)


class Effect(Struct, frozen=True):
    """The past of an SLO by either side; None where there is no such SLO, or no history of it."""

    before: Past | None
    after: Past | None

    @property
    def lost(self) -> tuple[Told, ...]:
        """What was told of before and would not be any more, pages first."""
        return _unmet(self.before, self.after)

    @property
    def gained(self) -> tuple[Told, ...]:
        """What is told of now and was not before."""
        return _unmet(self.after, self.before)


class Effects(Struct, frozen=True):
    """What a review would have done, from a Unix time to another.

    ``slos`` holds the SLOs and signals that change, by their ids, and those that do not and are told of
    otherwise, since what holds back their alerts does.
    """

    begin: float
    end: float
    slos: Mapping[str, Effect]
    notes: tuple[str, ...] = ()
    """What is not known of that time."""

    def count(self, severity: Severity) -> tuple[int, int]:
        """How many pages or tickets there were before, and would be now."""
        sides = [
            [effect.before for effect in self.slos.values()],
            [effect.after for effect in self.slos.values()],
        ]
        before, after = (_count(side, severity) for side in sides)
        return before, after


def _count(side: Iterable[Past | None], severity: Severity) -> int:
    return sum(past.count(severity) for past in side if past is not None)


def _unmet(mine: Past | None, others: Past | None) -> tuple[Told, ...]:
    met = others.told if others else ()
    unmet = (each for each in (mine.told if mine else ()) if not any(each.meets(other) for other in met))
    return tuple(sorted(unmet, key=lambda each: (_SEVERITIES.index(each.severity), each.begin)))
