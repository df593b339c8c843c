"""The course of events agrees with the closed forms where those apply, and else with counting."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.burnrate.tier import Tier
from slo_compiler.burnrate.timing import detection_time, reset_time
from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import Ratio
from tests.behaviour.course import Span, Stretch, Totals, firing_spans
from tests.burnrate import strategies

ratios: st.SearchStrategy[Ratio] = st.integers(0, 1000).map(lambda thousandths: Fraction(thousandths, 1000))
stretches = st.builds(
    Stretch,
    st.integers(1, 100).map(Fraction),
    ratios,
    st.integers(0, 20).map(Fraction),
)


@given(strategies.tiers(), ratios, ratios)
def test_a_tier_fires_at_its_detection_time_and_resets_after_its_reset_time(
    tier: Tier, error_ratio: Ratio, background: Ratio
) -> None:
    if background > tier.threshold:
        background = Fraction(0)
    course = [Stretch(tier.long, background), Stretch(tier.long, error_ratio), Stretch(tier.long)]
    detected = detection_time(tier, error_ratio, background=background)
    reset = reset_time(tier, error_ratio)
    expected = []
    if detected is not None and reset is not None:
        expected = [Span(tier.long + detected, 2 * tier.long + reset)]
    assert [span for span in firing_spans(tier, course) if span.start < span.end] == expected


@given(st.lists(stretches, min_size=1, max_size=6), st.integers(0, 200), st.integers(1, 100))
def test_a_window_holds_what_was_counted_second_by_second(
    course: list[Stretch], time: int, window: int
) -> None:
    seconds = [stretch for stretch in course for _ in range(int(stretch.lasts))]
    held = [
        seconds[min(max(second, 0), len(seconds) - 1)]  # the first lasted for ever, and the last will
        for second in range(time - window, time)
    ]
    count = Totals(course).within(Fraction(window), Fraction(time))
    assert count.events == sum(stretch.traffic for stretch in held)
    assert count.errors == sum(stretch.traffic * stretch.error_ratio for stretch in held)


def test_errors_have_to_be_enough() -> None:
    """Of a total outage at a request every ten seconds the third error comes after 25 s."""
    (tier,) = [
        Tier(
            "fast", severity, Fraction(3600), Fraction(300), Fraction(14), Fraction(1, 10000), Fraction(1, 50)
        )
        for severity in [Severity.PAGE]
    ]
    course = [
        Stretch(tier.long, traffic=Fraction(1, 10)),
        Stretch(Fraction(600), Fraction(1), Fraction(1, 10)),
    ]
    assert firing_spans(tier, course, min_errors=3) == [Span(tier.long + 25, tier.long + 600)]


def test_of_slices_one_more_has_to_be_bad_than_the_threshold_allows() -> None:
    """1.5 of 300 slices are above a threshold of half a percent only when the second is bad."""
    tier = Tier(
        *("slow", Severity.TICKET),
        *(Fraction(9000), Fraction(4500), Fraction(1), Fraction(1, 200), Fraction(1, 10)),
    )
    course = [
        Stretch(tier.long, traffic=Fraction(1, 30)),
        Stretch(Fraction(600), Fraction(1), Fraction(1, 30)),
    ]
    assert firing_spans(tier, course, slice_=Fraction(30)) == [Span(tier.long + 30, tier.long + 600)]


def test_a_tier_that_fires_twice_has_two_spans() -> None:
    tier = Tier(
        *("fast", Severity.PAGE),
        *(Fraction(100), Fraction(10), Fraction(10), Fraction(1, 10), Fraction(1, 50)),
    )
    course = [Stretch(Fraction(100)), *[Stretch(Fraction(20), Fraction(1)), Stretch(Fraction(30))] * 2]
    assert firing_spans(tier, course) == [
        Span(Fraction(110), Fraction(129)),
        Span(Fraction(151), Fraction(179)),
    ]
