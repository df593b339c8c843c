"""What a stage has to say is sorted, said once, and stops the compilation only where it must."""

from __future__ import annotations

import itertools

import pytest

from slo_compiler.diagnostics import (
    Diagnostic,
    Level,
    Position,
    error,
    has_errors,
    in_reading_order,
    note,
    warning,
)

HERE = Position("checkout.yaml", 12, 7)


@pytest.mark.parametrize(
    ("diagnostic", "line"),
    [
        (error(HERE, "yaml/duplicate-key", "twice"), "checkout.yaml:12:7: error: twice [yaml/duplicate-key]"),
        (warning(HERE, "tier/burns-slowly", "slow"), "checkout.yaml:12:7: warning: slow [tier/burns-slowly]"),
        (note(HERE, "tier/derived", "changed"), "checkout.yaml:12:7: note: changed [tier/derived]"),
    ],
    ids=["error", "warning", "note"],
)
def test_a_diagnostic_is_one_line_that_editors_can_follow(diagnostic: Diagnostic, line: str) -> None:
    assert str(diagnostic) == line


def test_a_file_as_a_whole_is_its_first_character() -> None:
    assert str(Position("defaults.yaml")) == "defaults.yaml:1:1"


@pytest.mark.parametrize(
    ("found", "stops"),
    [
        ([], False),
        ([note(HERE, "a", "")], False),
        ([warning(HERE, "a", "")], False),
        ([error(HERE, "a", "")], True),
        ([note(HERE, "a", ""), error(HERE, "a", ""), warning(HERE, "a", "")], True),
    ],
    ids=["nothing", "a note", "a warning", "an error", "an error among others"],
)
def test_only_errors_stop_the_compilation(found: list[Diagnostic], stops: bool) -> None:  # noqa: FBT001 - a test's parameter
    assert has_errors(found) is stops


def test_diagnostics_are_read_by_place_and_errors_before_notes() -> None:
    expected = [
        note(Position("a.yaml", 2, 9), "b", "b"),
        note(Position("a.yaml", 10, 1), "b", "b"),
        error(Position("a.yaml", 10, 2), "b", "b"),
        note(Position("a.yaml", 10, 2), "a", "b"),
        note(Position("a.yaml", 10, 2), "b", "a"),
        error(Position("b.yaml", 1, 1), "a", "a"),
    ]
    for shuffled in itertools.permutations(expected):
        assert in_reading_order(shuffled) == expected


def test_the_same_is_said_only_once() -> None:
    once = error(HERE, "yaml/duplicate-key", "twice")
    again = Diagnostic(HERE, Level.ERROR, "twice", "yaml/duplicate-key")
    assert in_reading_order([once, again]) == [once]
