"""Two sets of specs, and what a review says of them."""

from __future__ import annotations

from slo_compiler.review.changes import AlertChange, SloChange
from slo_compiler.review.facts import Difference
from slo_compiler.review.review import Review, review
from slo_compiler.review.words import in_words
from tests.compiling import Document, program_of, spec


def reviewed(
    old: Document | list[Document],
    new: Document | list[Document],
    *,
    before: dict[str, Document | None] | None = None,
    after: dict[str, Document | None] | None = None,
) -> Review:
    """The review of two sets of specs; ``before`` and ``after`` are their defaults and receivers."""
    sides = [side if isinstance(side, list) else [side] for side in (old, new)]
    programs = [
        program_of(*side, **(shared or {})) for side, shared in zip(sides, (before, after), strict=True)
    ]
    return review(*programs)


def of_slo(old: Document, new: Document) -> SloChange:
    """What changes about the one SLO that does, each the only one of the spec of a service."""
    found = reviewed(spec("checkout", old), spec("checkout", new)).slos
    assert len(found) == 1
    return found[0]


def told(differences: tuple[Difference, ...], kind: str) -> list[str]:
    """The differences of a kind, in words."""
    return [
        f"{name}: {cell}"
        for difference in differences
        for name, cell in [in_words(difference)]
        if difference.kind.value == kind
    ]


def fates(slo: SloChange) -> dict[str, str]:
    """What becomes of each alert."""
    return {alert.tier or alert.name: fate(alert) for alert in slo.alerts}


def fate(alert: AlertChange) -> str:
    return " ".join((alert.merge.fate.value, *sorted(alert.merge.why)))
