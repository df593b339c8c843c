"""What an author wrote is the same wherever it stands."""

from __future__ import annotations

import operator

from msgspec.structs import replace

from slo_compiler.diagnostics import Position
from slo_compiler.model.placed import Placed

HERE = Position("a.yaml", 3, 5)
THERE = Position("b.yaml", 7, 9)


class Part(Placed, frozen=True):
    text: str
    position: Position


class OtherPart(Placed, frozen=True):
    text: str
    position: Position


class PlaceAlone(Placed, frozen=True):
    position: Position


def test_the_same_elsewhere_is_equal() -> None:
    assert Part("up", HERE) == Part("up", THERE)
    assert not operator.ne(Part("up", HERE), Part("up", THERE))
    assert len({Part("up", HERE), Part("up", THERE)}) == 1


def test_what_says_something_else_is_another() -> None:
    assert Part("up", HERE) != Part("down", HERE)


def test_what_is_of_another_kind_is_another() -> None:
    assert Part("up", HERE) != OtherPart("up", HERE)


def test_what_has_nothing_but_a_place_is_always_the_same() -> None:
    assert PlaceAlone(HERE) == PlaceAlone(THERE)
    assert hash(PlaceAlone(HERE)) == hash(PlaceAlone(THERE))


def test_it_still_knows_its_place_when_it_changes() -> None:
    assert replace(Part("up", HERE), text="down").position == HERE
