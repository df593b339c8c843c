"""What one look at the service found: a query, its value, what that means and why."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from slo_compiler.model.subject import Subject
from slo_compiler.rules.signals.surface import Evidence


class State(enum.Enum):
    """What a finding says of what it looked at."""

    FAILING = "failing"
    EXPLAINED = "explained"
    """It looks as if it failed, and a guard knows why it does not."""
    CHANGED = "changed"
    """No failure by itself, and what one is put down to."""
    UNKNOWN = "unknown"
    """The data is missing: nothing is said, one way or the other."""
    SOUND = "sound"
    NOTE = "note"
    """Nothing that could fail; a fact for whoever reads on."""


class Finding(Struct, frozen=True):
    """One look.

    ``value`` is what the query answered, in words, and ``number`` as a number where it is one.
    """

    what: str
    state: State
    value: str
    reason: str
    query: str
    number: float | None = None
    speaks_for: Evidence | None = None
    """The evidence that this is, or would be."""
    subject: Subject | None = None
    alert: str = ""
    """The alert that is about this, whose section of the runbook says what to do."""


_SEEN: Final[Mapping[State, bool | None]] = {
    State.FAILING: True,
    State.CHANGED: True,
    State.EXPLAINED: False,
    State.SOUND: False,
    State.UNKNOWN: None,
}


def seen(evidence: Evidence, findings: Iterable[Finding]) -> bool | None:
    """Whether the evidence is there; None where missing data leaves that open.

    One look that found it is enough. Of nothing that is watched there is no evidence.
    """
    known = [_SEEN[each.state] for each in findings if each.speaks_for is evidence and each.state in _SEEN]
    if True in known:
        return True
    return None if None in known else False
