from __future__ import annotations

import copy

import pytest

from slo_compiler.review.facts import Kind
from slo_compiler.review.review import review
from slo_compiler.review.words import code_changes
from tests.compiling import RECEIVERS, Document, defaults, ml_spec, program_of, quality, slo, spec, texts_of
from tests.review.comparing import of_slo, reviewed, told

Shared = dict[str, Document | None]
"""Defaults and receivers."""


def receivers(**keys: object) -> Shared:
    return {"receivers": {**copy.deepcopy(RECEIVERS), **keys}}


SILENT: dict[str, tuple[Document, Document]] = {
    "the same": (spec(), spec()),
    "the SLOs in another order": (spec("a", slo("x"), slo("y")), spec("a", slo("y"), slo("x"))),
    "a default that is written out": (spec("a", slo()), spec("a", slo(window="30d"))),
    "a comment in an expression": (
        spec("a", slo(indicator={"probe": "up"})),
        spec("a", slo(indicator={"probe": "up # and running"})),
    ),
    "a percentage in other digits": (spec("a", slo()), spec("a", slo(objective="99.90%"))),
}


@pytest.mark.parametrize("change", SILENT)
def test_what_means_the_same_is_no_difference(change: str) -> None:
    old, new = SILENT[change]
    assert not reviewed(old, new)


CHANGES: dict[str, Document] = {
    "objective": {"objective": "99.5%"},
    "window": {"window": "28d"},
    "description": {"description": "In words."},
    "indicator": {"indicator": {"probe": "up"}},
    "surface": {"surface": "data"},
    "group_by": {"group_by": ["region"]},
    "cadence": {"cadence": "10m"},
    "labels": {"alerting": {"labels": {"a": "b"}}},
    "annotations": {"alerting": {"annotations": {"a": "b"}}},
    "severities": {"alerting": {"severities": {"medium": "ticket"}}},
    "min_errors": {"alerting": {"min_errors": 7}},
    "absent": {"alerting": {"absent": False}},
    "tiers": {"alerting": {"tiers": [{"name": "fast", "severity": "page", "budget": "2%", "long": "1h"}]}},
}
DEFAULTS = {
    "scrape_interval": defaults(scrape_interval="15s"),
    "evaluation_interval": defaults(evaluation_interval="15s"),
    "base_window": defaults(base_window="2m"),
    "labels": defaults(labels={"a": "b"}),
    "external_labels": defaults(external_labels=["cluster"]),
    "runbook": defaults(links={"runbook": "https://example.com/{slo}"}),
    "alerting": defaults(alerting={"min_errors": 5}),
}
NOTIFIED: dict[str, Shared] = {
    "office hours": receivers(office_hours={"location": "UTC"}),
    "an address": receivers(
        owners={
            "platform": {
                "page": {"webhook_configs": [{"url": "http://elsewhere.example.com"}]},
                "ticket": {"webhook_configs": [{"url": "http://tickets.example.com/platform"}]},
            }
        }
    ),
    "grouping": receivers(grouping={"group_wait": "10s"}),
    "no receivers": {"receivers": None},
}


@pytest.mark.parametrize(
    ("old", "new", "after"),
    [
        *((slo(), slo(**keys), {}) for keys in CHANGES.values()),
        *((slo(), slo(), {"defaults": shared}) for shared in DEFAULTS.values()),
        *((slo(), slo(), shared) for shared in NOTIFIED.values()),
    ],
    ids=[*CHANGES, *(f"default {name}" for name in DEFAULTS), *NOTIFIED],
)
def test_whatever_changes_the_output_is_told(old: Document, new: Document, after: Shared) -> None:
    """And the other way round: of each of these changes the files that are written tell, too."""
    owners = {"owners": {"serving": "platform", "data": "platform"}}
    specs = spec("a", old, **owners), spec("a", new, **owners)
    assert texts_of(specs[0]) != texts_of(specs[1], **after)
    assert review(program_of(specs[0]), program_of(specs[1], **after))
    assert review(program_of(specs[1], **after), program_of(specs[0]))


def test_a_lower_objective() -> None:
    found = of_slo(slo(), slo(objective="99.5%")).differences
    assert told(found, "detection") == [
        "ErrorBudgetBurnFast: fires above: 1.44% → 7.2%",
        "ErrorBudgetBurnFast: at 100% errors: 52s → 4m19s",
        "ErrorBudgetBurnFast: at 10% errors: 8m38s → 43m12s",
        "ErrorBudgetBurnMedium: fires above: 0.6% → 3%",
        "ErrorBudgetBurnMedium: at 100% errors: 2m10s → 10m48s",
        "ErrorBudgetBurnMedium: at 10% errors: 21m36s → 1h48m",
        "ErrorBudgetBurnMedium: at 1% errors: 3h36m → never",
        "ErrorBudgetBurnSlow: fires above: 0.1% → 0.5%",
        "ErrorBudgetBurnSlow: at 100% errors: 4m19s → 21m36s",
        "ErrorBudgetBurnSlow: at 10% errors: 43m12s → 3h36m",
        "ErrorBudgetBurnSlow: at 1% errors: 7h12m → 1d12h",
        "IndicatorAbsent: for: 5m → 11m",
    ]
    assert told(found, "budget") == ["objective: 99.9% → 99.5%", "budget, in total outage: 43m12s → 3h36m"]


@pytest.mark.parametrize(
    ("old", "new", "kind", "expected"),
    [
        (
            {},
            {"alerting": {"severities": {"medium": "ticket"}}},
            "pages",
            ["ErrorBudgetBurnMedium: severity: page → ticket"],
        ),
        ({"alerting": {"absent": False}}, {}, "pages", ["IndicatorAbsent: severity: none → page"]),
        (
            {"alerting": {"absent": {"severity": "ticket"}}},
            {"alerting": {"absent": False}},
            "tickets",
            ["IndicatorAbsent: severity: ticket → none"],
        ),
        ({}, {"alerting": {"min_errors": 9}}, "detection", ["fewest errors: 3 → 9"]),
        ({}, {"alerting": {"labels": {"team": "x"}}}, "labels", ["label team: none → x"]),
        ({}, {"alerting": {"annotations": {"a": "b"}}}, "annotations", ["annotation a: none → b"]),
        ({}, {"group_by": ["region"]}, "indicator", ["one alert for each: none → region"]),
    ],
    ids=["severity", "gained page", "lost ticket", "min_errors", "label", "annotation", "group_by"],
)
def test_a_change_is_told_under_its_kind(
    old: Document, new: Document, kind: str, expected: list[str]
) -> None:
    assert told(of_slo(slo(**old), slo(**new)).differences, kind)[: len(expected)] == expected


def test_what_is_the_same_for_all_alerts_is_told_once() -> None:
    found = reviewed(spec("a"), spec("a", owners={"serving": "payments"})).slos[0].differences
    assert told(found, "route") == [
        "owner: platform → payments",
        "ErrorBudgetBurnFast: reaches: platform-page → payments-page",
        "ErrorBudgetBurnMedium: reaches: platform-page → payments-page",
        "ErrorBudgetBurnSlow: reaches: platform-ticket in office hours → payments-ticket in office hours",
        "IndicatorAbsent: reaches: platform-page → payments-page",
    ]


def test_of_a_renamed_slo_only_the_name_is_told() -> None:
    found = reviewed(spec("a", slo("old")), spec("a", slo("new"))).slos[0]
    assert (found.before, found.after) == ("a:old", "a:new")
    assert told(found.differences, "labels") == ["name: a:old → a:new"]
    assert len(found.differences) == 1


def test_of_two_that_mean_the_same_each_keeps_its_name() -> None:
    found = reviewed(spec("a", slo("one"), slo("two")), spec("a", slo("two"), slo("three"))).slos
    assert [(each.before, each.after) for each in found] == [("a:one", "a:three")]


def test_slos_come_by_what_matters_to_who_is_woken() -> None:
    names = ["texts", "labels", "budget", "pages"]
    changed = [
        slo("texts", description="In words."),
        slo("labels", alerting={"labels": {"a": "b"}}),
        slo("budget", objective="99.5%"),
        slo("pages", alerting={"severities": {"medium": "ticket"}}),
    ]
    found = reviewed(spec("a", *map(slo, names)), spec("a", *changed)).slos
    assert [each.id for each in found] == ["a:pages", "a:budget", "a:labels", "a:texts"]


def test_what_holds_back_what_is_told_of_alertmanager() -> None:
    regional = slo(group_by=["region"])
    found = reviewed(spec("a", slo()), spec("a", regional)).notification
    assert told(found, "inhibition")[0] == (
        'while {burn_tier!="", severity="page"} fires: {burn_tier!="", severity="ticket"} is held back where '
        'slo_id are equal → {burn_tier!="", severity="ticket"} is held back where slo_id, region are equal'
    )


def test_a_receiver_that_sends_elsewhere_is_told() -> None:
    found = reviewed(spec(), spec(), after=NOTIFIED["an address"])
    changed = [difference.what for difference in found.notification]
    assert "receiver platform-page" in changed
    assert "receiver platform-ticket" not in changed


def test_when_predictions_are_looked_at_later_pages_are_too() -> None:
    later = quality(indicator={"quality": {"labels": {"mode": "cohort", "lag": "6h"}}})
    found = {each.id: each for each in reviewed(ml_spec("m"), ml_spec("m", slo(), later)).slos}
    # The guard waits for its labels, and the drift says of when quality speaks.
    assert found.keys() == {"m:quality", "m:quality:label-lag", "m:inputs"}
    detection = told(found["m:quality"].differences, "detection")
    assert detection[0].startswith("looked at: none → 6h after they were made")


def test_what_is_counted_is_shown_as_its_author_wrote_it() -> None:
    other = {"ratio": {"bad": 'http_requests_total{code=~"5..|429"}', "total": "http_requests_total"}}
    found = of_slo(slo(), slo(indicator=other)).differences
    (indicator,) = (each for each in found if each.kind is Kind.INDICATOR)
    assert (indicator.about, indicator.what) == ("", "indicator")
    assert [line for _, lines in code_changes([indicator]) for line in lines] == [
        "     expression:",
        '-      http_requests_total{code=~"5.."}',
        '+      http_requests_total{code=~"5..|429"}',
        "   total:",
    ]


def test_another_base_window_counts_the_same() -> None:
    found = reviewed(spec(), spec(), after={"defaults": defaults(base_window="2m")}).slos[0]
    assert Kind.INDICATOR not in {each.kind for each in found.differences}


LATENCY = {"latency": {"histogram": "request_seconds", "threshold": 1}}


def guarded(name: str, objective: str) -> Document:
    """A latency SLO of the name, with a guard against cold starts."""
    guards = {"cold_start": {"ready": "ready", "restarts": "restarts"}}
    return ml_spec("scorer", slo(name, objective=objective, indicator=LATENCY), drift=[], guards=guards)


def test_an_slo_and_what_stands_beside_its_budget_have_ids_of_their_own() -> None:
    found = reviewed(guarded("latency", "99%"), guarded("latency", "98%"))
    ids = [change.id for change in (*found.slos, *found.following)]
    assert {"scorer:latency", "scorer:latency:cold-start"} <= {*ids}
    assert len(ids) == len({*ids})


def test_a_renamed_slo_takes_its_guard_with_it() -> None:
    found = reviewed(guarded("latency", "99%"), guarded("speed", "99%"))
    assert ("scorer:latency:cold-start", "scorer:speed:cold-start") in {
        (change.before, change.after) for change in found.slos
    }
