"""What a merge does to alerts and series, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from slo_compiler.model import labels
from slo_compiler.quantities import approximate_duration
from slo_compiler.review.changes import SloChange
from slo_compiler.review.merge import BEGINS, AlertMerge, Fate, SeriesMerge
from slo_compiler.review.review import Review

FATES: Final = {
    Fate.KEPT: "kept",
    Fate.CHANGED: "kept",
    Fate.EMPTIED: "may be reset",
    Fate.RESET: "reset",
    Fate.ENDED: "ends",
    Fate.NEW: "new",
}
"""What becomes of the state of an alert."""


def merge_line(review: Review) -> str:
    """What the merge does to alerts that fire when it is loaded, in one line."""
    told = [*_of_begun(review)]
    ended, new = (review.fates.get(fate, 0) for fate in (Fate.ENDED, Fate.NEW))
    if ended:
        told.append(f"{_alerts(ended)} gone: what fires resolves")
    if new:
        told.append(f"{_alerts(new)} new")
    kept = sum(review.fates.get(fate, 0) for fate in (Fate.KEPT, Fate.CHANGED))
    if not told:
        return f"all {kept} alerts keep their state: what fires goes on"
    return "; ".join((*told, f"{kept} keep their state"))


def _of_begun(review: Review) -> Iterator[str]:
    """The alerts that are reset, or may be."""
    merges = [alert.merge for slo in (*review.slos, *review.following) for alert in slo.alerts]
    reset = Counter(_reason(merge) for merge in merges if merge.fate is Fate.RESET)
    if reset:
        told = ", ".join(f"{_alerts(count)} reset by a new {why}" for why, count in reset.items())
        yield f"{told}: what fires resolves and pages again"
    emptied = [merge.whole_after for merge in merges if merge.fate is Fate.EMPTIED]
    if emptied:
        longest = approximate_duration(max(emptied))
        yield (
            f"{_alerts(len(emptied))} on windows that begin empty, for up to {longest}: what fires may "
            "resolve and page again"
        )


def _reason(merge: AlertMerge) -> str:
    """What of its identity resets an alert."""
    names = {f"label {label}" for label in (*labels.IDENTITY, *labels.OF_SIGNALS)}
    if names & set(merge.why):
        return "name"
    ours = {f"label {label}": label for label in labels.RESERVED}
    return ", ".join(ours.get(why, why) for why in merge.why)


def _alerts(count: int) -> str:
    return f"{count} alert{'' if count == 1 else 's'}"


def series_lines(slo: SloChange) -> Iterator[tuple[str, str]]:
    """What the merge does to the recorded series of an SLO, each kind under a name."""
    begun = [each for each in slo.series if each.fate in BEGINS and each.whole_after]
    mixed = [each for each in slo.series if each.fate not in BEGINS and each.whole_after]
    ended = [each.record for each in slo.series if each.fate is Fate.ENDED]
    if begun:
        yield "series that begin empty", _spans(begun, slo)
    if mixed:
        yield "series that hold old and new counts", _spans(mixed, slo)
    if ended:
        yield "series that end", ", ".join(ended)


def _spans(series: Sequence[SeriesMerge], slo: SloChange) -> str:
    """How many, and for how long."""
    longest = max(each.whole_after for each in series)
    read = max((alert.merge.whole_after for alert in slo.alerts), default=longest)
    told = f"{len(series)}, for up to {approximate_duration(longest)}"
    return (
        told if read == longest else f"{told}; those that alerts read for up to {approximate_duration(read)}"
    )
