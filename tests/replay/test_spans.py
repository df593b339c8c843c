"""What an alert makes of the spans in which its condition holds; test_agreement.py asks Prometheus."""

from __future__ import annotations

import numpy as np
import pytest

from slo_compiler.replay.grid import Grid, Span, Spans
from slo_compiler.replay.spans import both, fired, spans_of, union, until, without


def spans(*edges: tuple[float, float]) -> Spans:
    return tuple(Span(begin, end) for begin, end in edges)


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        ([0, 0, 0], ()),
        ([0, 1, 1, 0], spans((40, 100))),
        ([1, 0, 0, 1], spans((10, 40), (100, 130))),
    ],
    ids=["never", "once", "from the first evaluation, and at the last"],
)
def test_a_span_ends_with_the_first_evaluation_at_which_it_does_not_hold(
    holds: list[int], expected: Spans
) -> None:
    grid = Grid(start=10, interval=30, count=len(holds))
    assert expected == spans_of(np.array(holds, dtype=np.bool_), grid)


def test_what_does_not_hold_long_enough_does_not_fire() -> None:
    assert spans((160, 200)) == fired(spans((0, 60), (100, 200)), 60, 0)


def test_what_is_kept_until_it_holds_again_is_one_alert() -> None:
    assert spans((0, 100), (101, 140)) == fired(spans((0, 30), (60, 70), (101, 110)), 0, 30)


def test_what_begins_when_it_would_resolve_goes_on() -> None:
    assert spans((0, 90)) == fired(spans((0, 30), (60, 60)), 0, 30)


def test_what_is_kept_need_not_wait_again() -> None:
    assert spans((60, 150)) == fired(spans((0, 100), (110, 120)), 60, 30)


def test_what_has_resolved_waits_anew() -> None:
    assert spans((60, 130)) == fired(spans((0, 100), (140, 150)), 60, 30)


def test_nothing_is_kept_beyond_the_end() -> None:
    assert spans((0, 80)) == until(spans((0, 90), (95, 99)), 80)


def test_a_union_is_when_any_holds() -> None:
    assert spans((0, 5), (6, 9)) == union([spans((0, 3), (6, 9)), spans((2, 5))])


def test_a_long_one_is_not_cut_by_a_short_one_within() -> None:
    assert spans((0, 9)) == union([spans((0, 9)), spans((2, 3))])


def test_both_is_when_each_holds() -> None:
    assert spans((2, 3), (6, 7)) == both(spans((0, 3), (6, 9)), spans((2, 4), (5, 7)))


def test_without_leaves_the_rest() -> None:
    assert spans((0, 2), (7, 9)) == without(spans((0, 3), (6, 9)), spans((2, 4), (5, 7)))


def test_without_nothing_leaves_all() -> None:
    assert spans((0, 3)) == without(spans((0, 3)), ())
