from __future__ import annotations

import numpy as np
import pytest

from slo_compiler.replay.traffic import TrafficError, read_traffic, steady


def test_steady_traffic_is_the_same_all_the_time() -> None:
    traffic = steady(3600)
    assert [30, 30, 30] == traffic.expected(np.array([30.0, 60.0, 86400.0]), 30).tolist()


def test_a_file_begins_anew_when_it_is_over() -> None:
    traffic = read_traffic("minute,requests\n0,60\n1,0\n")
    assert [30, 30, 0, 0, 30] == traffic.expected(np.array([30.0, 60.0, 90.0, 120.0, 150.0]), 30).tolist()
    assert 1800 == traffic.an_hour


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "there is no traffic in it"),
        ("minute,requests\n0,0\n", "there is no traffic in it"),
        ("0,1\n1,x\n", "line 2 ends with 'x', which is no number of events"),
        ("0,1\n1,-3\n", "line 2 ends with -3, which is no number of events"),
        ("0,1\n1,1e300\n", "line 2 ends with 1e300, .* give less than 1,000,000,000"),
        ("0,1\n1,nan\n", "line 2 ends with 'nan', which is no number of events"),
        ("0,1\n1,1_000\n", "line 2 ends with '1_000', which is no number of events"),
    ],
    ids=["empty", "idle", "a word", "negative", "absurd", "not a number", "a number of Python"],
)
def test_what_is_no_traffic_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(TrafficError, match=complaint):
        read_traffic(text)
