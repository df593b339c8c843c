"""How much traffic there is: so many events an hour, or as many as a file says for each minute."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final

import numpy as np
from msgspec import Struct

from slo_compiler.quantities import is_number
from slo_compiler.replay.grid import Array

MINUTE: Final = 60.0
MINUTES_AN_HOUR: Final = 60
MOST_A_MINUTE: Final = 1_000_000_000
"""More than this nobody serves, and counts of months would not be exact."""


class Traffic(Struct, frozen=True, eq=False):
    """Events in each of some minutes, which begin anew after the last one."""

    a_minute: Array

    @property
    def an_hour(self) -> float:
        """The average."""
        return float(self.a_minute.mean()) * MINUTES_AN_HOUR

    def expected(self, times: Array, apart: float) -> Array:
        """How many events are to be expected in the time ``apart`` before each of some times."""
        minute = ((times - apart / 2) // MINUTE).astype(np.intp) % self.a_minute.size
        return self.a_minute[minute] * (apart / MINUTE)


def steady(events_an_hour: float) -> Traffic:
    """The same traffic all the time."""
    return Traffic(np.array([events_an_hour / MINUTES_AN_HOUR]))


class TrafficError(ValueError):
    """A file is no traffic; the message says where and why."""


def read_traffic(text: str) -> Traffic:
    """The traffic in a CSV file: a line for each minute, whose last column is the number of events.

    Raises:
        TrafficError: a line has no such number, or there is none.
    """
    counts = list(_counts(text))
    if not counts or not any(counts):
        raise TrafficError("there is no traffic in it: not one line ends with a number of events above 0")
    return Traffic(np.array(counts))


def _counts(text: str) -> Iterator[float]:
    for number, row in enumerate(csv.reader(text.splitlines()), start=1):
        if not row:
            continue
        last = row[-1].strip()
        if not is_number(last):
            if number == 1:
                continue  # names of columns
            raise TrafficError(f"line {number} ends with {row[-1][:40]!r}, which is no number of events")
        count = float(last)
        if not 0 <= count < MOST_A_MINUTE:
            raise TrafficError(
                f"line {number} ends with {last[:40]}, which is no number of events a minute: "
                f"give less than {MOST_A_MINUTE:,}"
            )
        yield count
