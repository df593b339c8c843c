"""Shapes: from the annotations of a class to what is read, refused, and told to an editor."""

from typing import Annotated, Any, Literal

import pytest
from pydantic_core import ValidationError

from slo_compiler.schema.editors import schema_for_editors
from slo_compiler.schema.shape import (
    Key,
    Shape,
    before,
    between,
    default_of,
    either,
    length,
    reads,
    shown_as,
    told,
    unique,
    whole,
)


def _doubled(value: Any) -> int:
    if not isinstance(value, int):
        raise ValueError("no number")  # noqa: TRY004  pydantic collects no TypeError
    return 2 * value


def _something(value: Any) -> Any:
    if value == "":
        raise ValueError("nothing")
    return value


class Wheel(Shape):
    size: Annotated[int, reads(_doubled, {"type": "integer", "examples": [28]})]


class Vehicle(Shape):
    """What has wheels."""

    model_config = told({"minProperties": 1})

    for_: Annotated[str, Key("for"), before(_something)] = "anybody"
    wheels: Annotated[list[Wheel], length(1, 2), unique] = default_of(list)
    spare: Wheel | None = None
    gears: Annotated[int, between(1, 12)] = 1
    bell: Annotated[bool | Wheel, either(lambda value: type(value).__name__, bool=bool, dict=Wheel)] = False
    kind: Literal["road", "mountain"] = "road"
    notes: dict[str, str] = default_of(dict)
    anything: Annotated[Any, shown_as(lambda: {"description": "as you like"})] = None

    @whole
    def _rolls(self) -> None:
        if not self.wheels:
            raise ValueError("it does not roll")


class Tandem(Vehicle):
    seats: int = 2
    basket: Shape = default_of(Shape)

    @whole
    def _seats_two(self) -> None:
        raise AssertionError("a check of a base that refuses comes first")


def refused(shape: type[Shape], data: object) -> list[tuple[str, tuple[int | str, ...]]]:
    """The kind and the place of all that is wrong with data."""
    with pytest.raises(ValidationError) as caught:
        shape.model_validate(data)
    return [(each["type"], each["loc"]) for each in caught.value.errors()]


def test_values_are_read_by_their_functions_under_their_keys() -> None:
    read = Vehicle.model_validate({"for": "you", "wheels": [{"size": 14}], "bell": {"size": 1}})
    assert ("you", 28) == (read.for_, read.wheels[0].size)
    assert isinstance(read.bell, Wheel)


def test_what_is_left_out_is_the_default() -> None:
    read = Vehicle.model_validate({"wheels": [{"size": 1}]})
    assert ("anybody", None, 1, False, "road", {}, None) == (
        *(read.for_, read.spare, read.gears, read.bell, read.kind, read.notes),
        read.anything,
    )


def test_everything_that_is_wrong_is_told_at_once_and_at_its_place() -> None:
    wrong = {
        "for": "",
        "wheels": [{"size": "x"}, {}, {}],
        "gears": 13,
        "bell": {"size": 1, "rings": True},
        "kind": "race",
        "notes": {"a": 1},
        "for_": "you",
    }
    assert refused(Vehicle, wrong) == [
        ("value_error", ("for",)),
        ("too_long", ("wheels",)),
        ("less_than_equal", ("gears",)),
        ("extra_forbidden", ("bell", "dict", "rings")),
        ("literal_error", ("kind",)),
        ("string_type", ("notes", "a")),
        ("extra_forbidden", ("for_",)),
    ]
    assert refused(Vehicle, {"wheels": [{"size": "x"}, {}]}) == [
        ("value_error", ("wheels", 0, "size")),
        ("missing", ("wheels", 1, "size")),
    ]


def test_nothing_is_converted() -> None:
    assert refused(Vehicle, {"gears": "3", "spare": [], "bell": True}) == [
        ("model_type", ("spare",)),
        ("int_type", ("gears",)),
    ]


def test_the_whole_is_looked_at_when_all_keys_are_sound_and_the_checks_of_bases_first() -> None:
    assert refused(Vehicle, {}) == [("value_error", ())]
    assert refused(Tandem, {}) == [("value_error", ())]


def test_a_default_that_is_a_shape_is_made_once() -> None:
    class Garage(Shape):
        basket: Shape = default_of(Shape)

    first, second = (Garage.model_validate({}) for _ in range(2))
    assert first.basket is second.basket


def test_lists_and_mappings_that_are_left_out_are_not_shared() -> None:
    first, second = (Vehicle.model_validate({"wheels": [{"size": 1}]}) for _ in range(2))
    assert first.notes is not second.notes


def test_an_editor_is_told_of_every_key() -> None:
    schema = schema_for_editors(Vehicle)
    told_of = schema["properties"]
    assert (1, False, "What has wheels.") == (
        *(schema["minProperties"], schema["additionalProperties"], schema["description"]),
    )
    assert {"type": "integer", "examples": [28], "title": "Size"} == schema["$defs"]["Wheel"]["properties"][
        "size"
    ]
    assert (1, 2, True) == tuple(told_of["wheels"][key] for key in ("minItems", "maxItems", "uniqueItems"))
    assert (1, 12) == (told_of["gears"]["minimum"], told_of["gears"]["maximum"])
    assert told_of["anything"]["description"] == "as you like"
    assert {"for", "wheels", "spare", "gears", "bell", "kind", "notes", "anything"} == {*told_of}
