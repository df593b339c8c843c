from __future__ import annotations

import pytest

from slo_compiler.review.pairing import pair, present


def first(text: str) -> str:
    return text[0]


def second(text: str) -> str:
    return text[1]


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ([], [], []),
        (["a1"], ["a1"], [("a1", "a1")]),
        (["a1"], ["b2"], [(None, "b2"), ("a1", None)]),
        (["a1"], ["b1"], [("a1", "b1")]),
        (["a1", "b2"], ["b1", "a2"], [("b2", "b1"), ("a1", "a2")]),
        (["a1", "a2"], ["a3"], [("a1", "a3"), ("a2", None)]),
    ],
    ids=[
        "nothing",
        "the same",
        "nothing in common",
        "the second key",
        "the first key before the second",
        "the first of several",
    ],
)
def test_pairs_agree_on_the_earliest_key_they_can(
    old: list[str], new: list[str], pairs: list[tuple[str | None, str | None]]
) -> None:
    assert pair(old, new, (first, second)) == pairs


def test_one_side_of_a_pair_is_there() -> None:
    assert present(None, "b") == "b"
    with pytest.raises(ValueError, match="neither side"):
        present(None, None)
