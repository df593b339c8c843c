"""Incidents tried on alerts: what they are worth, and what is heard of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from slo_compiler.model.alerting import Severity
from slo_compiler.model.incident import Incident, Phase
from slo_compiler.quantities import HOUR, MINUTE
from slo_compiler.replay.catalogue import CATALOGUE
from slo_compiler.replay.grid import Span
from slo_compiler.replay.inhibit import Timeline
from slo_compiler.replay.score import Measures, measure, outcome
from slo_compiler.replay.simulate import simulate, try_out
from slo_compiler.replay.traffic import steady
from slo_compiler.replay.worth import worth
from tests.replay.examples import PROBE, plan_of

PLAN = plan_of()
BUSY = steady(360_000)
OUTAGE = Incident("outage", "", (Phase(30 * MINUTE, errors=Fraction(1)),))


def incident(minutes: int, errors: float) -> Incident:
    return Incident("an-incident", "", (Phase(minutes * MINUTE, errors=Fraction(errors)),))


@pytest.mark.parametrize(
    ("minutes", "errors", "expected"),
    [
        (60, 0.0008, None),
        (60, 0.0145, Severity.PAGE),
        (55, 0.0145, None),
        (360, 0.0061, Severity.PAGE),
        (3500, 0.0011, None),
        (4320, 0.0011, Severity.TICKET),
    ],
    ids=[
        "within the budget",
        "the hour's tier",
        "not long enough for it",
        "six hours' tier",
        "not long enough for a ticket",
        "a ticket",
    ],
)
def test_an_incident_is_worth_what_its_tiers_promise(
    minutes: int, errors: float, expected: Severity | None
) -> None:
    assert expected is worth(PLAN, incident(minutes, errors), BUSY)


@pytest.mark.parametrize(("minutes", "expected"), [(5, None), (20, Severity.PAGE)])
def test_what_is_not_seen_is_worth_the_alert_about_that(minutes: int, expected: Severity | None) -> None:
    unseen = Incident("unseen", "", (Phase(minutes * MINUTE, scraped=False),))
    assert expected is worth(PLAN, unseen, BUSY)


def test_a_healthy_service_that_is_busy_pages_nobody() -> None:
    simulation = simulate(PLAN, (), BUSY)
    assert (0, 0) == (simulation.false_pages, simulation.false_tickets)


def test_one_error_of_a_quiet_night_pages_where_no_minimum_is_asked_for() -> None:
    """The design's own figures: a healthy service at 30 requests an hour, with a minimum of 1 and of 3."""
    quiet = steady(30)
    hasty, patient = (plan_of(alerting={"min_errors": number}) for number in (1, 3))
    assert simulate(hasty, (), quiet).false_pages > 1
    assert simulate(patient, (), quiet).false_pages < 0.1


def test_an_outage_is_heard_of_within_two_minutes_whatever_chance_says() -> None:
    trial = try_out(PLAN, OUTAGE, BUSY)
    assert {Severity.PAGE} == {outcome.worth for outcome in trial.outcomes}
    assert all(each.detected is not None and each.detected <= 120 for each in trial.outcomes)
    assert "fast" == trial.told()[0]


def test_the_same_question_has_the_same_answer() -> None:
    once, again = (try_out(PLAN, OUTAGE, steady(60)) for _ in range(2))
    assert once.outcomes == again.outcomes


def test_slices_of_time_are_as_many_as_ever_whatever_the_traffic() -> None:
    plan = plan_of(indicator=PROBE)
    assert try_out(plan, OUTAGE, steady(1)).outcomes == try_out(plan, OUTAGE, BUSY).outcomes


def test_the_onset_is_when_it_begins_to_hurt() -> None:
    late = Incident("late", "", (Phase(2 * HOUR), *OUTAGE.phases, Phase(1 * HOUR)))
    span = try_out(PLAN, late, BUSY, draws=1).span
    assert 1800 == span.length
    assert 26 * 3600 == span.begin


PAGE, TICKET = ({"severity": each, "burn_tier": each} for each in ("page", "ticket"))


def timeline(labels: dict[str, str], begin: float, end: float) -> Timeline:
    spans = (Span(begin, end),)
    return Timeline("alert", labels, spans, (), spans)


def outcome_of(expected: Severity | None, *timelines: Timeline) -> Measures:
    return measure([outcome(timelines, expected, Span(100, 200), Span(100, 900))])


@pytest.mark.parametrize(
    ("worth", "labels", "expected"),
    [
        (Severity.PAGE, PAGE, Measures(1, 1, 20, 50)),
        (Severity.PAGE, TICKET, Measures(1, 0, None, None)),
        (Severity.TICKET, TICKET, Measures(1, 1, 20, 50)),
        (Severity.TICKET, PAGE, Measures(0, 1, 20, None)),
        (None, TICKET, Measures(0, None, None, None)),
    ],
    ids=["a page", "a ticket is too little", "a ticket", "a page is too much", "for nothing"],
)
def test_the_four_measures(worth: Severity | None, labels: dict[str, str], expected: Measures) -> None:
    assert expected == outcome_of(worth, timeline(labels, 120, 250))


def test_an_alert_from_before_the_incident_is_not_of_it() -> None:
    assert Measures(None, 0, None, None) == outcome_of(Severity.PAGE, timeline(PAGE, 90, 250))


def test_every_incident_has_a_name_of_its_own_and_its_line_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulate.md").read_text(encoding="utf-8")
    assert len({each.name for each in CATALOGUE}) == len(CATALOGUE)
    assert [] == [each.name for each in CATALOGUE if f"| `{each.name}` | {each.description} |" not in page]
