"""Two programs to what changes between them, ordered by what matters to the on-call engineer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from slo_compiler.review.changes import Side, SloChange, compare
from slo_compiler.review.comparing import notification_facts
from slo_compiler.review.facts import Difference, Kind, differences, most_important_first
from slo_compiler.review.merge import Fate
from slo_compiler.review.pairing import pair
from slo_compiler.review.part import meaning, parts
from slo_compiler.rules.program import Program

_KINDS: Final = tuple(Kind)


class Review(Struct, frozen=True):
    """What changes between two programs."""

    slos: tuple[SloChange, ...]
    """Those that change, of most consequence first."""
    following: tuple[SloChange, ...]
    """Signals that change with them, for they read what these record; what they alert on is the same."""
    notification: tuple[Difference, ...]
    """What changes about Alertmanager for all alerts alike."""
    fates: Mapping[Fate, int]
    """How many alerts meet which fate, those of SLOs that do not change included."""

    def __bool__(self) -> bool:
        """Whether there is any difference in behaviour."""
        return bool(self.slos or self.notification)


def review(old: Program, new: Program) -> Review:
    """What changes from the old program to the new one, whatever the texts of the specs."""
    sides = pair(parts(old), parts(new), (lambda part: part.id, meaning))
    compared = [
        compare(Side(before, old.notification), Side(after, new.notification)) for before, after in sides
    ]
    changed = sorted((slo for slo in compared if slo.differences), key=_weight)
    ids = {slo.id for slo in changed if not slo.signal}
    following = tuple(slo for slo in changed if slo.follows(ids))
    told = differences("", notification_facts(old.notification), notification_facts(new.notification))
    return Review(
        slos=tuple(slo for slo in changed if slo not in following),
        following=following,
        notification=tuple(most_important_first(told)),
        fates=Counter(alert.merge.fate for slo in compared for alert in slo.alerts),
    )


def _weight(slo: SloChange) -> int:
    return _KINDS.index(slo.differences[0].kind)
