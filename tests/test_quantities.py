"""Durations and ratios survive being printed and read, and are printed the way a human writes them."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.quantities import (
    DAY,
    HOUR,
    MILLISECOND,
    MINUTE,
    SECOND,
    Ratio,
    Seconds,
    approximate_duration,
    format_decimal,
    format_duration,
    format_percent,
    is_number,
    parse_duration,
    parse_percent,
)

LONGEST = 2**63 // 10**6
"""The most whole milliseconds that Prometheus can count."""

durations: st.SearchStrategy[Seconds] = st.integers(0, 400 * 86_400_000).map(
    lambda count: count * MILLISECOND
) | st.integers(0, 400).map(lambda days: days * DAY)

decimals: st.SearchStrategy[Fraction] = st.builds(
    lambda digits, exponent: Fraction(digits) * Fraction(10) ** exponent,
    st.integers(-(10**12) + 1, 10**12 - 1),
    st.integers(-15, 6),
)

fractions = st.fractions(min_value=-(10**9), max_value=10**9)


@given(durations)
def test_a_printed_duration_reads_as_itself(duration: Seconds) -> None:
    assert parse_duration(format_duration(duration)) == duration


@given(st.integers(1, 10**11).map(lambda count: Fraction(count, 10**12)))
def test_a_printed_percentage_reads_as_itself(ratio: Ratio) -> None:
    assert parse_percent(format_percent(ratio)) == ratio


@given(decimals)
def test_a_printed_decimal_reads_as_itself(number: Fraction) -> None:
    assert Fraction(format_decimal(number)) == number


@given(fractions)
def test_a_decimal_is_printed_plainly(number: Fraction) -> None:
    """No exponent, no trailing zeros, no sign of a zero, no bare point."""
    assert re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", format_decimal(number))


@given(fractions, st.integers(1, 15))
def test_a_decimal_is_rounded_to_the_nearest_of_its_digits(number: Fraction, digits: int) -> None:
    error = abs(Fraction(format_decimal(number, digits=digits)) - number)
    assert error <= abs(number) * 5 / Fraction(10) ** digits


@given(fractions, st.integers(1, 15))
def test_a_decimal_has_no_more_significant_digits_than_asked_for(number: Fraction, digits: int) -> None:
    text = format_decimal(number, digits=digits)
    significant = text.lstrip("-").replace(".", "").strip("0")
    assert len(significant) <= digits


@given(decimals.filter(bool))
def test_a_negative_decimal_is_its_opposite_with_a_sign(number: Fraction) -> None:
    assert format_decimal(-abs(number)) == "-" + format_decimal(abs(number))


@given(st.fractions(min_value=0, max_value=400 * 86400))
def test_an_approximate_duration_is_within_a_part_of_its_second_unit(duration: Seconds) -> None:
    """The coarsest case is a day and half an hour, printed as a day."""
    text = approximate_duration(duration)
    seconds = Fraction(text.removesuffix("s")) if "." in text else parse_duration(text)
    assert abs(seconds - duration) <= duration / 24


@given(st.fractions(min_value=0, max_value=400 * 86400))
def test_an_approximate_duration_has_two_units_at_most(duration: Seconds) -> None:
    assert len(re.findall(r"[a-z]+", approximate_duration(duration))) <= 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", Fraction(0)),
        ("250ms", Fraction(1, 4)),
        ("30s", 30 * SECOND),
        ("5m", 5 * MINUTE),
        ("1h30m", 90 * MINUTE),
        ("90m", 90 * MINUTE),
        ("30d", 30 * DAY),
        ("4w", 28 * DAY),
        ("1y", 365 * DAY),
        ("1y1w1d1h1m1s1ms", 373 * DAY + HOUR + MINUTE + SECOND + MILLISECOND),
        ("9223372036854ms", LONGEST * MILLISECOND),
    ],
)
def test_a_duration_is_read(text: str, seconds: Seconds) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "m",
        "5 m",
        " 5m",
        "5m ",
        "5m\n",
        "-5m",
        "1.5h",
        "5M",
        "1m1h",
        "1h1h",
        "5min",
        "\u0665m",
        "1e3s",
    ],
)
def test_this_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write for example 30d, 6h, 5m or 1h30m"):
        parse_duration(text)


@pytest.mark.parametrize(
    "text", ["9223372036855ms", "293y", "1" * 39 + "d"], ids=["a ms", "a year", "digits"]
)
def test_prometheus_cannot_count_this_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"is longer than Prometheus can count \(292 years\)"):
        parse_duration(text)


def test_a_long_text_that_is_no_duration_is_quoted_in_part() -> None:
    with pytest.raises(ValueError, match=r"^'x{37}\.\.\.' is not a duration"):
        parse_duration("x" * 41)


def test_a_text_of_forty_characters_is_quoted_whole() -> None:
    with pytest.raises(ValueError, match=r"^'x{40}' is not a duration"):
        parse_duration("x" * 40)


def test_more_digits_than_any_duration_has_are_not_even_counted() -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration("1" * 40 + "d")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (Fraction(0), "0s"),
        (Fraction(1, 4), "250ms"),
        (90 * SECOND, "1m30s"),
        (90 * MINUTE, "1h30m"),
        (24 * HOUR, "1d"),
        (28 * DAY, "28d"),
        (365 * DAY, "365d"),
        (DAY + HOUR + MINUTE + SECOND + MILLISECOND, "1d1h1m1s1ms"),
    ],
)
def test_a_duration_is_printed(seconds: Seconds, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize("seconds", [Fraction(-1), Fraction(1, 3), MILLISECOND / 2])
def test_prometheus_has_no_words_for(seconds: Seconds) -> None:
    with pytest.raises(ValueError, match="cannot be written as a Prometheus duration"):
        format_duration(seconds)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (Fraction(0), "0s"),
        (Fraction(1, 4), "0.25s"),
        (Fraction(432, 100), "4.3s"),
        (Fraction(10), "10s"),
        (Fraction(514, 10), "51s"),
        (Fraction(598, 10), "1m"),
        (MINUTE, "1m"),
        (Fraction(5184, 10), "8m38s"),
        (HOUR - Fraction(1, 5), "1h"),
        (HOUR + 29 * SECOND, "1h"),
        (HOUR + 31 * SECOND, "1h1m"),
        (23 * HOUR + 59 * MINUTE + 31 * SECOND, "1d"),
        (DAY, "1d"),
        (3 * DAY + 2 * HOUR + 29 * MINUTE, "3d2h"),
    ],
)
def test_a_duration_is_approximately(seconds: Seconds, text: str) -> None:
    assert approximate_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("99.9%", Fraction(999, 1000)),
        ("99.9 %", Fraction(999, 1000)),
        ("99.9999%", Fraction(999_999, 1_000_000)),
        ("0%", Fraction(0)),
        ("100%", Fraction(1)),
        ("250%", Fraction(5, 2)),
    ],
)
def test_a_percentage_is_read(text: str, ratio: Ratio) -> None:
    assert parse_percent(text) == ratio


@pytest.mark.parametrize(
    "text", ["", "%", "99.9", "99,9%", ".9%", "99.%", "-1%", "1e2%", "99.9%%", "\u0669\u0669%", "nan%"]
)
def test_this_is_no_percentage(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a percentage; write for example 99.9%"):
        parse_percent(text)


@pytest.mark.parametrize(
    ("ratio", "digits", "text"),
    [
        (Fraction(999, 1000), 12, "99.9%"),
        (Fraction(999_999, 1_000_000), 12, "99.9999%"),
        (Fraction(347, 100), 2, "350%"),
        (Fraction(2, 3), 3, "66.7%"),
    ],
)
def test_a_percentage_is_printed(ratio: Ratio, digits: int, text: str) -> None:
    assert format_percent(ratio, digits=digits) == text


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        pytest.param(Fraction(0), 12, "0", id="zero"),
        pytest.param(Fraction(999, 1000), 12, "0.999", id="no noise of a float"),
        pytest.param(Fraction(144, 10), 12, "14.4", id="a burn rate"),
        pytest.param(Fraction(144, 10_000), 12, "0.0144", id="a threshold"),
        pytest.param(Fraction(1, 1_000_000), 12, "0.000001", id="no exponent of a small number"),
        pytest.param(Fraction(10) ** 20, 12, "100000000000000000000", id="no exponent of a large number"),
        pytest.param(Fraction(2, 3), 12, "0.666666666667", id="twelve digits"),
        pytest.param(Fraction(2, 3), 1, "0.7", id="one digit"),
        pytest.param(Fraction(9996, 1000), 3, "10", id="rounded into the next power of ten"),
        pytest.param(Fraction(1234), 2, "1200", id="rounded before the point"),
        pytest.param(Fraction(-1, 4), 12, "-0.25", id="negative"),
        pytest.param(Fraction(1), 12, "1", id="one"),
        pytest.param(Fraction(99, 100), 1, "1", id="rounded up to one"),
    ],
)
def test_a_decimal_is_printed(number: Fraction, digits: int, text: str) -> None:
    assert format_decimal(number, digits=digits) == text


@pytest.mark.parametrize("text", ["0", "007", "1.", ".5", "-1.25", "+3", "1e9", "1.5E-300"])
def test_what_every_program_writes_is_a_number(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize(
    "text",
    ["", ".", "1_000", "1,000", "nan", "inf", "Infinity", "1/3", "0x10", " 1", "1\n", "٣", "²", "1e9999"],
)
def test_what_only_python_or_nobody_takes_for_a_number_is_none(text: str) -> None:
    assert not is_number(text)
