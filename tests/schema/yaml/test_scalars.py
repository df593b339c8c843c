"""The core schema of YAML 1.2, and none of YAML 1.1's surprises."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.schema.yaml.scalars import resolve


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No",
        "on",
        "off",
        "yes",
        "y",
        "n",
        "1:30",
        "190:20:30",
        "2024-01-01",
        "2001-12-14t21:59:43Z",
        "1_000",
        "1,000",
        "0b101",
        "0o8",
        "0xg",
        "-0o7",
        "tRUE",
        "nULL",
        "<<",
        "=",
        "99.9%",
        "5m",
        "30d",
        "1e",
        "e3",
        ".",
        "-",
        "+",
        "..5",
        "1.2.3",
        ".info",
        "-.infinity",
        ".nano",
        "1 2",
        "٣",
        "½",
        "+-1",
        "1e3.5",
    ],
)
def test_text_stays_text(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null(text: str) -> None:
    assert resolve(text) is None


@pytest.mark.parametrize("text", ["true", "True", "TRUE"])
def test_true(text: str) -> None:
    assert resolve(text) is True


@pytest.mark.parametrize("text", ["false", "False", "FALSE"])
def test_false(text: str) -> None:
    assert resolve(text) is False


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-3", -3),
        ("+3", 3),
        ("010", 10),
        ("0o14", 12),
        ("0x1F", 31),
        ("09", 9),
        ("9" * 40, int("9" * 40)),
    ],
)
def test_whole_numbers(text: str, number: int) -> None:
    assert (resolve(text), type(resolve(text))) == (number, int)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.1", Fraction(1, 10)),
        ("0.250", Fraction(1, 4)),
        (".5", Fraction(1, 2)),
        ("1.", Fraction(1)),
        ("-1.5", Fraction(-3, 2)),
        ("1e3", Fraction(1000)),
        ("1.5E-3", Fraction(3, 2000)),
        ("1e99", Fraction(10**99)),
    ],
)
def test_other_numbers_are_exact(text: str, number: Fraction) -> None:
    assert (resolve(text), type(resolve(text))) == (number, Fraction)


@pytest.mark.parametrize("text", [".inf", "-.INF", "+.Inf", ".nan", ".NaN"])
def test_no_key_takes_what_cannot_be_computed_with(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no number to compute with, and no key takes it"):
        resolve(text)


@pytest.mark.parametrize(
    "text",
    [
        "9" * 41,
        "9" * 5000,
        "1e999999999",
        "1e100",
        "1e-100",
        "1e" + "9" * 5000,
        "0x" + "f" * 5000,
        "0." + "3" * 40,
    ],
    ids=[
        "41 digits",
        "more than int takes",
        "a gigabyte",
        "1e100",
        "1e-100",
        "huge exponent",
        "hex",
        "fraction",
    ],
)
def test_numbers_that_would_fill_the_memory_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is a longer number than any key takes"):
        resolve(text)


@given(st.integers(-(10**30), 10**30))
def test_whole_numbers_are_what_every_reader_reads(number: int) -> None:
    assert resolve(str(number)) == number == yaml.safe_load(str(number))


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_decimal_numbers_are_the_exact_number_that_is_written(number: object) -> None:
    text = format(number, "f")
    assert resolve(text) == Fraction(text)
    assert float(Fraction(text)) == yaml.safe_load(text)


@given(st.text(max_size=12))
def test_any_text_has_a_value_or_is_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(resolve(text), str | int | Fraction | None)
