"""What rules cost, as the rows of a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from slo_compiler.quantities import format_decimal, format_duration
from slo_compiler.rules.cost import Assumptions, Cost, SubjectCost, total

COLUMNS: Final = (
    "SLO or signal",
    "groups",
    "rules",
    "series",
    "writes",
    "reads",
    "at once",
)
TOTAL: Final = "together"

Row: TypeAlias = tuple[str, ...]


def rows(costs: Sequence[SubjectCost]) -> Iterator[Row]:
    """A row for each SLO, signal and adapter, and one for all together, under ``COLUMNS``."""
    for each in costs:
        yield _row(each.id, each.cost)
    yield _row(TOTAL, total(costs))


def caption(assumed: Assumptions) -> str:
    """What the numbers are of, and what they rest on."""
    return (
        "Samples written and read a second, and the most that one rule reads at once, where a selector of "
        f"raw metrics matches {_counted(assumed.series, 'series')}, scraped every "
        f"{format_duration(assumed.scrape_interval)}, and a group_by makes "
        f"{_counted(assumed.values, 'group')}."
    )


def as_markdown(costs: Sequence[SubjectCost], assumed: Assumptions) -> str:
    """The table and what it rests on."""
    lines = [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *(_line(row) for row in rows(costs))]
    return "\n".join([*lines, "", caption(assumed), ""])


def as_json(costs: Sequence[SubjectCost], assumed: Assumptions) -> str:
    """One object: ``assumed``, ``subjects`` and ``total``, with numbers a second as numbers."""
    document = {
        "assumed": {
            "series": assumed.series,
            "values": assumed.values,
            "scrape_interval_seconds": float(assumed.scrape_interval),
        },
        "subjects": [{"id": each.id, **_numbers(each.cost)} for each in costs],
        "total": _numbers(total(costs)),
    }
    return json.dumps(document, indent=2) + "\n"


def _row(name: str, cost: Cost) -> Row:
    rates = (format_decimal(rate, digits=3) for rate in (cost.written, cost.read))
    return name, f"{cost.groups:,}", f"{cost.rules:,}", f"{cost.series:,}", *rates, f"{cost.largest:,}"


def _numbers(cost: Cost) -> dict[str, Any]:
    return {
        "groups": cost.groups,
        "rules": cost.rules,
        "recorded_series": cost.series,
        "samples_written_per_second": float(cost.written),
        "samples_read_per_second": float(cost.read),
        "largest_samples_read_at_once": cost.largest,
    }


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 or what == "series" else f"{number:,} {what}s"
