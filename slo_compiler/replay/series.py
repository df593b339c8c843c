"""What a Prometheus would have scraped of an indicator, as arrays: a row a group, a column a scrape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from msgspec import Struct

from slo_compiler.quantities import Seconds
from slo_compiler.replay.grid import Array


class Counters(Struct, frozen=True, eq=False):
    """Two counters, as ever growing and falling back to 0 on a restart as they are.

    ``times`` are the seconds of the scrapes, ascending. ``events`` and ``counted`` have a row for each group.
    ``counts_good`` says whether ``counted`` are the good events, so that the errors are what is missing.
    ``replicas`` says whether the rows are no groups, but replicas, which the rules add up.
    """

    times: Array
    events: Array
    counted: Array
    counts_good: bool = False
    replicas: bool = False


class Samples(Struct, frozen=True, eq=False):
    """Events of one scrape each: looks at a gauge, and the failures among them."""

    times: Array
    events: Array
    errors: Array


class Ratios(Struct, frozen=True, eq=False):
    """A ratio of errors as it was at each scrape, with nothing to say how many events stand behind it."""

    times: Array
    ratio: Array


class Counts(Struct, frozen=True, eq=False):
    """Events within a window and the errors among them, a column for each evaluation."""

    events: Array
    errors: Array

    @property
    def error_ratio(self) -> Array:
        """The share of errors; no number where nothing was counted."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.errors / self.events


class Readings(Struct, frozen=True, eq=False):
    """The counts within each window that reads raw series, by its length, at each evaluation of a grid.

    What was scraped is not known: a Prometheus, or somebody else, has already counted.
    """

    counts: Mapping[Seconds, Counts]


Series: TypeAlias = Counters | Samples | Ratios | Readings
