"""A review on a terminal: a headline, a table an SLO, and the rest in lines below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from slo_compiler.cli.tables import facts, print_table
from slo_compiler.review.changes import SloChange
from slo_compiler.review.effect import Effect, Effects
from slo_compiler.review.effect_words import effect_facts, effect_line, effect_lists, effects_beside
from slo_compiler.review.facts import Difference
from slo_compiler.review.headline import clauses, headline
from slo_compiler.review.merge_words import merge_line, series_lines
from slo_compiler.review.review import Review
from slo_compiler.review.words import (
    Cell,
    alert_table,
    annotations_that_follow,
    code_changes,
    plain_facts,
)

_STYLES: Final = {"+": "green", "-": "red"}


def print_review(review: Review, effects: Effects | None = None) -> None:
    """Print the review, its effect on history first; colours only on a terminal."""
    console = Console(highlight=False, markup=False)
    if effects:
        console.print(effect_line(effects), style="bold")
    console.print(headline(review), style="bold")
    if review:
        console.print(f"on merge: {merge_line(review)}")
    for sentence in effects_beside(effects, {slo.id for slo in review.slos}) if effects else ():
        console.print(sentence)
    for slo in review.slos:
        console.print()
        if review.slos[1:]:
            console.print(Text.assemble((slo.id, "bold"), f"  {clauses(slo)}"))
        if effects and slo.id in effects.slos:
            _print_effect(console, effects.slos[slo.id])
        _print_slo(console, slo)
    for note in effects.notes if effects else ():
        console.print()
        console.print(f"of that time not all is known: {note}")
    if review.following:
        console.print()
        console.print(f"what follows from it: {', '.join(slo.id for slo in review.following)}")
    if review.notification:
        console.print()
        console.print("Alertmanager", style="bold")
        _print_facts(console, review.notification)
        _print_code(console, review.notification)


def _print_effect(console: Console, effect: Effect) -> None:
    told = Text(", ").join(Text.assemble(f"{name} ", _cell(cell)) for name, cell in effect_facts(effect))
    rows: list[tuple[str, str | Text]] = [("on history", told), *effect_lists(effect)]
    console.print(_indented(facts(rows)))


def _print_slo(console: Console, slo: SloChange) -> None:
    grid = alert_table(slo)
    if grid:
        print_table(console, grid.columns, [[_cell(cell) for cell in row] for row in grid.rows])
    if slo.after is not None:  # of one that is gone there is nothing else to say
        _print_facts(console, slo.differences, series_lines(slo), new=slo.before is None)
        _print_code(console, slo.differences)


def _print_facts(
    console: Console,
    found: Sequence[Difference],
    series: Iterable[tuple[str, str]] = (),
    *,
    new: bool = False,
) -> None:
    rows: list[tuple[str, str | Text]] = [*series]
    rows += [(name, _cell(cell)) for name, cell in plain_facts(found, new=new)]
    following = annotations_that_follow(found)
    if following:
        rows.append(("annotations that follow", ", ".join(following)))
    if rows:
        console.print(_indented(facts(rows)))


def _print_code(console: Console, found: Sequence[Difference]) -> None:
    """Each expression as a diff. Its lines are not broken, so that they can be copied."""
    for name, lines in code_changes(found):
        console.print(f"  {name}:")
        for line in lines:
            console.print(Text(f"    {line}", style=_STYLES.get(line[0], "")), soft_wrap=True)


def _indented(table: Table) -> Padding:
    return Padding(table, (0, 0, 0, 2), expand=False)


def _cell(cell: Cell) -> Text:
    if not cell.changes:
        return Text(cell.after)
    return Text.assemble(cell.before, " → ", (cell.after, "bold"))
