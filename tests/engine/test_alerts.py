"""What Prometheus's own rule manager makes of the alerts: labels and texts, how long it waits and keeps them.

promtool evaluates every group at one interval, whatever the rule file says: here that of the fast ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from slo_compiler.quantities import SECOND
from slo_compiler.rules import names
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios.series import Series
from tests.compiling import program_of, slo, spec
from tests.engine.alerts import alert_named, ever_fired, firing_alert
from tests.engine.examples import SLOS, has_native_histogram
from tests.engine.incidents import firing
from tests.engine.ruletests import Answer, Page, assert_answers, assert_pages
from tests.engine.series import Phase, series_of
from tests.oracles.prometheus import Prometheus

AVAILABILITY: Final = SLOS["checkout-api:availability"]
REGIONS: Final = SLOS["search:availability"]

FAST: Final = names.burn_alert("fast")
ABSENT: Final = names.ABSENT_ALERT

TICK: Final = 30 * SECOND
COARSE_TICK: Final = 300 * SECOND
AN_HOUR: Final = 3600

CASES = [
    pytest.param(release, slo_id, id=f"{release}-{slo_id}")
    for release in ("prometheus_2_42", "prometheus_3_5")
    for slo_id, slo in SLOS.items()
    # The promtool of 2.42 has no notation for native histograms.
    if not (release == "prometheus_2_42" and has_native_histogram(slo))
]


def test_a_quiet_service_is_not_absent(oldest_and_newest: Prometheus) -> None:
    series = series_of(AVAILABILITY.plan.slo, [Phase(AN_HOUR), Phase(2 * AN_HOUR, traffic=0)])
    expected = [Answer(ever_fired(ABSENT, 2 * AN_HOUR, state="firing"), 3 * AN_HOUR)]
    assert_answers(oldest_and_newest, AVAILABILITY, series, TICK, expected)


@pytest.mark.parametrize(("release", "slo_id"), CASES)
def test_a_healthy_service_has_no_alert_but_that_of_its_first_minute(
    request: pytest.FixtureRequest, release: str, slo_id: str
) -> None:
    """Before the first two scrapes there is nothing to measure, and the alert about that waits."""
    slo = SLOS[slo_id]
    series = _of_two_groups(slo, [Phase(AN_HOUR)], [Phase(AN_HOUR)])
    expected = [Answer("ALERTS", AN_HOUR), Answer(ever_fired(".*", AN_HOUR, state="firing"), AN_HOUR)]
    assert_answers(request.getfixturevalue(release), slo, series, TICK, expected)


@pytest.mark.parametrize("slo", [AVAILABILITY, REGIONS], ids=lambda slo: slo.plan.slo.id)
def test_the_page_has_the_labels_that_its_route_was_computed_from(
    oldest_and_newest: Prometheus, slo: LoweredSlo
) -> None:
    """And where there are groups, only the sick one pages; the generated rule tests ask it of every SLO."""
    incident = firing(slo.plan, slo.plan.tiers[0])
    series = _of_two_groups(slo, incident.phases, [Phase(sum(phase.lasts for phase in incident.phases))])
    at = int(incident.latest // 30 * 30) + 30
    query, alert = firing_alert(slo, FAST, dict.fromkeys(slo.plan.slo.group_by, "sick"))
    assert_answers(oldest_and_newest, slo, series, TICK, [Answer(query, at, [(alert, 1)])])


def test_the_page_stays_for_its_keep_time_after_the_short_window_has_recovered(
    oldest_and_newest: Prometheus,
) -> None:
    """A total outage of 10 minutes fills the short window, which resets nearly 5m after; it is kept 5m."""
    series = series_of(AVAILABILITY.plan.slo, [Phase(AN_HOUR), Phase(600, 1), Phase(AN_HOUR)])
    recovered, reset, keep = AN_HOUR + 600, 300, 300
    query, alert = firing_alert(AVAILABILITY, FAST, {})
    expected = [
        Answer(query, recovered + reset + keep - 60, [(alert, 1)]),
        Answer(query, recovered + reset + keep + 60),
    ]
    assert_answers(oldest_and_newest, AVAILABILITY, series, TICK, expected)


def test_the_first_page_of_an_outage_comes_within_two_minutes(oldest_and_newest: Prometheus) -> None:
    """99.9 % and 14.4 over an hour: 52 s of total outage, a scrape and an evaluation."""
    series = series_of(AVAILABILITY.plan.slo, [Phase(2 * AN_HOUR), Phase(600, 1)])
    query, alert = firing_alert(AVAILABILITY, FAST, {})
    expected = [
        Answer(ever_fired(FAST, 2 * AN_HOUR + 30), 2 * AN_HOUR + 30),
        Answer(query, 2 * AN_HOUR + 120, [(alert, 1)]),
    ]
    assert_answers(oldest_and_newest, AVAILABILITY, series, TICK, expected)


def test_metrics_that_are_gone_alert_when_they_have_been_for_their_time(
    oldest_and_newest: Prometheus,
) -> None:
    """The base window and the look-behind of a scrape have to run out, then the alert is held."""
    series = series_of(AVAILABILITY.plan.slo, [Phase(2 * AN_HOUR), Phase(2 * AN_HOUR, scraped=False)])
    gone = 2 * AN_HOUR + 5 * 60 + 30
    query, alert = firing_alert(AVAILABILITY, ABSENT, {})
    expected = [
        Answer(ever_fired(ABSENT, gone, state="firing"), gone + 180),
        Answer(query, gone + 330, [(alert, 1)]),
        Answer(query, 4 * AN_HOUR, [(alert, 1)]),
    ]
    assert_answers(oldest_and_newest, AVAILABILITY, series, TICK, expected)


def test_metrics_that_never_came_alert(oldest_and_newest: Prometheus) -> None:
    query, alert = firing_alert(AVAILABILITY, ABSENT, {})
    expected = [Answer(query, 600, [(alert, 1)])]
    assert_answers(oldest_and_newest, AVAILABILITY, [], TICK, expected)


def test_a_region_that_is_gone_alerts_for_itself_alone(oldest_and_newest: Prometheus) -> None:
    vanishing = [Phase(2 * AN_HOUR), Phase(AN_HOUR, scraped=False)]
    series = _of_two_groups(REGIONS, vanishing, [Phase(3 * AN_HOUR)])
    query, alert = firing_alert(REGIONS, ABSENT, {"region": "sick"})
    expected = [Answer(query, 3 * AN_HOUR, [(alert, 1)])]
    assert_answers(oldest_and_newest, REGIONS, series, TICK, expected)


def test_a_region_that_is_gone_for_longer_than_it_is_remembered_alerts_no_more(
    oldest_and_newest: Prometheus,
) -> None:
    """The last count of it is recorded when the base window and a scrape have run out."""
    absent = {"for": "10m", "remember": "2h"}
    (regions,) = program_of(spec("shop", slo(group_by=["region"], alerting={"absent": absent}))).slos
    gone = AN_HOUR + 5 * 60 + 30
    vanishing = [Phase(AN_HOUR), Phase(4 * AN_HOUR, scraped=False)]
    series = _of_two_groups(regions, vanishing, [Phase(5 * AN_HOUR)])
    query, alert = firing_alert(regions, ABSENT, {"region": "sick"})
    expected = [
        Answer(query, gone + 2 * AN_HOUR - 150, [(alert, 1)]),
        Answer(query, gone + 2 * AN_HOUR + 60),
    ]
    assert_answers(oldest_and_newest, regions, series, TICK, expected)


NUMBERS: Final = {
    "error_ratio": "4.922%",
    "budget_spent": "6.836%",
    "budget_left": "94.31%",
    "exhausted_in": "13h 47m 44s",
    "description": (
        "4.922% of events are errors in the last 1h. The objective is 99.9% over 30d; "
        "this alert fires while it is above 1.44% both in 1h and in 5m."
    ),
}
"""After half an hour of 10 % errors: nearly 5 % of the hour, as the last scrape is 20 s old.

5 % of an hour is 6.94 % of the 0.72 hours that 30 days may be down. What is left is known up to the last
copy, which is five minutes old.
"""


def test_a_page_tells_how_bad_it_is_now_and_what_is_left(oldest_and_newest: Prometheus) -> None:
    series = series_of(AVAILABILITY.plan.slo, [Phase(3 * AN_HOUR), Phase(AN_HOUR, 0.1)])
    page = _page(AVAILABILITY, int(3.5 * AN_HOUR), NUMBERS)
    assert_pages(oldest_and_newest, AVAILABILITY, series, COARSE_TICK, page)


def test_a_page_of_a_group_tells_which_one_and_its_own_numbers(oldest_and_newest: Prometheus) -> None:
    series = _of_two_groups(REGIONS, [Phase(3 * AN_HOUR), Phase(AN_HOUR, 0.1)], [Phase(4 * AN_HOUR)])
    summary = alert_named(REGIONS, FAST).annotations["summary"].replace("{{ $labels.region }}", "sick")
    page = _page(REGIONS, int(3.5 * AN_HOUR), {**NUMBERS, "summary": summary})
    assert_pages(oldest_and_newest, REGIONS, series, COARSE_TICK, page)


def _page(slo: LoweredSlo, at: int, told: Mapping[str, str]) -> Page:
    """The page of the fastest tier for a sick group, with what it tells where that is computed on firing."""
    alert = alert_named(slo, FAST)
    assert {name for name, text in alert.annotations.items() if "{{" in text} == told.keys()
    labels = {**dict.fromkeys(slo.plan.slo.group_by, "sick"), **alert.labels}
    return Page(FAST, at, labels, {**alert.annotations, **told})


def _of_two_groups(slo: LoweredSlo, sick: Sequence[Phase], healthy: Sequence[Phase]) -> list[Series]:
    """The series of a sick group and a healthy one; without groups those of the first."""
    groups = slo.plan.slo.group_by
    if not groups:
        return series_of(slo.plan.slo, sick)
    return [
        *series_of(slo.plan.slo, sick, dict.fromkeys(groups, "sick")),
        *series_of(slo.plan.slo, healthy, dict.fromkeys(groups, "healthy")),
    ]
