from __future__ import annotations

import pytest

from slo_compiler.backtest.history import Steps
from slo_compiler.backtest.tallies import Tally, read_tallies, span_of, tallied_history
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.quantities import MINUTE
from tests.replay.examples import plan_of

WANTED = "a history has the columns time, total and errors, or good in place of it [history/columns]"
A_TIME = "write 2026-11-01T08:00:00Z, or seconds since 1970 [history/time]"
ORDER = "each line counts what came since the one before [history/order]"


def read(text: str) -> list[Tally]:
    found = read_tallies("history.csv", text)
    return [each for each in found if isinstance(each, Tally)]


def problems(text: str) -> list[str]:
    return [str(each) for each in read_tallies("history.csv", text) if isinstance(each, Diagnostic)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1: error: there is nothing in it [history/empty]"]),
        ("time,total,errors\n", ["1:1: error: there is no line in it below the columns [history/empty]"]),
        (
            "when,total,errors\n",
            [f"1:1: error: there is no column time: {WANTED}"],
        ),
        (
            "time,total\n1,2\n",
            [f"1:1: error: there are neither of the columns errors and good: {WANTED}"],
        ),
        (
            "time,total,errors\n60,5\n",
            ["2:1: error: there are 2 fields here, and 3 columns [history/columns]"],
        ),
        (
            "time,total,errors\nyesterday,5,0\n60,five,0\n120,5,NaN\n180,-1,0\n240,5,6\n300,1e300,0\n",
            [
                f"2:1: error: 'yesterday' is no time; {A_TIME}",
                "3:1: error: 'five' is no number of events, from 0 to 9,007,199,254,740,992 [history/value]",
                "4:1: error: 'NaN' is no number of events, from 0 to 9,007,199,254,740,992 [history/value]",
                "5:1: error: '-1' is no number of events, from 0 to 9,007,199,254,740,992 [history/value]",
                "6:1: error: there are more errors than events in all: 6 of 5 [history/value]",
                "7:1: error: '1e300' is no number of events, from 0 to 9,007,199,254,740,992 [history/value]",
            ],
        ),
        (
            "time,total,errors\n1_0,5,0\n60,1_0,0\n",
            [
                f"2:1: error: '1_0' is no time; {A_TIME}",
                "3:1: error: '1_0' is no number of events, from 0 to 9,007,199,254,740,992 [history/value]",
            ],
        ),
        (
            "time,total,errors\n120,5,0\n60,5,0\n",
            [f"3:1: error: its time is not after that of line 2: {ORDER}"],
        ),
        (
            "time,total,total,errors\n",
            ["1:1: error: a column stands twice: only one of them could be meant [history/columns]"],
        ),
    ],
    ids=[
        *("empty", "no lines", "no time", "no errors", "short line", "no numbers", "numbers of Python"),
        *("backwards", "twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, expected: list[str]) -> None:
    assert [f"history.csv:{each}" for each in expected] == problems(text)


def test_good_events_are_what_errors_are_missing_from() -> None:
    [tally] = read("time,total,good\n60,10,7\n")
    assert ([10], [3]) == (tally.events.tolist(), tally.errors.tolist())


def test_times_are_those_of_humans_and_programs() -> None:
    [tally] = read("time,total,errors\n1970-01-01T00:01:00Z,1,0\n120,1,0\n1970-01-01 00:03:00+00:00,1,0\n")
    assert [60, 120, 180] == tally.times.tolist()


def test_a_line_counts_what_came_before_it() -> None:
    tallies = read("time,total,errors\n120,1,0\n180,1,0\n240,1,0\n")
    assert (60, 240) == (span_of(tallies).begin, span_of(tallies).end)


def test_windows_hold_what_was_counted_in_them() -> None:
    """Half of the line of ten minutes ago, and not those before."""
    lines = "".join(f"{600 * line},{100 * line},{line}\n" for line in range(1, 7))
    plan = plan_of()
    history = tallied_history(plan, read(f"time,total,errors\n{lines}"), Steps(120, 1, 30.0), alone=True)
    assert not isinstance(history, list)
    counts = history.readings.counts[plan.windows.base]
    assert plan.windows.base == 5 * MINUTE
    assert ([[300]], [[3]]) == (counts.events.tolist(), counts.errors.tolist())


def test_a_hole_is_unknown_and_not_free_of_events() -> None:
    lines = "".join(f"{60 * minute},1,0\n" for minute in range(1, 61) if not 20 <= minute < 40)
    plan = plan_of()
    history = tallied_history(plan, read(f"time,total,errors\n{lines}"), Steps(2, 118, 30.0), alone=True)
    assert not isinstance(history, list)
    [hole] = history.holes(plan)
    assert (19 * 60 + 300, 39 * 60 + 30) == (hole.begin, hole.end)


def test_of_an_error_ratio_every_moment_weighs_the_same() -> None:
    plan = plan_of(indicator={"error_ratio": "avg_over_time(r[$window])"})
    tallies = read("time,total,errors\n300,10,5\n600,1000,5\n")
    history = tallied_history(plan, tallies, Steps(10, 11, 30.0), alone=True)
    assert not isinstance(history, list)
    counts = history.readings.counts[plan.windows.base]
    assert ([1, 1], [0.5, 0.005]) == (counts.events[0, [0, 10]].tolist(), counts.errors[0, [0, 10]].tolist())


def test_lines_of_another_slo_are_not_its() -> None:
    tallies = read("time,slo,total,errors\n60,availability,1,0\n60,latency,5,0\n")
    history = tallied_history(plan_of(), tallies, Steps(2, 1, 30.0), alone=True)
    assert not isinstance(history, list)
    assert 1 == len(history.groups)


def test_a_column_that_is_no_group_of_the_slo_is_told() -> None:
    tallies = read("time,region,total,errors\n60,eu,1,0\n")
    found = tallied_history(plan_of(), tallies, Steps(2, 1, 30.0), alone=True)
    assert isinstance(found, list)
    assert "are not those that" in found[0].message


def test_groups_are_told_apart_by_their_columns() -> None:
    tallies = read("time,region,total,errors\n60,eu,1,0\n60,us,2,0\n")
    history = tallied_history(plan_of(group_by=["region"]), tallies, Steps(2, 1, 30.0), alone=True)
    assert not isinstance(history, list)
    assert ((("region", "eu"),), (("region", "us"),)) == history.groups
