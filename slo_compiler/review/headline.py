"""The one line that says what a change means for the on-call engineer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from slo_compiler.emitters.explanation import INCIDENTS
from slo_compiler.quantities import Ratio, Seconds, approximate_duration, format_percent
from slo_compiler.review import comparing
from slo_compiler.review.changes import NAME, SloChange, pages
from slo_compiler.review.facts import Facts, Kind, Span
from slo_compiler.review.review import Review
from slo_compiler.review.words import cell, in_words, text_of

NO_DIFFERENCE: Final = "No difference in behaviour."

# What is said of an SLO when nothing of more consequence is to be said of it.
_OTHERWISE: Final = {
    Kind.PAGES: "another alert pages",
    Kind.DETECTION: "alerts fire on something else",
    Kind.WINDOWS: "alerts look at other windows",
    Kind.SEVERITY: "incidents get another severity",
    Kind.ROUTE: "somebody else is told",
    Kind.BUDGET: "the budget is another one",
    Kind.INDICATOR: "something else is counted",
    Kind.INHIBITION: "other alerts are held back",
    Kind.TICKETS: "other tickets are filed",
    Kind.LABELS: "alerts carry other labels",
    Kind.ANNOTATIONS: "alerts say something else",
    Kind.RECORDED: "series are recorded in another way",
}


_PACES: Final = {
    frozenset[int](): "",
    frozenset({1}): "pages come later",
    frozenset({-1}): "pages come sooner",
    frozenset({1, -1}): "pages come at other times",
}


def headline(review: Review) -> str:
    """What changes, in one line."""
    return "; ".join(headlines(review))


def headlines(review: Review) -> list[str]:
    """What changes, each thing of an SLO that alone changes in a line of its own."""
    if len(review.slos) == 1:
        first, *further = _clauses(review.slos[0])
        return [f"{review.slos[0].id}: {first}", *further]
    return [_of_several(review)]


def _of_several(review: Review) -> str:
    if not review:
        return NO_DIFFERENCE
    if not review.slos:
        return "No SLO changes, but what Alertmanager does with its alerts"
    same = {clauses(slo) for slo in review.slos}
    if len(same) == 1 and not any(slo.before is None or slo.after is None for slo in review.slos):
        return f"{_number(review.slos)}: {same.pop()}"
    counted = Counter(verdict(slo) for slo in review.slos)
    told = "; ".join(f"{count} {what}" for what, count in counted.items())
    return f"{_number(review.slos)} change: {told}"


def _number(changes: Sequence[SloChange]) -> str:
    signals = any(change.signal for change in changes)
    return f"{len(changes)} {'SLOs and signals' if signals else 'SLOs'}"


def verdict(slo: SloChange) -> str:
    """What happens to an SLO, in as few words as it takes to count those alike."""
    if slo.before is None:
        return "new"
    if slo.after is None:
        return "gone"
    if slo.before != slo.after:
        return "renamed"
    return f"where {_pace(slo) or _OTHERWISE[slo.differences[0].kind]}"


def _pace(slo: SloChange) -> str:
    """Whether pages come later or sooner; empty where neither changes."""
    signs = {_sign(*_soonest_page(slo, ratio)) for ratio in INCIDENTS} - {0}
    return _PACES[frozenset(signs)]


def clauses(slo: SloChange) -> str:
    """What changes about an SLO, in one line without its name."""
    return "; ".join(_clauses(slo))


def _clauses(slo: SloChange) -> Iterator[str]:
    if slo.before is None or slo.after is None:
        yield from _comes_or_goes(slo)
        return
    facts = {difference.what: difference for difference in slo.differences if not difference.about}
    told = [*_presence(slo), *_times(slo), *_routes(slo)]
    if NAME in facts:
        told.insert(0, f"renamed from {slo.before}")
    if comparing.ONE_FOR_EACH in facts:
        each = facts[comparing.ONE_FOR_EACH].after
        told.insert(0, f"{comparing.ONE_FOR_EACH} {text_of(each)}" if each else "one alert for all")
    if comparing.OBJECTIVE in facts:
        told.insert(0, "{} {}".format(*in_words(facts[comparing.OBJECTIVE])))
    if any(each.kind is Kind.INDICATOR and each.what != comparing.ONE_FOR_EACH for each in slo.differences):
        told.append(_OTHERWISE[Kind.INDICATOR])
    yield from told or [_OTHERWISE[slo.differences[0].kind]]


def _comes_or_goes(slo: SloChange) -> Iterator[str]:
    known = [alert.after or alert.before or {} for alert in slo.alerts]
    told = {text_of(facts[comparing.REACHES].value) for facts in known if pages(facts)}
    reached = " and ".join(sorted(told)) or "nobody"
    if slo.after is None:
        yield f"gone; pages reached {reached}"
        return
    yield "new"
    for difference in slo.differences:
        if difference.what == comparing.OBJECTIVE:
            yield f"objective {in_words(difference)[1].after}"
    yield f"pages reach {reached}"


def _presence(slo: SloChange) -> Iterator[str]:
    """The alerts that page now and did not, and the other way round."""
    gained = [alert.name for alert in slo.alerts if pages(alert.after) and not pages(alert.before)]
    lost = [alert.name for alert in slo.alerts if pages(alert.before) and not pages(alert.after)]
    if gained:
        yield f"now paging: {', '.join(gained)}"
    if lost:
        yield f"no longer paging: {', '.join(lost)}"


def _times(slo: SloChange) -> Iterator[str]:
    """What wakes nobody any more, or does now, and how soon all else wakes somebody, where that changes."""
    times = {ratio: _soonest_page(slo, ratio) for ratio in INCIDENTS}
    for ratio, (before, after) in times.items():
        if after is None and before is not None:
            yield f"{_incident(ratio)} no longer {_pages(ratio)} (did after {approximate_duration(before)})"
        if before is None and after is not None:
            yield f"{_incident(ratio)} now {_pages(ratio)} after {approximate_duration(after)}"
    moved = [
        (ratio, before, after)
        for ratio, (before, after) in times.items()
        if before is not None and after is not None and before != after
    ]
    if moved:
        pace = _PACES[frozenset(_sign(before, after) for _, before, after in moved)]
        told = (
            f"{_incident(ratio).removeprefix('a ')} "
            f"{approximate_duration(before)} → {approximate_duration(after)}"
            for ratio, before, after in moved
        )
        yield f"{pace}: {', '.join(told)}"


def _pages(error_ratio: Ratio) -> str:
    return "pages" if error_ratio == 1 else "page"


def _incident(error_ratio: Ratio) -> str:
    return "a total outage" if error_ratio == 1 else f"{format_percent(error_ratio)} errors"


def _soonest_page(slo: SloChange, error_ratio: Ratio) -> tuple[Seconds | None, Seconds | None]:
    """After how long an incident wakes somebody, before and after; None for never."""
    sides: list[list[Facts]] = [
        [facts for facts in side if facts is not None and pages(facts)]
        for side in ([alert.before for alert in slo.alerts], [alert.after for alert in slo.alerts])
    ]
    before, after = (_soonest(side, comparing.detected(error_ratio)) for side in sides)
    return before, after


def _soonest(alerts: Sequence[Facts], name: str) -> Seconds | None:
    spans = [facts[name].value for facts in alerts if name in facts]
    times = [span.seconds for span in spans if isinstance(span, Span) and span.seconds is not None]
    return min(times, default=None)


def _sign(before: Seconds | None, after: Seconds | None) -> int:
    if before == after:
        return 0
    return 1 if after is None or (before is not None and after > before) else -1


def _routes(slo: SloChange) -> Iterator[str]:
    """Who is woken instead of whom."""
    moved = {
        cell(alert.before[comparing.REACHES].value, alert.after[comparing.REACHES].value)
        for alert in slo.alerts
        if alert.before and alert.after and pages(alert.before) and pages(alert.after)
    }
    yield from (
        f"pages reach {each.after} instead of {each.before}"
        for each in sorted(moved, key=str)
        if each.before != each.after
    )
