"""A service fails and recovers; real Prometheus and Alertmanager releases see it, and tell who has to know.

All is as fast as specs can ask for, so that a night and the morning after it take less than a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from tests.compiling import Document, slo, spec
from tests.end_to_end.scene import Scene, set_up, wait_for, wait_until
from tests.end_to_end.service import indicator

PAGE: Final = "checkout:availability ErrorBudgetBurnFast"
ITS_TICKET: Final = "checkout:availability ErrorBudgetBurnSlow"
TICKET: Final = "search:availability ErrorBudgetBurnSlow"

STATES: Final = {PAGE: "active", ITS_TICKET: f"suppressed by {PAGE}", TICKET: "active"}
"""What Alertmanager is to make of the alerts; that they wait for office hours is none of its states."""

TOLD: Final = {f"platform/page: {PAGE}", f"platform/ticket: {TICKET}", f"payments/ticket: {TICKET}"}
"""Who is told of what in the end, the search having got another owner meanwhile."""

ALL_WEEK: Final = {"location": "UTC", "weekdays": "sunday:saturday", "start": "00:00", "end": "24:00"}
CLOSED: Final = "Notifications not sent, route is not within active time"


def another_day() -> Document:
    """Office hours that are days away, whichever day this is."""
    day = datetime.now(UTC) + timedelta(days=3)
    return {"location": "UTC", "weekdays": f"{day:%A}".lower(), "start": "09:00", "end": "17:00"}


def service(name: str, *tiers: tuple[str, str, str, int], objective: str = "90%", **keys: Any) -> Document:
    """A spec of one SLO on the page of that name, with tiers of name, severity, long window and burn rate."""
    alerting = {
        "tiers": [
            {"name": tier, "severity": severity, "long": long, "short": "4s", "burn_rate": burn_rate}
            for tier, severity, long, burn_rate in tiers
        ]
    }
    promised = slo(objective=objective, window="1d", indicator=indicator(name), alerting=alerting)
    return spec(name, promised, **keys)


def checkout(**keys: Any) -> Document:
    """In an outage the page fires after 2.4 s, and the ticket after 4.8 s."""
    return service("checkout", ("fast", "page", "8s", 3), ("slow", "ticket", "24s", 2), **keys)


def search(**keys: Any) -> Document:
    """While four of ten requests fail, a ticket fires after 3 s, and never the page."""
    return service("search", ("fast", "page", "8s", 8), ("slow", "ticket", "12s", 1), **keys)


@pytest.fixture(
    params=[("2_42", "0_25"), ("3_5", "0_33")],
    ids=lambda lines: "prometheus-{}-alertmanager-{}".format(*lines).replace("_", "."),
)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    """Two healthy services, at night: the office hours are another day's."""
    prometheus, alertmanager = (
        request.getfixturevalue(f"{program}_{line}")
        for program, line in zip(("prometheus", "alertmanager"), request.param, strict=True)
    )
    with set_up(
        prometheus, alertmanager, tmp_path, checkout(), search(), office_hours=another_day()
    ) as scene:
        yield scene


@pytest.mark.slow
@pytest.mark.waits
def test_an_incident_from_the_first_error_to_the_last_all_clear(scene: Scene) -> None:
    nothing_arrives_while_all_is_well(scene)
    a_ticket_waits_for_office_hours(scene)
    a_page_arrives_at_night_and_holds_back_its_ticket(scene)
    in_office_hours_the_ticket_arrives_that_no_page_holds_back(scene)
    a_reload_resets_no_alert_but_the_one_with_another_owner(scene)
    all_that_was_told_is_told_to_be_over(scene)


def nothing_arrives_while_all_is_well(scene: Scene) -> None:
    def evaluated() -> int:
        samples = scene.samples("slo:burn_rate:ratio")
        return min(samples.get("checkout:availability", 0), samples.get("search:availability", 0))

    wait_until("both SLOs have been evaluated several times", lambda: evaluated() > 5)
    assert scene.since() == {}
    assert scene.states() == {}
    assert scene.webhook.notifications == []


def a_ticket_waits_for_office_hours(scene: Scene) -> None:
    scene.service.fail("search", of_ten=4)
    wait_for({TICKET: "active"}, scene.states)
    wait_until("it keeps to office hours", lambda: CLOSED in scene.alertmanager.log())
    assert scene.webhook.notifications == []


def a_page_arrives_at_night_and_holds_back_its_ticket(scene: Scene) -> None:
    scene.service.fail("checkout", of_ten=10)
    wait_for({PAGE, ITS_TICKET, TICKET}, lambda: set(scene.since()))
    wait_for(STATES, scene.states)
    wait_until("the page arrives", lambda: bool(scene.webhook.notifications))
    assert scene.webhook.firing() == {f"platform/page: {PAGE}"}
    page = scene.webhook.notifications[0]
    assert page.labels == {
        "alertname": "ErrorBudgetBurnFast",
        "burn_tier": "fast",
        "owner": "platform",
        "sev": "SEV1",
        "severity": "page",
        "service": "checkout",
        "slo": "availability",
        "slo_id": "checkout:availability",
        "surface": "serving",
    }
    written = {"summary", "threshold", "windows"}
    assert {key: page.annotations[key] for key in written} == {
        "summary": "checkout availability: error budget burns over 3 times as fast as allowed",
        "threshold": "30%",
        "windows": "8s and 4s",
    }
    measured = {"error_ratio", "budget_spent"}
    assert {key for key in measured if re.fullmatch(r"[0-9.]+%", page.annotations[key])} == measured


def in_office_hours_the_ticket_arrives_that_no_page_holds_back(scene: Scene) -> None:
    scene.keep_hours(ALL_WEEK, checkout(), search())
    wait_until("the ticket arrives", lambda: f"platform/ticket: {TICKET}" in scene.webhook.firing())
    wait_for(STATES, scene.states)
    assert scene.webhook.firing() == {f"platform/page: {PAGE}", f"platform/ticket: {TICKET}"}


def a_reload_resets_no_alert_but_the_one_with_another_owner(scene: Scene) -> None:
    since = scene.since()
    scene.merge(
        checkout(objective="91%", description="Takes orders."), search(owners={"serving": "payments"})
    )
    assert scene.thresholds() == {PAGE: "27%", ITS_TICKET: "18%", TICKET: "10%"}
    wait_until("the new owner is told", lambda: f"payments/ticket: {TICKET}" in scene.webhook.firing())
    now = scene.since()
    assert {alert for alert in since if now[alert] != since[alert]} == {TICKET}
    assert scene.webhook.firing() == TOLD, "while the page fires, its ticket is held back"


def all_that_was_told_is_told_to_be_over(scene: Scene) -> None:
    scene.service.recover()
    wait_for({}, scene.since)
    wait_for(set(), scene.webhook.open)
    assert scene.webhook.firing() >= TOLD
