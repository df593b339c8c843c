"""A month and more of a service as a Prometheus has it: its raw series, and what rules recorded of them.

The server itself evaluates the rules, each group at its own interval, over all of the time. What comes of it
is kept as a block of its time series database, which is found again by what it was made of.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from slo_compiler.rules.ir import Group
from tests.engine.remote_write import Columns, write
from tests.engine.replay import EPOCH, FIRST_EVALUATIONS, FLAGS, Replay, evaluated, evaluations
from tests.engine.series import FIRST_SCRAPE, SCRAPE_INTERVAL
from tests.oracles.cache import cache_folder
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server

Numbers: TypeAlias = npt.NDArray[np.int64]

DAY: Final = 86_400
HOUR: Final = 3_600
END: Final = 35 * DAY

METRIC: Final = "requests_total"
CODES: Final = {"good": ("200", "201", "404"), "bad": ("500", "503")}
SERIES_AN_INSTANCE: Final = sum(map(len, CODES.values()))

FIRST_INSTANCES: Final = 8
"""So many run from the beginning: 40 series, as of a small service."""

SCALED: Final = END - 4 * DAY
"""When all further instances are started.

Longer before the end than any window that is read from raw series: a whole month of a thousand series would
be a hundred million samples, and none of the rules would read more because of them.
"""


AS_IT_IS: Final = ("--storage.tsdb.min-block-duration=54h", "--storage.tsdb.max-block-duration=54h")
"""Lets a server leave the blocks alone that it finds."""


class Past(NamedTuple):
    """The scrapes, in seconds, and the good and bad events until each."""

    times: Numbers
    good: Numbers
    bad: Numbers

    def within(self, window: float, time: float) -> tuple[int, int]:
        """The errors and all events that scrapes saw within a window that ends at a time."""
        last, before = (int((end - FIRST_SCRAPE) // SCRAPE_INTERVAL) for end in (time, time - window))
        bad, good = (int(counted[last] - counted[before]) for counted in (self.bad, self.good))
        return bad, bad + good


@cache
def past() -> Past:
    """Ten times as much traffic by day as by night, few errors, and an hour ten nights ago with many."""
    rng = np.random.default_rng(35)
    times = np.arange(FIRST_SCRAPE, END, SCRAPE_INTERVAL)
    events = rng.poisson(SCRAPE_INTERVAL * (55 - 45 * np.cos(2 * np.pi * times / DAY)))
    night = END - 10 * DAY
    bad = rng.binomial(events, np.where((night <= times) & (times < night + HOUR), 0.3, 0.0006))
    return Past(times, np.cumsum(events - bad), np.cumsum(bad))


@contextlib.contextmanager
def serving(prometheus: Prometheus, groups: Sequence[Group], series: int) -> Iterator[Server]:
    """A server with the past in so many raw series, and what rules recorded of it."""
    source = Path(__file__).read_text(encoding="utf-8")
    made_of = (prometheus.version, [rule for group in groups for rule in group.rules], series, source)
    key = hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]
    kept = cache_folder(os.environ).parent / "bench" / key
    with tempfile.TemporaryDirectory() as temporary:
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(_make(prometheus, groups, series, Path(temporary)), kept)
        with prometheus.serve(Path(temporary) / "serving", storage=kept, flags=AS_IT_IS) as server:
            yield server


def _make(prometheus: Prometheus, groups: Sequence[Group], series: int, folder: Path) -> Path:
    """Everything as blocks, and the newest two hours in the head, as in a server that ran all the time."""
    columns = list(_raw(series))
    rules = [
        (rule, evaluations(first, group, END - 1))
        for first, group in zip(FIRST_EVALUATIONS, groups, strict=True)
        for rule in group.rules
    ]
    with evaluated(prometheus, folder / "recording", rules, columns) as replay:
        columns += _recorded(replay)
    storage = folder / "storage"
    storage.mkdir()
    spans = list(_spans())
    for number, (begin, end) in enumerate(spans[:-1]):
        _block(prometheus, _between(columns, begin, end), folder / f"block{number}", storage)
    with prometheus.serve(folder / "head", storage=storage, flags=(*FLAGS[:1], *AS_IT_IS)) as server:
        write(server, _between(columns, *spans[-1]))
    return storage


def _block(prometheus: Prometheus, columns: Iterable[Columns], folder: Path, storage: Path) -> None:
    with prometheus.serve(folder, flags=(*FLAGS, "--web.enable-admin-api")) as server:
        write(server, columns)
        snapshot = server.post("/api/v1/admin/tsdb/snapshot", {})["data"]["name"]
    (block,) = (each for each in (folder / "data" / "snapshots" / snapshot).iterdir() if each.is_dir())
    shutil.move(block, storage / block.name)


def _spans() -> Iterator[tuple[int, int]]:
    """What each block holds, as Prometheus compacts them when it keeps a month; the last is the head's."""
    begin, end = EPOCH, EPOCH + END
    for length in (54 * HOUR, 18 * HOUR, 6 * HOUR, 2 * HOUR):
        while (boundary := (begin // length + 1) * length) < end - 2 * HOUR:
            yield begin, boundary
            begin = boundary
    yield begin, end


def _between(columns: Iterable[Columns], begin: int, end: int) -> list[Columns]:
    ranges = ((each, *np.searchsorted(each.times, (begin, end))) for each in columns)
    return [
        Columns(each.labels, each.times[low:high], each.values[low:high])
        for each, low, high in ranges
        if low < high
    ]


def _recorded(replay: Replay) -> Iterator[Columns]:
    for metric, results in replay.recorded.items():
        for labels, samples in results.items():
            times, values = np.array(samples).T
            yield Columns({**dict(labels), "__name__": metric}, times.astype(np.int64), values)


def _raw(series: int) -> Iterator[Columns]:
    """Counters that add up to the past, whatever their number."""
    times, good, bad = past()
    many = series // SERIES_AN_INSTANCE
    scaled = times >= SCALED
    before = int(np.flatnonzero(scaled)[0]) - 1
    for codes, counted in ((CODES["good"], good), (CODES["bad"], bad)):
        alone = np.where(scaled, counted[before], counted)
        together = counted[scaled] - counted[before]
        for index, (instance, code) in enumerate(itertools.product(range(many), codes)):
            share = (together + index) // (many * len(codes))
            labels = {"__name__": METRIC, "instance": f"{instance:03}", "code": code}
            if instance < FIRST_INSTANCES:
                value = (alone + index) // (FIRST_INSTANCES * len(codes))
                value[scaled] += share
                yield Columns(labels, EPOCH + times, value.astype(np.float64))
            else:
                yield Columns(labels, EPOCH + times[scaled], share.astype(np.float64))
