"""The verdict: which surface fails and why, of what is known; "unknown" where that leaves several open.

The table of causes is that of ``ml:surface``, in the order of triage. There missing evidence counts as none,
so that rules always say something. Here it is unknown: a cause is named when no other one is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from slo_compiler.rules.signals.surface import CAUSES, NONE, Cause, Evidence

UNKNOWN: Final = "unknown"

Seen = Mapping[Evidence, bool | None]
"""Whether each evidence is there; None where nobody knows."""


class Verdict(Struct, frozen=True):
    """What explains what is seen.

    ``surface`` is ``serving``, ``data``, ``model``, ``none`` or ``unknown``, ``cause`` one of the table or
    ``unknown``. ``possible`` are the causes that what is known leaves open, in the order of triage.
    """

    surface: str
    cause: str
    possible: tuple[str, ...]
    missing: tuple[Evidence, ...]
    """What would have to be known to tell them apart."""


def judge(seen: Seen) -> Verdict:
    """The verdict on some evidence."""
    open_ = [cause for cause in CAUSES if _could_be(cause, seen)]
    surfaces = {cause.surface for cause in open_}
    missing = tuple(each for each in Evidence if seen[each] is None and _matters(each, open_))
    possible = tuple(cause.name for cause in open_)
    first = open_[0]
    if len(open_) == 1 and first.surface != NONE:
        return Verdict(first.surface, first.name, possible, ())
    if len(open_) == 1 and not missing:
        return Verdict(NONE, NONE, possible, ())
    if len(surfaces) == 1 and first.surface != NONE:
        return Verdict(first.surface, UNKNOWN, possible, missing)
    return Verdict(UNKNOWN, UNKNOWN, possible, missing)


def _could_be(cause: Cause, seen: Seen) -> bool:
    """Whether nothing that is known speaks against it. What is bad has been judged."""
    needs = dict(cause.needs)
    if needs.get(Evidence.QUALITY):
        needs[Evidence.JUDGED] = True
    return all(seen[each] in (there, None) for each, there in needs.items())


def _matters(evidence: Evidence, causes: Sequence[Cause]) -> bool:
    return any(evidence in cause.needs for cause in causes)
