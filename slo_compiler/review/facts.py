"""What two programs are compared by: facts, each an exact value under a name, and their differences."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.quantities import Ratio, Seconds


class Kind(enum.Enum):
    """What a difference is about, in the order in which it matters to the on-call engineer."""

    PAGES = "pages"
    """An alert wakes somebody that did not, or the other way round."""
    DETECTION = "detection"
    """How bad it has to be, and for how long."""
    WINDOWS = "windows"
    SEVERITY = "severity"
    ROUTE = "route"
    """Who is told."""
    BUDGET = "budget"
    INDICATOR = "indicator"
    """What is counted."""
    INHIBITION = "inhibition"
    TICKETS = "tickets"
    """An alert that wakes nobody came or went."""
    LABELS = "labels"
    ANNOTATIONS = "annotations"
    RECORDED = "recorded"
    """How series are added up."""


_ORDER: Final = tuple(Kind)


class Share(Struct, frozen=True):
    """A ratio that is read as a percentage."""

    ratio: Ratio


class Span(Struct, frozen=True):
    """A length of time; None when it never comes to that."""

    seconds: Seconds | None


class Words(Struct, frozen=True):
    """A text in one line."""

    text: str


class Code(Struct, frozen=True):
    """PromQL or JSON, mostly of several lines."""

    text: str


Value: TypeAlias = Share | Span | Words | Code


class Fact(Struct, frozen=True):
    """One thing that is so."""

    kind: Kind
    value: Value


Facts: TypeAlias = Mapping[str, Fact]
"""Facts by name, in the order in which they are told."""


class Difference(Struct, frozen=True):
    """A fact that is another one now; None where there is no such fact."""

    kind: Kind
    about: str
    """The alert that it is about; empty for all of the SLO."""
    what: str
    """The name of the fact: ``fires above``."""
    before: Value | None
    after: Value | None


def differences(about: str, before: Facts, after: Facts) -> Iterator[Difference]:
    """The facts that differ, those that were there before first."""
    for what in dict.fromkeys((*before, *after)):
        old, new = before.get(what), after.get(what)
        if old != new:
            kind = min((fact.kind for fact in (old, new) if fact is not None), key=_ORDER.index)
            yield Difference(
                kind, about, what, None if old is None else old.value, None if new is None else new.value
            )


def most_important_first(found: Iterable[Difference]) -> list[Difference]:
    """The differences by their kinds, and else as they are."""
    return sorted(found, key=lambda difference: _ORDER.index(difference.kind))
