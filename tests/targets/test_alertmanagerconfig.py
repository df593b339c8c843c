from __future__ import annotations

from typing import Any

import pytest

from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.program import alert_labels
from slo_compiler.rules.routing import Route, route
from tests.compiling import Document, ml_spec, program_of, spec
from tests.targets.operator_models import as_the_operator_reads
from tests.targets.programs import IN_UTC, SPECS, faults_of, files_of, raw_files_of

MOUNTED = "/etc/alertmanager/secrets/payments/routing-key"
GUARDED = ml_spec("scorer", guards={"detector_moved": True})


def receivers_with(integration: str, **keys: Any) -> Document:
    """Receivers of which the pages of one are of an integration."""
    tickets = IN_UTC["owners"]["platform"]["ticket"]
    return IN_UTC | {"owners": {"platform": {"page": {integration: [keys]}, "ticket": tickets}}}


def of_the_manifest(node: dict[str, Any]) -> Route:
    """A route of a manifest as a value of our own."""
    return Route(
        receiver=node.get("receiver"),
        matchers=tuple(Matcher(each["name"], each["matchType"], each["value"]) for each in node["matchers"]),
        routes=tuple(of_the_manifest(child) for child in node.get("routes", ())),
        group_by=tuple(node["groupBy"]) if "groupBy" in node else None,
        continue_=node.get("continue", False),
    )


def as_the_operator_joins(files: dict[str, Any]) -> Route:
    """The tree of pkg/alertmanager/amcfg.go: each manifest's route goes on to the next one."""
    roots = [of_the_manifest(each["spec"]["route"]) for each in files.values()]
    return Route(
        receiver="null",
        routes=tuple(
            Route(root.receiver, root.matchers, root.routes, continue_=True, group_by=root.group_by)
            for root in roots
        ),
    )


def test_every_alert_reaches_the_receiver_that_it_has_in_the_whole_configuration() -> None:
    files = files_of("alertmanagerconfig", *SPECS, GUARDED | {"service": "guarded"})
    joined = as_the_operator_joins(files)
    program = program_of(*SPECS, GUARDED | {"service": "guarded"}, receivers=IN_UTC)
    assert program.notification is not None
    for _, alert in program.alerts():
        labels = alert_labels(alert)
        wanted, reached = route(program.notification.tree, labels), route(joined, labels)
        assert [leaf.receiver for leaf in reached] == [leaf.receiver for leaf in wanted]
        assert [leaf.group_by for leaf in reached if leaf.receiver != "nobody"] == [
            leaf.group_by for leaf in wanted if leaf.receiver != "nobody"
        ]


def test_an_alert_of_others_goes_where_it_went_before() -> None:
    joined = as_the_operator_joins(files_of("alertmanagerconfig"))
    assert [leaf.receiver for leaf in route(joined, {"alertname": "NodeDown"})] == ["null"]


def test_the_operator_knows_every_field_of_a_manifest() -> None:
    for document in files_of("alertmanagerconfig").values():
        assert as_the_operator_reads(document) == document


EVERY_INTEGRATION: dict[str, dict[str, Any]] = {
    "webhook_configs": {"url": "http://example.com", "max_alerts": 3, "send_resolved": False},
    "pagerduty_configs": {
        "routing_key_file": MOUNTED,
        "details": {"team": "payments"},
        "client_url": "http://example.com",
    },
    "slack_configs": {"api_url_file": MOUNTED, "channel": "#slo", "icon_url": "http://example.com"},
    "opsgenie_configs": {
        "api_key_file": MOUNTED,
        "priority": "P1",
        "responders": [{"type": "team", "name": "payments"}],
    },
    "email_configs": {
        "to": "a@example.com",
        "from": "b@example.com",
        "smarthost": "mail.example.com:25",
        "auth_password_file": MOUNTED,
        "headers": {"Subject": "SLO"},
        "require_tls": True,
    },
    "msteams_configs": {"webhook_url_file": MOUNTED, "title": "SLO"},
    "discord_configs": {"webhook_url_file": MOUNTED, "title": "SLO"},
    "telegram_configs": {"bot_token_file": MOUNTED, "chat_id": 5},
    "webex_configs": {
        "room_id": "room",
        "http_config": {"authorization": {"type": "Bearer", "credentials_file": MOUNTED}},
    },
    "victorops_configs": {"api_key_file": MOUNTED, "routing_key": "payments"},
    "pushover_configs": {"user_key_file": MOUNTED, "token_file": MOUNTED, "title": "SLO"},
}


@pytest.mark.parametrize("integration", EVERY_INTEGRATION)
def test_the_operator_knows_every_field_of_an_integration(integration: str) -> None:
    receivers = receivers_with(integration, **EVERY_INTEGRATION[integration])
    assert faults_of("alertmanagerconfig", spec(), receivers=receivers, matcher_strategy="None") == []
    files = files_of("alertmanagerconfig", spec(), receivers=receivers)
    document = files["slo-alerts.yaml"]
    assert as_the_operator_reads(document) == document


def test_a_mounted_file_is_the_secret_that_it_is_mounted_from() -> None:
    receivers = receivers_with("pagerduty_configs", routing_key_file=MOUNTED)
    files = files_of("alertmanagerconfig", spec(), receivers=receivers)
    assert {
        "name": "platform-page",
        "pagerdutyConfigs": [{"routingKey": {"name": "payments", "key": "routing-key"}}],
    } in files["slo-alerts.yaml"]["spec"]["receivers"]


def test_without_signals_there_is_one_manifest() -> None:
    assert list(raw_files_of("alertmanagerconfig", spec())) == ["slo-alerts.yaml", "kustomization.yaml"]


@pytest.mark.parametrize(
    ("receivers", "told"),
    [
        pytest.param(
            receivers_with("pagerduty_configs", routing_key_file="/etc/secrets/key"),
            "error: platform-page: pagerduty_configs.routing_key_file is the file "
            "/etc/secrets/key, and AlertmanagerConfig names a secret and its key",
            id="a file that is no secret's",
        ),
        pytest.param(
            receivers_with("webhook_configs", url="http://example.com", timeout="5s"),
            "AlertmanagerConfig has no webhook_configs.timeout",
            id="a key that it does not have",
        ),
        pytest.param(
            receivers_with("wechat_configs", corp_id="a", api_secret_file=MOUNTED, to_user="b"),
            "AlertmanagerConfig has no wechat_configs",
            id="an integration that it does not have",
        ),
        pytest.param(
            IN_UTC | {"global": {"resolve_timeout": "7m"}},
            "AlertmanagerConfig has no global section, and resolve_timeout would be lost",
            id="a global section",
        ),
        pytest.param(
            IN_UTC | {"office_hours": {"location": "Europe/Berlin"}},
            "AlertmanagerConfig knows no location of time intervals: office hours of Europe/Berlin",
            id="office hours of a place",
        ),
    ],
)
def test_what_it_cannot_say_is_refused(receivers: Document, told: str) -> None:
    (found,) = faults_of("alertmanagerconfig", spec(), receivers=receivers, matcher_strategy="None")
    assert told in found


def test_alerts_without_the_namespace_of_the_manifest_would_reach_nobody() -> None:
    (told,) = faults_of("alertmanagerconfig", spec(), namespace="shop")
    assert "namespace=shop alone: 4 would reach nobody, such as ErrorBudgetBurnFast" in told


def test_alerts_with_the_namespace_of_the_manifest_reach_its_routes() -> None:
    labelled = spec(labels={"namespace": "shop"})
    assert faults_of("alertmanagerconfig", labelled, namespace="shop") == []
