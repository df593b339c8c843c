"""A backtest of thirty days that a real Prometheus holds, which is killed and comes back in the middle."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.backtest import scene
from tests.backtest.scene import OUTAGE, PARTIAL, VANISHED
from tests.backtest.server import Backfilled, backfilled, run
from tests.oracles.prometheus import Prometheus

UNTIL = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(scene.END))


def shop_of(oracle: Prometheus, folder: Path, days: int = scene.DAYS) -> Backfilled:
    """The shop as a Prometheus holds it, backfilled and not yet running."""
    scene.write_specs(folder / "specs")
    return backfilled(oracle, folder, scene.openmetrics(days))


@pytest.fixture(scope="module")
def shop(prometheus_3_5: Prometheus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backfilled]:
    found = shop_of(prometheus_3_5, tmp_path_factory.mktemp("shop"))
    found.start()
    try:
        yield found
    finally:
        found.kill()


def command(shop: Backfilled, cache: Path, *more: str) -> list[str]:
    arguments = ("--prometheus", shop.url, "--until", UNTIL, "--cache", str(cache), "--format", "json", *more)
    return [sys.executable, "-m", "slo_compiler", "backtest", str(shop.folder / "specs"), *arguments]


def written(output: str) -> dict[str, Any]:
    """What came of the SLO as it is written."""
    [slo] = json.loads(output)["slos"]
    found: dict[str, Any] = slo["variants"][0]
    return found


def seconds(text: str) -> float:
    return time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone


@pytest.fixture(scope="module")
def undisturbed(shop: Backfilled, tmp_path_factory: pytest.TempPathFactory) -> str:
    done = run(command(shop, tmp_path_factory.mktemp("cache")))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_planted_incidents_are_found_at_the_planted_times(undisturbed: str) -> None:
    found = written(undisturbed)
    pages = [alert for alert in found["alerts"] if alert["severity"] == "page"]
    assert [alert["tiers"] for alert in pages] == [["fast", "medium"], ["fast", "medium"], ["absent"]]
    late = [
        (seconds(page["from"]) - planted.begin) / scene.MINUTE
        for page, planted in zip(pages, (OUTAGE, PARTIAL, VANISHED), strict=True)
    ]
    # A total outage spends 2% of the budget in a minute; a tenth of it in ten; absence is waited out.
    assert [0 < late[0] <= 2, 0 < late[1] <= 10, 5 < late[2] <= 11] == [True, True, True], late
    assert found["pages_a_month"] == pytest.approx(3, rel=0.01)
    assert found["missing"] == [f"there were no events or no metrics for 57m from {hole_begins()} UTC on"]


def hole_begins() -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(VANISHED.begin + 5 * scene.MINUTE))


@pytest.mark.slow
def test_the_oldest_release_finds_an_outage_too(prometheus_2_42: Prometheus, tmp_path: Path) -> None:
    """Its ranges are closed at both ends, so that it may be an evaluation later."""
    old = shop_of(prometheus_2_42, tmp_path, days=8)
    old.start()
    try:
        done = run([*command(old, tmp_path / "cache"), "--until", "2025-10-17T09:00:00Z", "--last", "7d"])
    finally:
        old.kill()
    [page, ticket] = written(done.stdout)["alerts"]
    assert (["fast", "medium"], "ticket") == (page["tiers"], ticket["severity"])
    assert 0 < seconds(page["from"]) - OUTAGE.begin <= 3 * scene.MINUTE


@pytest.mark.slow
def test_the_budget_is_what_was_planted(undisturbed: str) -> None:
    counted = [each for each in scene.counts() if each is not None]
    errors, events = sum(each[2] for each in counted), sum(each[1] for each in counted)
    assert written(undisturbed)["budget_spent"] == pytest.approx(errors / events / 0.001, rel=0.005)


@pytest.mark.slow
def test_a_file_says_the_same_as_a_server(shop: Backfilled, undisturbed: str) -> None:
    arguments = command(shop, shop.folder / "unused")
    place = arguments.index("--prometheus")
    done = run([*arguments[:place], "--openmetrics", str(shop.folder / "history"), "--format", "json"])
    theirs, ours = written(undisturbed), written(done.stdout)
    assert theirs["alerts"] == ours["alerts"]
    assert theirs["budget_spent"] == pytest.approx(ours["budget_spent"], rel=1e-6)


@pytest.mark.slow
def test_a_server_that_dies_and_comes_back_is_waited_for(
    shop: Backfilled, undisturbed: str, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    client = subprocess.Popen(
        command(shop, cache, "--patience", "60"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    wait_for_answers(client, cache, 10)
    shop.kill()
    assert client.stderr is not None
    said = iter(client.stderr.readline, "")
    waiting = next((line for line in said if "waiting" in line), "it did not wait")
    shop.start()
    output, _ = client.communicate(timeout=300)
    assert waiting.startswith(f"{shop.url}: warning: ")
    assert (0, undisturbed) == (client.returncode, output)


@pytest.mark.slow
def test_a_run_that_was_cut_short_goes_on_where_it_was(
    shop: Backfilled, undisturbed: str, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    client = subprocess.Popen(
        command(shop, cache), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, encoding="utf-8"
    )
    wait_for_answers(client, cache, 10)
    client.kill()
    client.wait()
    kept = len(list(cache.glob("*.npz")))
    before = shop.queries()
    done = run(command(shop, cache))
    asked = shop.queries() - before
    assert done.stdout == undisturbed
    # All in all a piece a day of three questions; the one whether Prometheus was there is never answered.
    assert asked <= 3 * 34 - kept


@pytest.mark.slow
def test_a_server_that_stays_away_is_told(shop: Backfilled, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    client = subprocess.Popen(
        command(shop, cache, "--patience", "0.5"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    wait_for_answers(client, cache, 10)
    shop.kill()
    output, errors = client.communicate(timeout=300)
    shop.start()
    assert (1, "") == (client.returncode, output)
    assert errors.rstrip().endswith("[server/unreachable]")


def wait_for_answers(client: subprocess.Popen[str], cache: Path, count: int) -> None:
    """Until so many answers are kept: in the middle of the work."""
    deadline = time.monotonic() + 60
    while len(list(cache.glob("*.npz"))) < count:
        assert client.poll() is None, "it was done before it could be disturbed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
