"""The limits that every tier keeps, each at its edge."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slo_compiler.burnrate.policy import shortest_short_window, steady_base_window
from slo_compiler.model.defaults import Clock
from slo_compiler.quantities import DAY, HOUR, MINUTE, SECOND, Seconds

MOMENT = Fraction(1, 10) * SECOND


@pytest.mark.parametrize(
    ("scrape", "evaluation", "cadence", "shortest"),
    [
        pytest.param(30 * SECOND, 30 * SECOND, None, 2 * MINUTE, id="four scrapes"),
        pytest.param(30 * SECOND, 2 * MINUTE, None, 4 * MINUTE, id="two evaluations"),
        pytest.param(30 * SECOND, 30 * SECOND, HOUR, 4 * HOUR, id="four measurements"),
        pytest.param(MOMENT, MOMENT, None, 4 * MOMENT, id="no measurements of its own"),
    ],
)
def test_the_shortest_short_window_holds(
    scrape: Seconds, evaluation: Seconds, cadence: Seconds | None, shortest: Seconds
) -> None:
    assert shortest_short_window(scrape, evaluation, cadence) == shortest


@pytest.mark.parametrize(
    ("clock", "period", "base"),
    [
        pytest.param(Clock(), 30 * DAY, 5 * MINUTE, id="the declared one, a twelfth of an hour"),
        pytest.param(Clock(), 7 * DAY, 5 * MINUTE, id="the declared one in a week"),
        pytest.param(Clock(), 6 * DAY, 3 * MINUTE, id="six evaluations where an hour is shortened"),
        pytest.param(
            Clock(base_window=6 * MINUTE), 30 * DAY, 6 * MINUTE, id="twelve evaluations where it is longer"
        ),
        pytest.param(
            Clock(evaluation_interval=40 * SECOND), 30 * DAY, 4 * MINUTE, id="a whole number of evaluations"
        ),
        pytest.param(
            Clock(30 * SECOND, 30 * SECOND, 2 * MINUTE), DAY, 2 * MINUTE, id="one of just four scrapes"
        ),
        pytest.param(Clock(30 * SECOND, MINUTE, 2 * MINUTE), DAY, 2 * MINUTE, id="two evaluations"),
        pytest.param(Clock(60 * SECOND, 10 * SECOND, 4 * MINUTE), DAY, None, id="none of enough scrapes"),
    ],
)
def test_the_steady_base_window_is(clock: Clock, period: Seconds, base: Seconds | None) -> None:
    assert steady_base_window(clock, period) == base
