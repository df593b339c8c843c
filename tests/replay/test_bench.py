"""The measurements still run, and say of the default tiers what is claimed of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench import nasa, replay

TRAFFIC = Path(__file__).parents[3] / "shared" / "data" / "nasa-1995-requests-per-minute.csv"


def test_the_replay_of_a_month_is_timed(capsys: pytest.CaptureFixture[str]) -> None:
    replay.main(2)
    assert "2 SLOs x 30 days at 1m, 86,400 evaluations" in capsys.readouterr().out


@pytest.fixture(scope="module")
def trial() -> nasa.Trial:
    """Of each table, on a tenth of the traffic, where chance has most to say."""
    if not TRAFFIC.exists():
        reason = f"the traffic is not at {TRAFFIC}"
        return pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return nasa.try_out("99.9%", nasa.read_requests(TRAFFIC, part=0.1), pasts=8)


@pytest.fixture(scope="module")
def scores(trial: nasa.Trial) -> dict[str, nasa.Score]:
    return trial.scores()


def test_what_both_find_ours_finds_no_later_but_for_three_errors(trial: nasa.Trial) -> None:
    beside = trial.beside("ours", "workbook")
    assert (0, 0) == (beside.difference, beside.only_theirs)
    assert beside.later < 0.2


def test_ours_pages_less_for_nothing_than_the_workbooks_table(scores: dict[str, nasa.Score]) -> None:
    assert scores["ours"].false_pages < scores["workbook"].false_pages
    assert scores["ours"].precision > scores["workbook"].precision


def test_three_errors_take_no_more_than_a_minute_longer_than_one(scores: dict[str, nasa.Score]) -> None:
    assert scores["ours"].detection <= scores["workbook"].detection + 60


def test_keeping_alerts_on_takes_most_repeated_pages_away(scores: dict[str, nasa.Score]) -> None:
    assert scores["ours"].false_pages < 0.6 * scores["ours, not kept on"].false_pages


def test_windows_that_are_read_whole_resolve_when_ours_do(scores: dict[str, nasa.Score]) -> None:
    whole = scores["workbook, whole windows"].reset
    assert scores["ours, not kept on"].reset == pytest.approx(whole, abs=nasa.SCRAPE)
