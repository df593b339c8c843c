"""What the page is told by what servers answer: numbers, and nothing where nothing was answered."""

from __future__ import annotations

from typing import Final

import pytest

from slo_compiler.demo.alerts_seen import alerts_seen, guards_seen
from slo_compiler.demo.slos_seen import drift_seen, drifts_of, everything, recorded_of, slo_seen
from slo_compiler.incident.delivery import Delivery
from slo_compiler.incident.firing import Held
from slo_compiler.prometheus.answers import ActiveAlert, Sample
from slo_compiler.promql.check import parse
from slo_compiler.promql.release import RELEASES
from tests.demo.test_service import PROGRAM

assert PROGRAM is not None
PLAN: Final = PROGRAM.slos[0].plan
DRIFT, DRIFT_SUBJECT = next(drifts_of(PROGRAM))

FAST: Final = {"alertname": "ErrorBudgetBurnFast", "service": "scorer", "slo": "latency", "severity": "page"}
COLD: Final = {
    "alertname": "GuardColdStart",
    "service": "scorer",
    "slo": "latency",
    "slo_id": "scorer:latency",
    "ml_role": "guard",
    "ml_guard": "cold_start",
}
NOBODY: Final = Delivery((), ())
HELD: Final = Delivery((Held(FAST, "GuardColdStart of latency"),), ())


def recorded(metric: str, value: float, **more: str) -> Sample:
    return Sample({"__name__": metric, "slo_id": PLAN.slo.id, **more}, 0.0, value)


def active(labels: dict[str, str], state: str = "firing") -> ActiveAlert:
    return ActiveAlert(labels, {"description": "It is so."}, state, 5.0, 1.0)


def test_one_selector_finds_all_that_is_shown() -> None:
    assert PROGRAM is not None
    assert parse(everything(PROGRAM, "scorer"), RELEASES[0])


def test_burn_rates_are_error_ratios_over_the_budget() -> None:
    found = slo_seen(
        PLAN,
        recorded_of(
            [
                recorded("slo:errors:increase2m", 36),
                recorded("slo:events:increase2m", 2400),
                recorded("slo:errors:increase10s", 20),
                recorded("slo:events:increase10s", 200),
                recorded("slo:error_budget_remaining:ratio", -0.5),
            ]
        ),
    )
    fast = found.tiers[0]
    assert [15.0, 100.0, 0.9, -0.5] == pytest.approx(
        [fast.burn_long, fast.burn_short, found.sli, found.budget]
    )
    assert ("fast", "page", 14.4, "2m", "10s") == (
        fast.name,
        fast.severity,
        fast.threshold,
        fast.long,
        fast.short,
    )


@pytest.mark.parametrize("events", [0.0, float("nan")])
def test_without_events_nothing_is_known(events: float) -> None:
    samples = [recorded("slo:errors:increase10s", 0), recorded("slo:events:increase10s", events)]
    found = slo_seen(PLAN, recorded_of(samples))
    assert (None, None) == (found.sli, found.tiers[0].burn_short)


def test_of_a_feature_without_weeks_before_nothing_is_usual() -> None:
    of = {"ml_signal_id": DRIFT_SUBJECT.id}
    samples = [
        Sample({"__name__": "ml:drift:ratio", "feature": "amount", **of}, 0.0, 2.0),
        Sample({"__name__": "ml:drift:ratio", "feature": "age", **of}, 0.0, 0.3),
        Sample({"__name__": "ml:drift_usual:ratio", "feature": "age", **of}, 0.0, 3.0),
    ]
    found = drift_seen(DRIFT, DRIFT_SUBJECT, recorded_of(samples))
    assert [("age", 0.3, 3.0), ("amount", 2.0, None)] == [
        (each.name, each.ratio, each.usual) for each in found.features
    ]


@pytest.mark.parametrize(
    ("state", "delivery", "shown", "by"),
    [
        ("firing", NOBODY, "firing", ""),
        ("firing", HELD, "held", "GuardColdStart of latency"),
        ("pending", NOBODY, "pending", ""),
    ],
)
def test_an_alert_waits_fires_or_is_held_back(state: str, delivery: Delivery, shown: str, by: str) -> None:
    (found,) = alerts_seen([active(FAST, state)], "scorer", delivery)
    assert ("ErrorBudgetBurnFast of latency", shown, by) == (found.title, found.state, found.by)


def test_what_is_told_stands_before_what_is_held_back_and_what_waits() -> None:
    others = [{**FAST, "slo": name} for name in ("availability", "quality")]
    alerts = [active(others[1], "pending"), active(FAST), active(others[0])]
    assert ["availability", "latency", "quality"] == [
        each.title.removeprefix("ErrorBudgetBurnFast of ") for each in alerts_seen(alerts, "scorer", HELD)
    ]


def test_a_guard_is_no_alert_and_names_what_it_holds_back() -> None:
    assert PROGRAM is not None
    alerts = [active(COLD), active(FAST)]
    assert ["ErrorBudgetBurnFast of latency"] == [each.title for each in alerts_seen(alerts, "scorer", HELD)]
    (guard,) = guards_seen(alerts, PROGRAM, "scorer", HELD)
    assert ("cold_start", "serving", ("ErrorBudgetBurnFast of latency",)) == (
        guard.kind,
        guard.surface,
        guard.holds,
    )


def test_alerts_of_other_services_are_not_shown() -> None:
    assert [] == alerts_seen([active({**FAST, "service": "shop"})], "scorer", NOBODY)
