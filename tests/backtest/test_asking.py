from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from slo_compiler.backtest.asking import Asking, pieces, whole_pieces
from slo_compiler.backtest.cache import Cache
from slo_compiler.backtest.history import Steps, Table, outages
from slo_compiler.prometheus.failure import Reason
from tests.prometheus.asking import asking, failure
from tests.prometheus.stub import Reply, stub

DAY = 86_400
FAR = 1e12
"""A time at which everything has long settled."""


def seconds(path: str) -> Reply:
    """Answers each moment with its own time, as a Prometheus answers time()."""
    start, end, step = _asked(path)
    values = [[time, str(time)] for time in np.arange(start, end + step / 2, step).tolist()]
    return _answer([{"metric": {"pod": "a"}, "values": values}])


def _asked(path: str) -> tuple[float, float, float]:
    query = parse_qs(urlsplit(path).query)
    start, end, step = (float(query[name][0]) for name in ("start", "end", "step"))
    return start, end, step


def _answer(result: object) -> Reply:
    return Reply(json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}))


def few(most: int) -> Callable[[str], Reply]:
    """As before, by a server that bears only so many steps."""

    def reply(path: str) -> Reply:
        start, end, step = _asked(path)
        if (end - start) / step + 1 > most:
            return Reply('{"errorType": "execution", "error": "query would load too many samples"}', 422)
        return seconds(path)

    return reply


def test_a_piece_is_a_day_and_begins_with_one() -> None:
    found = list(pieces(Steps.within(DAY / 2, 2 * DAY, 60)))
    assert [(each.begin, each.count) for each in found] == [(DAY / 2, 720), (DAY, 1440), (2 * DAY, 1)]


@pytest.mark.parametrize("interval", [1.0, 7.0, 15.0, 240.0])
def test_no_piece_has_more_steps_than_prometheus_gives(interval: float) -> None:
    steps = Steps.within(0, 3 * DAY, interval)
    found = list(pieces(steps))
    assert max(each.count for each in found) <= 11_000
    assert sum(each.count for each in found) == steps.count


def test_another_run_begins_with_the_same_piece() -> None:
    begins = [whole_pieces(Steps.within(begin, 3 * DAY, 30)).begin for begin in (DAY + 1, DAY + 40_000)]
    assert [DAY, DAY] == begins


def test_pieces_are_put_together() -> None:
    steps = Steps.within(DAY / 2, 3 * DAY, 3600)
    with stub(seconds) as server:
        table = Asking(asking(server.url).client, FAR).ask("time()", steps)
    assert isinstance(table, Table)
    assert len(server.requests) == 4
    assert table.groups == ((("pod", "a"),),)
    np.testing.assert_array_equal(table.values, [steps.times])


def test_a_server_that_bears_less_is_asked_for_less() -> None:
    steps = Steps.within(0, 2 * DAY, 600)
    with stub(few(40)) as server:
        table = Asking(asking(server.url).client, FAR).ask("time()", steps)
    assert isinstance(table, Table)
    np.testing.assert_array_equal(table.values, [steps.times])
    # Of the first day it refuses 144 and 72 steps; of all others nothing more.
    assert len(server.requests) == 2 + 4 + 4 + 1


def test_a_server_that_bears_nothing_is_told() -> None:
    with stub(few(0)) as server:
        found = Asking(asking(server.url).client, FAR).ask("time()", Steps.within(0, DAY, 600))
    assert failure(found).reason is Reason.TOO_MUCH


def test_what_was_answered_is_not_asked_again(tmp_path: Path) -> None:
    steps = Steps.within(0, 3 * DAY, 3600)
    with stub(seconds) as server:
        first, again = (
            Asking(asking(server.url).client, FAR, Cache(tmp_path, server.url)).ask("time()", steps)
            for _ in range(2)
        )
    assert isinstance(first, Table)
    assert isinstance(again, Table)
    assert len(server.requests) == 4
    assert first.groups == again.groups
    np.testing.assert_array_equal(first.values, again.values)


@pytest.mark.parametrize("identity", ["another server", "the same, another tenant"])
def test_answers_to_others_are_not_ours(tmp_path: Path, identity: str) -> None:
    steps = Steps.within(0, 100, 10)
    Cache(tmp_path, "ours").put("up", steps, Table(((),), np.zeros((1, steps.count))))
    assert Cache(tmp_path, "ours").get("up", steps) is not None
    assert Cache(tmp_path, identity).get("up", steps) is None


def test_a_damaged_answer_is_asked_for_again(tmp_path: Path) -> None:
    cache, steps = Cache(tmp_path, "ours"), Steps.within(0, 100, 10)
    cache.put("up", steps, Table(((),), np.zeros((1, steps.count))))
    [file] = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:50])
    assert cache.get("up", steps) is None


@pytest.mark.parametrize(("now", "kept"), [(DAY + 3600, 24), (DAY, 0)], ids=["settled", "still changing"])
def test_what_may_still_change_is_not_kept(tmp_path: Path, now: float, kept: int) -> None:
    steps = Steps(0, 24, 3600)
    cache = Cache(tmp_path, "ours")
    with stub(seconds) as server:
        Asking(asking(server.url).client, now - 3600, cache).ask("time()", steps)
    table = cache.get("time()", steps)
    assert kept == (0 if table is None else table.values.size)


def test_that_there_is_nothing_is_not_kept(tmp_path: Path) -> None:
    with stub([_answer([])]) as server:
        Asking(asking(server.url).client, FAR, Cache(tmp_path, "ours")).ask("up", Steps(0, 24, 3600))
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_keeps_nobody_from_going_on(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with stub(seconds) as server:
        found = Asking(asking(server.url).client, FAR, Cache(file, "ours")).ask("time()", Steps(0, 2, 3600))
    assert isinstance(found, Table)


def test_prometheus_was_away_where_it_scraped_nothing_at_all() -> None:
    there = [np.nan, 1, 1, np.nan, np.nan, 1]
    [span] = outages(Table(((),), np.array([there])), Steps(0, 6, 60))
    assert (180, 300) == (span.begin, span.end)


def test_of_a_prometheus_that_does_not_say_nothing_is_taken_for_an_outage() -> None:
    assert () == outages(Table((), np.empty((0, 6))), Steps(0, 6, 60))
