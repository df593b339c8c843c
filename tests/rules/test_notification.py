from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Final

import pytest

from slo_compiler.rules.inhibition import inhibits
from slo_compiler.rules.matchers import Labels
from slo_compiler.rules.program import Program, alert_labels
from slo_compiler.rules.routing import Route, route
from tests.compiling import RECEIVERS, defaults, program_of, slo, spec, texts_of
from tests.oracles.alertmanager import Alertmanager

THREE_PAGES: Final = [
    {"name": "fast", "severity": "page", "budget": "2%", "long": "1h"},
    {"name": "medium", "severity": "page", "budget": "5%", "long": "6h"},
    {"name": "two-days", "severity": "page", "budget": "10%", "long": "2d"},
    {"name": "slow", "severity": "ticket", "budget": "10%", "long": "3d"},
]
SPECS: Final = (
    spec("checkout", slo(), slo("latency", alerting={"tiers": THREE_PAGES}), owners={"serving": "payments"}),
    spec("search", slo(group_by=["region"]), slo("latency"), owners={"serving": "platform"}),
)


def alerts_of(program: Program, **groups: str) -> dict[str, Labels]:
    """The labels of all alerts, with values for those of groups."""
    return {
        f"{owner.id} {alert.labels.get('burn_tier', 'absent')}": {
            name: groups[name] if value is None else value for name, value in alert_labels(alert).items()
        }
        for owner, alert in program.alerts()
    }


def inhibited(program: Program, source: Labels, target: Labels) -> bool:
    assert program.notification is not None
    return any(inhibits(rule, source, target) for rule in program.notification.inhibit_rules)


def tree_of(program: Program) -> Route:
    assert program.notification is not None
    return program.notification.tree


PROGRAM: Final = program_of(*SPECS)
EU: Final = alerts_of(PROGRAM, region="eu")
US: Final = alerts_of(PROGRAM, region="us")


def test_every_owner_and_severity_has_a_route() -> None:
    owners = tree_of(PROGRAM).routes[0].routes
    told = [(owner.receiver, [str(matcher) for matcher in owner.matchers]) for owner in owners]
    assert told == [
        (f"{owner}-{severity}", [f'owner="{owner}"', f'severity="{severity}"'])
        for owner in ("payments", "platform")
        for severity in ("page", "ticket")
    ]


def test_an_owner_who_takes_no_tickets_has_no_route_for_them() -> None:
    owners = {"platform": {"page": RECEIVERS["owners"]["platform"]["page"]}}
    tiers = [{"name": "fast", "severity": "page", "budget": "2%", "long": "1h"}]
    told = program_of(
        spec("checkout", slo(alerting={"tiers": tiers})), receivers=RECEIVERS | {"owners": owners}
    )
    assert [owner.receiver for owner in tree_of(told).routes[0].routes] == ["platform-page"]


def test_an_slo_more_changes_nobody_s_way() -> None:
    more = program_of(*SPECS, spec("new", slo(alerting={"tiers": THREE_PAGES})))
    assert tree_of(more) == tree_of(PROGRAM)


def test_the_alerts_of_an_slo_are_one_notification() -> None:
    assert {leaf.group_by for labels in EU.values() for leaf in route(tree_of(PROGRAM), labels)} == {
        ("service", "slo", "slo_id")
    }


@pytest.mark.parametrize("alert", [pytest.param(labels, id=name) for name, labels in EU.items()])
def test_an_alert_reaches_its_owner_alone(alert: Labels) -> None:
    reached = [leaf.receiver for leaf in route(tree_of(PROGRAM), alert)]
    assert reached == [f"{alert['owner']}-{alert['severity']}"]


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param({"alertname": "Other", "owner": "platform", "severity": "page"}, id="no SLO"),
        pytest.param(
            {"slo_id": "a:b", "owner": "nobody", "severity": "page"}, id="an owner that is not known"
        ),
        pytest.param({"slo_id": "a:b", "owner": "platform", "severity": "info"}, id="another severity"),
    ],
)
def test_what_is_nobody_s_alert_goes_to_the_fallback(labels: Labels) -> None:
    assert [leaf.receiver for leaf in route(tree_of(PROGRAM), labels)] == ["fallback"]


@pytest.mark.slow
def test_amtool_sends_every_alert_the_same_way(alertmanager: Alertmanager, tmp_path: Path) -> None:
    config = tmp_path / "alertmanager.yaml"
    config.write_text(texts_of(*SPECS)["alertmanager/alertmanager.yaml"], encoding="utf-8")
    told, expected = {}, {}
    for name, labels in EU.items():
        arguments = [f"{label}={value}" for label, value in labels.items()]
        done = alertmanager.amtool("config", "routes", "test", "--config.file", config, *arguments)
        told[name] = done.stdout.strip()
        expected[name] = ",".join(leaf.receiver for leaf in route(tree_of(PROGRAM), labels))
    assert told == expected


# Who is silent while another alert of the same SLO fires: slower tiers and tickets.
SILENT: Final = {
    "checkout:availability": [("fast", "medium"), ("fast", "slow"), ("medium", "slow")],
    "checkout:latency": [
        *[("fast", "medium"), ("fast", "slow"), ("fast", "two-days"), ("medium", "slow")],
        *[("medium", "two-days"), ("two-days", "slow")],
    ],
    "search:availability": [("fast", "medium"), ("fast", "slow"), ("medium", "slow")],
    "search:latency": [("fast", "medium"), ("fast", "slow"), ("medium", "slow")],
}


def test_while_an_alert_fires_slower_ones_of_its_slo_and_group_are_silent_and_no_others() -> None:
    silent = [
        (source, target)
        for source, target in itertools.product(EU, EU)
        if inhibited(PROGRAM, EU[source], EU[target])
    ]
    expected = [
        (f"{slo} {source}", f"{slo} {target}") for slo, pairs in SILENT.items() for source, target in pairs
    ]
    assert sorted(silent) == sorted(expected)


def test_no_region_silences_another() -> None:
    regional = [name for name in EU if name.startswith("search:availability")]
    assert not any(inhibited(PROGRAM, EU[source], US[target]) for source in regional for target in regional)


def test_a_page_over_missing_data_silences_nothing_and_is_not_silenced() -> None:
    absent = [name for name in EU if name.endswith("absent")]
    assert len(absent) == 4
    for name, other in itertools.product(absent, EU):
        assert not inhibited(PROGRAM, EU[name], EU[other])
        assert not inhibited(PROGRAM, EU[other], EU[name])


def test_every_alert_has_what_routes_and_inhibitions_look_at() -> None:
    assert PROGRAM.notification is not None
    burning = [labels for name, labels in EU.items() if not name.endswith("absent")]
    looked_at = {label for rule in PROGRAM.notification.inhibit_rules for label in rule.equal} - {"region"}
    looked_at |= {"owner", "severity", "service", "slo", "slo_id", "burn_tier"}
    assert [looked_at - labels.keys() for labels in burning] == [set()] * len(burning)
    assert all("region" in labels for name, labels in EU.items() if name.startswith("search:availability"))


def test_a_ticket_that_was_made_a_page_is_held_back_by_faster_pages() -> None:
    program = program_of(spec("checkout", slo(alerting={"severities": {"slow": "page"}})))
    alerts = alerts_of(program)
    assert inhibited(program, alerts["checkout:availability fast"], alerts["checkout:availability slow"])
    assert not inhibited(program, alerts["checkout:availability slow"], alerts["checkout:availability fast"])


@pytest.mark.slow
def test_a_real_alertmanager_holds_back_the_same_alerts(alertmanager: Alertmanager, tmp_path: Path) -> None:
    alerts = {f"eu {name}": labels for name, labels in EU.items()} | {
        f"us {name}": labels for name, labels in US.items() if labels.get("region")
    }
    # Of one group only some fire, so that what holds the others back is seen not to reach further.
    quiet = {"us search:availability fast", "us search:availability medium", "eu checkout:latency fast"}
    firing = {name: labels for name, labels in alerts.items() if name not in quiet}
    expected = {
        name: any(inhibited(PROGRAM, other, labels) for other in firing.values())
        for name, labels in firing.items()
    }
    with alertmanager.serve(tmp_path, texts_of(*SPECS)["alertmanager/alertmanager.yaml"]) as server:
        server.post("/api/v2/alerts", [{"labels": labels} for labels in firing.values()])
        for _ in range(100):  # the server heeds sources as they come
            told = {
                name: bool(alert["status"]["inhibitedBy"])
                for alert in server.get("/api/v2/alerts")
                for name, labels in firing.items()
                if alert["labels"] == labels
            }
            if told == expected:
                break
            time.sleep(0.02)
    assert told == expected


def test_clusters_that_load_the_same_rules_are_kept_apart() -> None:
    program = program_of(
        spec("checkout", slo(group_by=["region"])), defaults=defaults(external_labels=["cluster"])
    )
    assert program.notification is not None
    assert {rule.equal for rule in program.notification.inhibit_rules} == {("slo_id", "cluster", "region")}
    assert program.notification.tree.routes[0].group_by == ("service", "slo", "slo_id", "cluster")
    assert {alert.run_time_labels for _, alert in program.alerts()} == {("region", "cluster")}


def test_a_static_label_stands_for_the_external_one_of_its_name() -> None:
    fixed = spec("checkout", labels={"cluster": "eu-1"})
    program = program_of(fixed, defaults=defaults(external_labels=["cluster"]))
    assert {alert.run_time_labels for _, alert in program.alerts()} == {()}
    assert {alert.labels["cluster"] for _, alert in program.alerts()} == {"eu-1"}
