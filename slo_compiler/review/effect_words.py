"""An effect on history in words, for all formats alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import approximate_duration, format_percent
from slo_compiler.review.effect import Effect, Effects, Past, Told
from slo_compiler.review.words import NOTHING, Cell

MOST_TOLD: Final = 5
"""Of what comes or goes, in a line; the counts are of all."""

UNKNOWN: Final = "unknown"


def effect_line(effects: Effects) -> str:
    """The first thing that a reviewer wants to know: how often somebody would have been woken."""
    length = approximate_duration(Fraction(round(effects.end - effects.begin)))
    time = f"the {length} until {_day(effects.end)}"
    if not any(effect.before or effect.after for effect in effects.slos.values()):
        return f"no history of {time}: nothing is known of what the change would have done"
    counted = (f"{severity.value}s {Cell(*map(str, effects.count(severity)))}" for severity in Severity)
    return f"{', '.join(counted)} in {time}"


def effect_facts(effect: Effect) -> Iterator[tuple[str, Cell]]:
    """What was and would be of an SLO: pages, tickets and budget, each under its name."""
    for severity in Severity:
        yield f"{severity.value}s", Cell(*(_number(past, severity) for past in (effect.before, effect.after)))
    spent = [_spent(past) for past in (effect.before, effect.after)]
    if {*spent} - {NOTHING, UNKNOWN}:
        yield "budget spent", Cell(*spent)


def effect_lists(effect: Effect) -> Iterator[tuple[str, str]]:
    """What would be told of no longer, and what is told of now."""
    for name, told in (("no longer told of", effect.lost), ("told of now", effect.gained)):
        if told:
            yield name, _listed(told)


def effects_beside(effects: Effects, changed: Collection[str]) -> Iterator[str]:
    """What is told of otherwise though it does not change, a sentence each: what holds it back does."""
    for slo_id, effect in effects.slos.items():
        if slo_id not in changed:
            told = "; ".join(f"{name} {listed}" for name, listed in effect_lists(effect))
            yield f"{slo_id} does not change, but what holds back its alerts does: {told}"


def _listed(told: Sequence[Told]) -> str:
    more = [f"{len(told) - MOST_TOLD} more"] if told[MOST_TOLD:] else []
    return "; ".join([*map(_told, told[:MOST_TOLD]), *more])


def _told(told: Told) -> str:
    group = "".join(f" {name}={value}" for name, value in told.group)
    length = approximate_duration(Fraction(round(told.end - told.begin)))
    return f"{told.severity.value} {', '.join(told.tiers)}{group}, {moment(told.begin)} UTC for {length}"


def moment(time: float) -> str:
    """A Unix time for a human, to the minute, in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M")


def _day(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d")


def _number(past: Past | None, severity: Severity) -> str:
    return NOTHING if past is None else str(past.count(severity))


def _spent(past: Past | None) -> str:
    if past is None:
        return NOTHING
    return UNKNOWN if past.spent is None else format_percent(Fraction(past.spent), digits=3)
