"""Values, differences and the table of an SLO's alerts in words, for all formats alike."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias, assert_never

from msgspec import Struct

from slo_compiler.emitters.explanation import INCIDENTS, NEVER
from slo_compiler.quantities import approximate_duration, format_decimal, format_percent
from slo_compiler.review import comparing
from slo_compiler.review.changes import SloChange
from slo_compiler.review.facts import Code, Difference, Facts, Kind, Share, Span, Value, Words
from slo_compiler.review.merge import Fate
from slo_compiler.review.merge_words import FATES

COLUMNS: Final = (
    "alert",
    comparing.SEVERITY,
    comparing.FIRES_ABOVE,
    *(comparing.detected(ratio) for ratio in INCIDENTS),
    comparing.REACHES,
    "state",
)

_CONTEXT: Final = ("alert", comparing.SEVERITY, comparing.REACHES, "state")
"""The columns without which a reader does not know whose sleep the others are about."""

NOTHING: Final = "none"

_HEADS: Final = ("---", "+++", "@@")


class Cell(Struct, frozen=True):
    """What was and what is; both the same where nothing changes."""

    before: str
    after: str

    @property
    def changes(self) -> bool:
        """Whether the two are different."""
        return self.before != self.after

    def __str__(self) -> str:
        return f"{self.before} → {self.after}" if self.changes else self.after


Row: TypeAlias = tuple[Cell, ...]


class Grid(Struct, frozen=True):
    """A table: its columns, and as many cells in each row."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def alert_table(slo: SloChange) -> Grid | None:
    """The alerts of an SLO of which something under ``COLUMNS`` changes, or that do not simply go on.

    Numbers that are the same before and after are left out, and so is the state where all keep it.
    """
    rows = list(_alert_rows(slo))
    if not rows:
        return None
    came_or_went = any(alert.before is None or alert.after is None for alert in slo.alerts)
    used = [
        index
        for index, column in enumerate(COLUMNS)
        if any(str(row[index]) not in ("", FATES[Fate.KEPT]) for row in rows)
        and (came_or_went or column in _CONTEXT or any(row[index].changes for row in rows))
    ]
    return Grid(
        tuple(COLUMNS[index] for index in used), tuple(tuple(row[index] for index in used) for row in rows)
    )


def _alert_rows(slo: SloChange) -> Iterator[Row]:
    for alert in slo.alerts:
        name, fate = alert.tier or alert.name, FATES[alert.merge.fate]
        told = [_cell(alert.before, alert.after, name) for name in COLUMNS[1:-1]]
        if fate != FATES[Fate.KEPT] or any(cell.changes for cell in told):
            yield Cell(name, name), *told, Cell(fate, fate)


def plain_facts(found: Iterable[Difference], *, new: bool = False) -> Iterator[tuple[str, Cell]]:
    """What changes, fits into a line and is not in the table; what there was not before, of what is new."""
    for difference in found:
        told_otherwise = _in_table(difference) or is_code(difference) or _follows(difference)
        if not told_otherwise and difference.kind is not Kind.RECORDED:
            name, cell = in_words(difference)
            yield name, Cell(cell.after, cell.after) if new else cell


def annotations_that_follow(found: Iterable[Difference]) -> list[str]:
    """The names of annotations that change with the numbers of one alert: what they say is no news."""
    return sorted({difference.what.split()[-1] for difference in found if _follows(difference)})


def _follows(difference: Difference) -> bool:
    return bool(difference.about) and difference.kind is Kind.ANNOTATIONS


def _in_table(difference: Difference) -> bool:
    return bool(difference.about) and difference.what in COLUMNS


def is_code(difference: Difference) -> bool:
    """Whether a difference is between texts of several lines."""
    return any(isinstance(value, Code) for value in (difference.before, difference.after))


def code_changes(found: Iterable[Difference]) -> Iterator[tuple[str, list[str]]]:
    """The differences between expressions or settings, as the lines of a unified diff without its head.

    How series are added up is left out: it follows from what else changes.
    """
    for difference in found:
        if is_code(difference) and difference.kind is not Kind.RECORDED:
            old, new = (
                [] if value is None else text_of(value).splitlines()
                for value in (difference.before, difference.after)
            )
            lines = difflib.unified_diff(old, new, lineterm="", n=1)
            yield in_words(difference)[0], [line for line in lines if not line.startswith(_HEADS)]


def in_words(difference: Difference) -> tuple[str, Cell]:
    """The name of a difference, and what was and is."""
    about = f"{difference.about}: " if difference.about else ""
    return f"{about}{difference.what}", cell(difference.before, difference.after)


def cell(before: Value | None, after: Value | None) -> Cell:
    """Two values, with as many digits as it takes to tell them apart."""
    texts = [NOTHING if value is None else text_of(value) for value in (before, after)]
    if texts[0] == texts[1] and before != after:
        texts = [NOTHING if value is None else _exact(value) for value in (before, after)]
    return Cell(*texts)


def text_of(value: Value) -> str:
    """A value as a human reads it."""
    match value:
        case Share(ratio=ratio):
            return format_percent(ratio, digits=4)
        case Span(seconds=seconds):
            return NEVER if seconds is None else approximate_duration(seconds)
        case Words(text=text) | Code(text=text):
            return text
        case _:
            assert_never(value)


def _exact(value: Value) -> str:
    match value:
        case Share(ratio=ratio):
            return format_percent(ratio)
        case Span(seconds=seconds) if seconds is not None:
            return f"{format_decimal(seconds)}s"
        case _:
            return text_of(value)


def _cell(before: Facts | None, after: Facts | None, name: str) -> Cell:
    known = [facts for facts in (before, after) if facts is not None]
    values = [facts[name].value if name in facts else None for facts in known]
    if not any(values):
        return Cell("", "")
    return cell(values[0], values[-1])
