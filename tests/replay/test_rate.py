"""The rate of a counter, as a single evaluation of Prometheus would work it out, step by step."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.replay.rate import rate


def one_rate(samples: Sequence[tuple[float, float]], end: float, reach: float) -> float:
    """``extrapolatedRate`` in Prometheus's promql/functions.go, for one range that ends at ``end``."""
    seen = [(time, value) for time, value in samples if end - reach < time <= end]
    if len(seen) < 2:
        return math.nan
    increase = seen[-1][1] - seen[0][1]
    for (_, before), (_, after) in itertools.pairwise(seen):
        increase += before if after < before else 0
    sampled = seen[-1][0] - seen[0][0]
    apart = sampled / (len(seen) - 1)
    to_start, to_end = seen[0][0] - (end - reach), end - seen[-1][0]
    if to_start >= apart * 1.1:
        to_start = apart / 2
    if increase > 0:
        to_start = min(to_start, sampled * seen[0][1] / increase)
    if to_end >= apart * 1.1:
        to_end = apart / 2
    return increase * (sampled + to_start + to_end) / sampled / reach


counters = st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=1, max_size=40)


@given(counters, st.sampled_from([30.0, 90.0, 150.0, 330.0]), st.integers(0, 29))
def test_it_is_what_prometheus_works_out(values: list[int | None], reach: float, offset: int) -> None:
    """A value that is below the one before is a restart; None is a scrape that failed."""
    times = [10.0 + 30 * index for index in range(len(values))]
    samples = [(time, float(value)) for time, value in zip(times, values, strict=True) if value is not None]
    counter = np.array([[math.nan if value is None else float(value) for value in values]])
    ends = np.arange(offset, 30 * len(values) + 120, 30, dtype=np.float64)
    expected = [one_rate(samples, end, reach) for end in ends.tolist()]
    found = rate(counter, np.array(times), ends, reach)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


def test_scrapes_need_not_be_at_equal_distances() -> None:
    times, values = [0.0, 10.0, 45.0, 60.0], [1.0, 2.0, 5.0, 9.0]
    found = rate(np.array([values]), np.array(times), np.array([60.0]), 61.0)
    assert [one_rate(list(zip(times, values, strict=True)), 60.0, 61.0)] == pytest.approx(found[0].tolist())


def test_rows_do_not_mix() -> None:
    times = np.array([0.0, 30.0, 60.0])
    found = rate(np.array([[0.0, 3.0, 6.0], [0.0, np.nan, 60.0]]), times, np.array([60.0]), 61.0)
    assert [6 / 61, 60 / 61] == pytest.approx(found[:, 0].tolist())


@pytest.mark.parametrize(("counted", "least", "most"), [(2, 1.8, 3.6), (3, 2.7, 5.4)])
def test_no_bound_tells_two_errors_from_three_of_a_series_that_was_just_born(
    counted: int, least: float, most: float
) -> None:
    """As docs/rules.md says of ``min_errors``: at each second until the third scrape, in a window of 5m."""
    seen = 300 * rate(np.array([[0.0, counted]]), np.array([0.0, 30.0]), np.arange(30.0, 60.0), 330.0)
    assert (least, most) == (round(seen.min(), 1), round(seen.max(), 1))
