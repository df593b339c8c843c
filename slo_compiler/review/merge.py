"""What a merge does to alerts that fire and to series that are recorded.

The mechanism is that of ``Manager.Update`` and ``Group.CopyState`` in Prometheus's ``rules``: a group lives
on under the name of its file and its own, and in it a rule under its name and labels, the first of several
for the first. What such a rule has found goes on; its expression, ``for`` and annotations may be others. A
series in the database lives on under its name and labels alone.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.quantities import Seconds
from slo_compiler.review.history import Reach, reaches, whole_after
from slo_compiler.review.pairing import Pair, pair, present
from slo_compiler.review.part import Part, Placed
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule

Identity: TypeAlias = Callable[[Placed], Hashable]

_AT_ONCE: Final = Fraction(0)


class Fate(enum.Enum):
    """What becomes of an alert that fires, or of a series."""

    KEPT = "kept"
    """It goes on."""
    CHANGED = "changed"
    """It goes on, by another expression or another ``for``."""
    EMPTIED = "emptied"
    """It goes on, but the windows that it reads begin anew: it may resolve, and page again."""
    RESET = "reset"
    """It ends under its old name and labels and begins under new ones: it resolves, and pages again."""
    ENDED = "ended"
    NEW = "new"


BEGINS: Final = (Fate.NEW, Fate.RESET, Fate.EMPTIED)
"""What becomes of series that hold nothing of what was before, or not all that they should."""


class AlertMerge(Struct, frozen=True):
    """What a merge does to an alert."""

    fate: Fate
    why: tuple[str, ...] = ()
    """What of its identity is another one, for ``RESET``."""
    whole_after: Seconds = _AT_ONCE
    """How long until the windows that it reads hold nothing but what the new rules count."""


class SeriesMerge(Struct, frozen=True):
    """What a merge does to a recorded series."""

    record: str
    fate: Fate
    """``RESET`` where the same metric goes on under other labels, ``EMPTIED`` where it reads such series."""
    whole_after: Seconds = _AT_ONCE
    """How long until its window holds all that, and nothing but what, the new rules count."""


def pair_alerts(old: Part | None, new: Part | None) -> list[Pair[Placed]]:
    """The alerts of an SLO before and after: by their identity, else by name."""
    return _pair(old.alerts() if old else [], new.alerts() if new else [], _rule_identity)


def pair_records(old: Part | None, new: Part | None) -> list[Pair[Placed]]:
    """The series of an SLO before and after: by their identity, else by metric."""
    return _pair(old.records() if old else [], new.records() if new else [], _series_identity)


def merge_series(pairs: Sequence[Pair[Placed]], plan: Plan | None) -> list[SeriesMerge]:
    """What becomes of the series of an SLO, or of a signal.

    Args:
        pairs: the series before and after, each after those that it reads where there is no plan.
        plan: that of the SLO after the merge; None for a signal.
    """
    return list(_by_expression(pairs) if plan is None else _by_length(pairs, reaches(plan)))


def _by_length(pairs: Sequence[Pair[Placed]], looks_back: Mapping[str, Reach]) -> Iterator[SeriesMerge]:
    fates = {present(new, old).name: _series_fate(old, new) for old, new in pairs}
    for record, fate in fates.items():
        reach = looks_back.get(record)
        bases = [fates[base] for base in reach.bases] if reach else []
        if reach is None or fate is Fate.ENDED:
            yield SeriesMerge(record, fate)
        elif any(base in BEGINS for base in bases):
            yield SeriesMerge(record, fate if fate in BEGINS else Fate.EMPTIED, reach.length)
        else:
            yield SeriesMerge(record, fate, reach.length if Fate.CHANGED in bases else _AT_ONCE)


def _by_expression(pairs: Sequence[Pair[Placed]]) -> Iterator[SeriesMerge]:
    begun: dict[str, Seconds] = {}
    for old, new in pairs:
        fate = _series_fate(old, new)
        whole = (whole_after(new.rule.expr, begun) if new else None) or _AT_ONCE
        if fate in BEGINS or whole:
            begun[present(new, old).name] = whole
        yield SeriesMerge(
            present(new, old).name, Fate.EMPTIED if whole and fate not in BEGINS else fate, whole
        )


def _series_fate(old: Placed | None, new: Placed | None) -> Fate:
    """What becomes of a series by itself, whatever it reads."""
    if new is None:
        return Fate.ENDED
    if old is None:
        return Fate.NEW
    if _series_identity(old) != _series_identity(new):
        return Fate.RESET
    return Fate.KEPT if old.rule.expr == new.rule.expr else Fate.CHANGED


def merge_alert(sides: Pair[Placed], series: Sequence[SeriesMerge], tier: Tier | None) -> AlertMerge:
    """What becomes of an alert.

    Args:
        sides: the alert before and after.
        series: what becomes of the series of its SLO or signal.
        tier: the one that it belongs to after the merge, if it is one on a burn rate.
    """
    old, new = sides
    if new is None:
        return AlertMerge(Fate.ENDED)
    blind, unmixed = _unseen(new, series, tier)
    if old is None:
        return AlertMerge(Fate.NEW, whole_after=blind)
    why = tuple(_why(old, new))
    if why:
        return AlertMerge(Fate.RESET, why, blind)
    if blind:
        return AlertMerge(Fate.EMPTIED, whole_after=blind)
    kept = _conditions(old) == _conditions(new) and not unmixed
    return AlertMerge(Fate.KEPT if kept else Fate.CHANGED, whole_after=unmixed)


def _unseen(alert: Placed, series: Sequence[SeriesMerge], tier: Tier | None) -> tuple[Seconds, Seconds]:
    """For how long the alert sees too little, and for how long what the old rules counted, too."""
    begun = {each.record: each.whole_after for each in series if each.fate in BEGINS}
    mixed = {each.record: each.whole_after for each in series if each.fate not in BEGINS}
    if tier is None:
        return whole_after(alert.rule.expr, begun) or _AT_ONCE, _AT_ONCE
    read = [metric(window) for metric in (names.errors, names.events) for window in (tier.long, tier.short)]
    blind, unmixed = (
        max((whole.get(record, _AT_ONCE) for record in read), default=_AT_ONCE) for whole in (begun, mixed)
    )
    return blind, unmixed


def _pair(old: list[Placed], new: list[Placed], identity: Identity) -> list[Pair[Placed]]:
    return pair(old, new, (identity, lambda placed: placed.name))


def _series_identity(placed: Placed) -> Hashable:
    return placed.name, tuple(sorted(placed.rule.labels.items())), frozenset(placed.grouped_by)


def _rule_identity(placed: Placed) -> Hashable:
    return placed.file, placed.group, _series_identity(placed)


def _conditions(placed: Placed) -> Hashable:
    rule = placed.rule
    times = (rule.hold, rule.keep_firing_for) if isinstance(rule, AlertingRule) else ()
    return rule.expr, times


def _why(old: Placed, new: Placed) -> Iterator[str]:
    """What of an alert's identity is another one."""
    if old.file != new.file:
        yield "file"
    if old.group != new.group:
        yield "group"
    for label in sorted({*old.rule.labels, *new.rule.labels}):
        if old.rule.labels.get(label) != new.rule.labels.get(label):
            yield f"label {label}"
    for label in sorted({*old.grouped_by} ^ {*new.grouped_by}):
        yield f"label {label}"
