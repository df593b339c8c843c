"""A review as Markdown, for one comment on a pull request: headline, tables, and all else folded away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from slo_compiler.review.changes import SloChange
from slo_compiler.review.effect import Effect, Effects
from slo_compiler.review.effect_words import effect_facts, effect_line, effect_lists, effects_beside
from slo_compiler.review.facts import Difference
from slo_compiler.review.headline import clauses, headlines
from slo_compiler.review.merge_words import merge_line, series_lines
from slo_compiler.review.review import Review
from slo_compiler.review.words import (
    Cell,
    alert_table,
    annotations_that_follow,
    code_changes,
    plain_facts,
)

MOST_CHARACTERS: Final = 60_000
"""A comment on GitHub holds 65,536."""

MOST_FOLLOWING: Final = 20_000
"""Of that, what follows from other changes may take."""

MOST_NAMES: Final = 50
"""Of what there is no room for."""

# What stands for itself wherever it is; all else might mean something to Markdown, HTML or GitHub.
_PLAIN: Final = frozenset(" .,;:/=%'\"?()→-")


def as_markdown(review: Review, effects: Effects | None = None) -> str:
    """The review as Markdown, as much of it as fits into a comment; its effect on history comes first."""
    top = [f"**{_literal(effect_line(effects))}**", ""] if effects else []
    top += _headline(review)
    if review:
        top += [f"On merge: {_literal(merge_line(review))}.", ""]
    if effects:
        beside = effects_beside(effects, {slo.id for slo in review.slos})
        unknown = (f"Of that time not all is known: {note}" for note in effects.notes)
        top += [line for said in (*beside, *unknown) for line in (f"{_literal(said)}.", "")]
    sections = [
        _text(_section(slo, effects.slos.get(slo.id) if effects else None, alone=len(review.slos) == 1))
        for slo in review.slos
    ]
    told = _text(_folded("Alertmanager", _details(review.notification)))
    told = _text(_following(review.following)) + told
    room = MOST_CHARACTERS - len(told)
    shown = [
        section for section, end in zip(sections, accumulate(map(len, sections)), strict=True) if end < room
    ]
    return "".join((_text(top), *shown, _without_room(review.slos[len(shown) :]), told))


def _headline(review: Review) -> Iterator[str]:
    """What a reader has ten seconds for."""
    first, *further = map(_literal, headlines(review))
    yield from (f"**{first}**", "", *(f"* {each}" for each in further), *([""] if further else []))


def _without_room(slos: Sequence[SloChange]) -> str:
    if not slos:
        return ""
    some = ", ".join((*(slo.id for slo in slos[:MOST_NAMES]), *(["..."] if slos[MOST_NAMES:] else [])))
    return f"There is no room here for {len(slos)} more: {_literal(some)}\n\n"


def _section(slo: SloChange, effect: Effect | None, *, alone: bool) -> Iterator[str]:
    if not alone:
        yield from (f"### {_literal(slo.id)}", "", f"{_literal(clauses(slo))}.", "")
    if effect:
        facts = ", ".join(f"{name} {_cell(cell)}" for name, cell in effect_facts(effect))
        lists = (f"* {_literal(name)}: {_literal(told)}" for name, told in effect_lists(effect))
        yield from (f"* on history: {facts}", *lists, "")
    table = alert_table(slo)
    if table:
        yield from (_row(table.columns), _row("---" for _ in table.columns))
        yield from (_row(map(_cell, row)) for row in table.rows)
        yield ""
    if slo.after is None:  # there is nothing to say of it beside that it is gone
        return
    series = [f"* {_literal(name)}: {_literal(text)}" for name, text in series_lines(slo)]
    yield from _folded("All that changes", [*series, *_details(slo.differences, new=slo.before is None)])


def _following(changes: Sequence[SloChange]) -> Iterator[str]:
    """Signals of which there is nothing to decide, folded away."""
    inside = [line for change in changes for line in _details(change.differences)]
    if len("\n".join(inside)) > MOST_FOLLOWING:
        inside = ["It is too long for a comment."]
    yield from _folded(f"What follows from it: {_literal(', '.join(each.id for each in changes))}", inside)


def _details(found: Sequence[Difference], *, new: bool = False) -> Iterator[str]:
    yield from (f"* {_literal(name)}: {_cell(cell)}" for name, cell in plain_facts(found, new=new))
    following = annotations_that_follow(found)
    if following:
        yield f"* annotations that follow: {_literal(', '.join(following))}"
    for name, lines in code_changes(found):
        yield from _block(name, lines)


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    inside = list(lines)
    if inside:
        yield from (f"<details><summary>{title}</summary>", "", *inside, "", "</details>", "")


def _block(name: str, lines: Sequence[str]) -> Iterator[str]:
    """The lines of a diff in a fence that is longer than any in them."""
    runs = re.findall("`+", "\n".join(lines))
    fence = "`" * max(3, *(len(run) + 1 for run in runs), 0)
    yield from ("", f"{_literal(name)}:", "", f"{fence}diff", *lines, fence)


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    return f"{_literal(cell.before)} → **{_literal(cell.after)}**" if cell.changes else _literal(cell.after)


def _literal(text: str) -> str:
    """The text as it is: names and annotations are an author's, and mean nothing to Markdown or GitHub."""
    return "".join(c if c.isalnum() or c in _PLAIN else f"&#{ord(c)};" for c in " ".join(text.split()))
