"""Asks a Prometheus for long times, a day at once: gently, again where it was cut short, never twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from slo_compiler.backtest.cache import Cache
from slo_compiler.backtest.history import Steps, Table, group_of
from slo_compiler.prometheus.answers import Line
from slo_compiler.prometheus.client import Prometheus
from slo_compiler.prometheus.failure import Failure, Reason

MOST_STEPS = 10_800
"""Prometheus answers with at most 11,000."""

DAY = 86_400.0
FEWEST_STEPS = 10
"""A server to which so few are too much is not asked for still fewer."""

SETTLED = 600.0
"""The seconds after which what was scraped does not change any more."""


class Asking(Struct):
    """A Prometheus, and what it was already asked.

    ``now`` is the Unix time: answers about what is younger than ``SETTLED`` are not kept. ``step`` is called
    after each piece. ``warnings`` gathers what the server has to say.
    """

    client: Prometheus
    now: float
    cache: Cache | None = None
    step: Callable[[], None] = lambda: None
    warnings: set[str] = field(default_factory=set)
    most: int = MOST_STEPS
    """How many steps the server has turned out to bear."""

    def ask(self, expr: str, steps: Steps) -> Table | Failure:
        """What an expression was at each of the steps."""
        found = []
        for piece in pieces(steps):
            table = self._piece(expr, piece)
            if isinstance(table, Failure):
                return table
            found.append(table)
            self.step()
        return _joined(found, [piece.count for piece in pieces(steps)])

    def _piece(self, expr: str, piece: Steps) -> Table | Failure:
        kept = self.cache.get(expr, piece) if self.cache else None
        if kept is not None:
            return kept
        table = self._in_parts(expr, piece)
        # No answer is kept that might be another one soon, such as none at all.
        if self.cache and isinstance(table, Table) and table.groups and piece.end < self.now - SETTLED:
            self.cache.put(expr, piece, table)
        return table

    def _in_parts(self, expr: str, piece: Steps) -> Table | Failure:
        """The piece at once, or in parts that the server bears."""
        found, sizes = [], []
        done = 0
        while done < piece.count:
            part = Steps(piece.first + done, min(self.most, piece.count - done), piece.interval)
            table = self._ask_once(expr, part)
            if isinstance(table, Failure):
                if table.reason is not Reason.TOO_MUCH or part.count <= FEWEST_STEPS:
                    return table
                self.most = -(-part.count // 2)
                continue
            found.append(table)
            sizes.append(part.count)
            done += part.count
        return _joined(found, sizes)

    def _ask_once(self, expr: str, steps: Steps) -> Table | Failure:
        answer = self.client.query_range(expr, steps.begin, steps.end, steps.interval)
        if isinstance(answer, Failure):
            return answer
        self.warnings.update(answer.warnings)
        return _table(answer.value, steps)


def pieces(steps: Steps) -> Iterator[Steps]:
    """The steps in pieces of a day at most, which begin where they begin in every other run."""
    length = _piece_length(steps)
    begin, end = steps.first, steps.first + steps.count
    while begin < end:
        upto = min((begin // length + 1) * length, end)
        yield Steps(begin, upto - begin, steps.interval)
        begin = upto


def _table(lines: Sequence[Line], steps: Steps) -> Table:
    values = np.full((len(lines), steps.count), np.nan)
    for row, line in enumerate(lines):
        columns = np.rint(np.array(line.times) / steps.interval).astype(np.intp) - steps.first
        values[row, columns] = line.values
    values[np.isinf(values)] = np.nan
    return Table(tuple(group_of(line.labels) for line in lines), values)


def _joined(tables: Sequence[Table], sizes: Sequence[int]) -> Table:
    """Tables of steps that follow each other, as one."""
    groups = tuple(sorted({group for table in tables for group in table.groups}))
    if not tables:
        return Table((), np.empty((0, 0)))
    parts = [table.rows(groups, size) for table, size in zip(tables, sizes, strict=True)]
    return Table(groups, np.concatenate(parts, axis=1))


def whole_pieces(steps: Steps) -> Steps:
    """The steps from the beginning of their first piece on, so that another run finds it answered."""
    length = _piece_length(steps)
    first = steps.first // length * length
    return replace(steps, first=first, count=steps.first + steps.count - first)


def _piece_length(steps: Steps) -> int:
    return max(1, min(MOST_STEPS, int(DAY / steps.interval)))
