"""Reading receivers.yaml: what is accepted, what is refused and where, and that no secret is repeated."""

from __future__ import annotations

import string
import textwrap
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.diagnostics import Diagnostic, Position
from slo_compiler.model.receivers import Contact, Grouping, OfficeHours, Receiver, Receivers
from slo_compiler.quantities import HOUR, MINUTE, SECOND
from slo_compiler.schema.editors import schema_for_editors
from slo_compiler.schema.read import read_receivers
from slo_compiler.schema.receivers.inline_secrets import names_a_secret, secret_in_url
from slo_compiler.schema.receivers.integration_keys import Items, Secret, Section, Shape, Table
from slo_compiler.schema.receivers.integrations import GLOBAL, RECEIVER
from slo_compiler.schema.receivers.receivers_model import ReceiversModel
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.document import yaml_text

PATH = "receivers.yaml"
ANYWHERE = Position(PATH)

WHOLE = """
apiVersion: slo-compiler/v1
owners:
  ml-platform:
    page:
      pagerduty_configs:
        - routing_key_file: /etc/alertmanager/secrets/ml-platform-pagerduty
    ticket:
      webhook_configs:
        - url: http://ticket-bridge.internal/ml-platform
  fraud-models:
    page:
      slack_configs:
        - {api_url_file: /etc/alertmanager/secrets/slack, channel: "#fraud"}
fallback:
  email_configs: [{to: ops@example.com}]
office_hours: {location: Europe/Berlin, weekdays: monday:thursday, start: "08:30", end: 16:00}
grouping: {group_wait: 10s, group_interval: 2m, repeat_page: 1h, repeat_ticket: 12h}
global: {smtp_smarthost: "mail.example.com:587", smtp_from: slo@example.com}
"""


def read(text: str) -> Receivers | list[Diagnostic]:
    return read_receivers(PATH, textwrap.dedent(text).encode())


def with_page(page: Any, settings: Any = None) -> Receivers | list[Diagnostic]:
    document = {"apiVersion": "slo-compiler/v1", "owners": {"team": {"page": page}}}
    return read(yaml_text(document | ({"global": settings} if settings is not None else {})))


def accepted(found: Receivers | list[Diagnostic]) -> Receivers:
    assert isinstance(found, Receivers), "\n".join(map(str, found))
    return found


def refused(found: Receivers | list[Diagnostic]) -> list[Diagnostic]:
    assert isinstance(found, list)
    return found


def brief(found: Receivers | list[Diagnostic]) -> list[tuple[int, int, str]]:
    return [(each.position.line, each.position.column, each.check) for each in refused(found)]


def test_a_whole_file() -> None:
    pagerduty = {
        "pagerduty_configs": ({"routing_key_file": "/etc/alertmanager/secrets/ml-platform-pagerduty"},)
    }
    webhook = {"webhook_configs": ({"url": "http://ticket-bridge.internal/ml-platform"},)}
    slack = {"slack_configs": ({"api_url_file": "/etc/alertmanager/secrets/slack", "channel": "#fraud"},)}
    assert read(WHOLE) == Receivers(
        owners={
            "ml-platform": Contact(Receiver(pagerduty, ANYWHERE), Receiver(webhook, ANYWHERE), ANYWHERE),
            "fraud-models": Contact(Receiver(slack, ANYWHERE), None, ANYWHERE),
        },
        position=ANYWHERE,
        fallback=Receiver({"email_configs": ({"to": "ops@example.com"},)}, ANYWHERE),
        office_hours=OfficeHours("Europe/Berlin", "monday:thursday", "08:30", "16:00"),
        grouping=Grouping(10 * SECOND, 2 * MINUTE, HOUR, 12 * HOUR),
        settings={"smtp_smarthost": "mail.example.com:587", "smtp_from": "slo@example.com"},
    )


def test_what_is_not_given_is_left_to_the_defaults() -> None:
    receivers = accepted(with_page({"webhook_configs": [{"url": "http://bridge.internal"}]}))
    assert (receivers.fallback, receivers.office_hours, receivers.grouping, receivers.settings) == (
        None,
        None,
        Grouping(),
        {},
    )


def test_positions_are_those_of_the_file() -> None:
    receivers = accepted(read(WHOLE))
    page = receivers.owners["ml-platform"].page
    assert page is not None
    assert page.position == Position(PATH, 6, 7)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3", 3),
        ("true", True),
        ("0.250", "0.250"),
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
        ("010", "010"),
        ('"3"', "3"),
        ("no", "no"),
        ("{a: [1, {b: 0.10}]}", {"a": (1, {"b": "0.10"})}),
    ],
)
def test_values_are_passed_on_as_they_are(written: str, value: object) -> None:
    receivers = accepted(
        read(f"""
            apiVersion: slo-compiler/v1
            owners:
              team: {{page: {{pagerduty_configs: [{{routing_key_file: /a, details: {{x: {written}}}}}]}}}}
            """)
    )
    page = receivers.owners["team"].page
    assert page is not None
    assert page.integrations == {"pagerduty_configs": ({"routing_key_file": "/a", "details": {"x": value}},)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("owners: {a: {}}", [(3, 13, "spec/value")]),
        ("owners: {}", [(3, 9, "spec/value")]),
        ("owners: {a: {page: }}", [(3, 20, "spec/type")]),
        ("owners: {a: {page: {}}}", [(3, 20, "spec/value")]),
        ("owners: {a: {page: {email_configs: []}}}", [(3, 36, "spec/value")]),
        ("owners: {a: {page: {email_configs: {to: b}}}}", [(3, 36, "spec/type")]),
        ("owners: {a: {pgae: {}}}", [(3, 14, "spec/unknown-key")]),
        ("owners: {../a: {page: {}}}", [(3, 10, "spec/value"), (3, 23, "spec/value")]),
        ("fallback: {}", [(2, 1, "spec/missing-key"), (3, 11, "spec/value")]),
        ("owners: {a: {page: {email_configs: [{to: b}]}}}", [(3, 37, "spec/missing-key")] * 2),
        ("owners: {a: {page: {webhook_configs: [{url: bridge}]}}}", [(3, 45, "spec/value")]),
        ("owners: {a: {ticket: {webhook_configs: [{url: bridge}]}}}", [(3, 47, "spec/value")]),
    ],
)
def test_refused_at_its_place(text: str, found: list[tuple[int, int, str]]) -> None:
    assert brief(read(f"\napiVersion: slo-compiler/v1\n{text}\n")) == found


@pytest.mark.parametrize(
    ("page", "advice"),
    [
        ({"slack_config": []}, "did you mean slack_configs?"),
        ({"webhook_configs": [{"urll": "http://a"}]}, "did you mean url?"),
        (
            {"webhook_configs": [{"url": "http://a", "http_config": {"proxi_url": "a"}}]},
            "did you mean proxy_url?",
        ),
        ({"pagerduty_configs": [{"routing_keyy": "hunter2"}]}, "did you mean routing_key_file?"),
        (
            {
                "slack_configs": [
                    {"api_url_file": "/a", "fields": [{"title": "a", "value": "b", "shrt": True}]}
                ]
            },
            "did you mean short?",
        ),
    ],
)
def test_a_misspelt_key_names_the_near_one(page: object, advice: str) -> None:
    messages = [found.message for found in refused(with_page(page)) if found.check == "spec/unknown-key"]
    assert [advice in message for message in messages] == [True]


@pytest.mark.parametrize(
    ("integration", "config", "settings"),
    [
        ("email_configs", {"to": "a"}, {"smtp_smarthost": "m:25", "smtp_from": "b"}),
        ("slack_configs", {"channel": "#a"}, {"slack_api_url_file": "/a"}),
        ("slack_configs", {"api_url": "https://slack.com/api/chat.postMessage", "update_message": True}, {}),
        (
            "opsgenie_configs",
            {"responders": [{"name": "a", "type": "TEAM"}]},
            {"opsgenie_api_key_file": "/a"},
        ),
        (
            "opsgenie_configs",
            {"responders": [{"name": "a", "type": "{{ .x }}"}]},
            {"opsgenie_api_key_file": "/a"},
        ),
        ("victorops_configs", {"routing_key": "public", "api_key_file": "/a"}, {}),
        ("webhook_configs", {"url": "http://bridge/{{ .GroupLabels.owner }}"}, {}),
        ("webhook_configs", {"url": "http://a", "http_config": {"proxy_url": "socks5://proxy:1080"}}, {}),
        ("sns_configs", {"topic_arn": "arn:a", "sigv4": {"region": "eu-central-1"}}, {}),
        (
            "pagerduty_configs",
            {"routing_key_file": "/a", "details": {"token": "{{ .CommonLabels.token }}"}},
            {},
        ),
    ],
)
def test_accepted(integration: str, config: dict[str, Any], settings: dict[str, Any]) -> None:
    accepted(with_page({integration: [config]}, settings))


@pytest.mark.parametrize(
    ("integration", "config", "check"),
    [
        ("pagerduty_configs", {}, "spec/missing-key"),
        ("pagerduty_configs", {"routing_key_file": ""}, "spec/missing-key"),
        (
            "slack_configs",
            {"api_url_file": "/a", "actions": [{"type": "a", "text": "b"}]},
            "spec/missing-key",
        ),
        ("slack_configs", {"api_url_file": "/a", "update_message": True}, "spec/missing-key"),
        ("sns_configs", {"topic_arn": "a", "target_arn": "b"}, "spec/value"),
        ("webhook_configs", {"url": "http://a", "url_file": "/a"}, "spec/value"),
        ("webhook_configs", {"url": "http://a", "send_resolved": "yes"}, "spec/value"),
        ("webhook_configs", {"url": "http://a", "max_alerts": "5"}, "spec/value"),
        ("webhook_configs", {"url": "http://a", "timeout": "1d"}, "spec/value"),
        ("webhook_configs", {"url": "http://a", "http_config": {"no_proxy": "a"}}, "spec/missing-key"),
        ("telegram_configs", {"bot_token_file": "/a", "chat_id": 0}, "spec/missing-key"),
        ("telegram_configs", {"bot_token_file": "/a", "chat_id": 1, "parse_mode": "html"}, "spec/value"),
        ("email_configs", {"to": "a", "from": "b", "smarthost": "mail"}, "spec/value"),
        (
            "victorops_configs",
            {"routing_key": "a", "api_key_file": "/a", "custom_fields": {"entity_id": "a"}},
            "spec/value",
        ),
    ],
)
def test_what_alertmanager_refuses_is_refused(
    alertmanager_0_33: Alertmanager, tmp_path: Path, integration: str, config: dict[str, Any], check: str
) -> None:
    assert {found.check for found in refused(with_page({integration: [config]}))} == {check}
    file = tmp_path / "alertmanager.yml"
    receivers = [{"name": "r", integration: [config]}]
    file.write_text(yaml_text({"route": {"receiver": "r"}, "receivers": receivers}), encoding="utf-8")
    assert alertmanager_0_33.amtool("check-config", file).returncode != 0


SECRET = "hunter2hunter2"


def secret_keys(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    match shape:
        case Secret():
            yield path
        case Section():
            for name, key in shape.keys.items():
                yield from secret_keys(key.shape, (*path, name))
        case Items(of=of):
            yield from secret_keys(of, (*path, "[]"))
        case Table(of=of):
            yield from secret_keys(of, (*path, "X-Chosen"))


def nested(path: tuple[str, ...], value: Any) -> Any:
    for step in reversed(path):
        value = [value] if step == "[]" else {step: value}
    return value


@pytest.mark.parametrize(
    "value", [SECRET, [SECRET], {SECRET: SECRET}, {"a": [SECRET]}], ids=lambda v: type(v).__name__
)
@pytest.mark.parametrize("root", [RECEIVER, GLOBAL], ids=["receivers", "global"])
def test_every_secret_is_refused_and_never_repeated(root: Section, value: object) -> None:
    webhook = {"webhook_configs": [{"url": "http://a"}]}
    for path in secret_keys(root):
        tree = nested(path, value)
        found = refused(with_page(webhook, tree) if root is GLOBAL else with_page(tree))
        about = [each.message for each in found if each.check == "spec/secret"]
        assert [message.split()[0] for message in about] == [path[-1]]
        assert not any(SECRET in str(each) for each in found)


def test_the_message_names_the_key_that_takes_a_file() -> None:
    found = refused(with_page({"pagerduty_configs": [{"routing_key": SECRET}]}))
    assert [(each.check, "name that file in routing_key_file" in each.message) for each in found] == [
        ("spec/secret", True)
    ]


URLS = [
    f"https://user:{SECRET}@example.com/",
    f"https://{SECRET}@example.com/",
    f"https://hooks.slack.com/services/T0/B0/{SECRET}",
    f"https://HOOKS.SLACK.COM/services/T0/B0/{SECRET}",
    f"https://discord.com/api/webhooks/1/{SECRET}",
    f"https://discordapp.com/api/webhooks/1/{SECRET}",
    f"https://acme.webhook.office.com/webhookb2/{SECRET}",
    f"https://prod-1.westeurope.logic.azure.com:443/workflows/a?sig={SECRET}",
    f"https://chat.googleapis.com/v1/spaces/A/messages?token={SECRET}",
    f"https://api.telegram.org/bot1:{SECRET}/sendMessage",
    f"https://events.pagerduty.com/integration/{SECRET}/enqueue",
    f"https://example.com/notify?api_key={SECRET}",
]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("key", ["url", "text", "proxy_url", "details"])
def test_a_url_with_a_secret_in_it_is_refused_wherever_it_stands(url: str, key: str) -> None:
    page = {
        "url": {"webhook_configs": [{"url": url}]},
        "text": {"slack_configs": [{"api_url_file": "/a", "text": f"see <{url}> for more"}]},
        "proxy_url": {"webhook_configs": [{"url": "http://a", "http_config": {"proxy_url": url}}]},
        "details": {"pagerduty_configs": [{"routing_key_file": "/a", "details": {"a": [url]}}]},
    }[key]
    found = refused(with_page(page))
    assert [each.check for each in found] == ["spec/secret"]
    assert SECRET not in str(found[0])


@pytest.mark.parametrize(
    "text",
    [
        "http://ticket-bridge.internal/ml-platform",
        "https://discord.com/channels/1",
        "https://events.pagerduty.com/v2/enqueue",
        "https://alert.victorops.com/integrations/generic/20131114/alert/",
        "https://slack.com/api/chat.postMessage",
        "https://example.com/?keyword=a&page=2",
        "https://example.com/?token={{ .CommonLabels.token }}",
        "mail ops@example.com",
        "http://[::1",
    ],
)
def test_an_ordinary_url_is_no_secret(text: str) -> None:
    assert secret_in_url(text) is None


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("X-Api-Key", True),
        ("Cookie", True),
        ("db_password", True),
        ("X-Scope-OrgID", False),
        ("keyword", False),
        ("author", False),
        ("tokens_spent", False),
    ],
)
def test_a_name_of_a_secret(name: str, secret: bool) -> None:  # noqa: FBT001 a column of the table
    assert names_a_secret(name) == secret


@pytest.mark.parametrize(
    "page",
    [
        {
            "webhook_configs": [
                {"url": "http://a", "http_config": {"http_headers": {"X-Token": {"values": [SECRET]}}}}
            ]
        },
        {"pagerduty_configs": [{"routing_key_file": "/a", "details": {"api_key": SECRET}}]},
        {"pagerduty_configs": [{"routing_key_file": "/a", "details": {"a": [{"password": SECRET}]}}]},
        {"opsgenie_configs": [{"api_key_file": "/a", "details": {"token": SECRET}}]},
    ],
    ids=["header", "detail", "nested detail", "opsgenie"],
)
def test_a_secret_behind_a_key_of_the_authors_own_is_refused(page: object) -> None:
    found = refused(with_page(page))
    assert [each.check for each in found] == ["spec/secret"]
    assert SECRET not in str(found[0])


def test_a_secret_in_the_place_of_its_file_is_not_repeated() -> None:
    found = refused(with_page({"pagerduty_configs": [{"routing_key_file": SECRET}]}))
    assert [(each.check, SECRET in each.message) for each in found] == [("spec/value", False)]


@given(
    st.text(string.ascii_letters + string.digits, min_size=16),
    st.sampled_from(["{}", "'{}'", "[{}]", "{{a: {}}}"]),
)
def test_no_secret_is_repeated_in_whatever_style(secret: str, style: str) -> None:
    value = style.format(secret)
    found = read(f"""
        apiVersion: slo-compiler/v1
        owners:
          a: {{page: {{slack_configs: [{{api_url: {value}, channel: [{value}], http_config: {value}}}]}}}}
          b: {{page: {value}, ticket: {{pushover_configs: {value}}}}}
        fallback: {value}
        global: {{smtp_auth_password: {value}, smtp_require_tls: {value}, resolve_timeout: {value}}}
        """)
    assert not any(secret in str(each) for each in refused(found))


@pytest.mark.parametrize(
    ("hours", "problem"),
    [
        ({"location": "UTC"}, None),
        ({"location": "America/Argentina/Buenos_Aires", "start": "00:00", "end": "24:00"}, None),
        ({"location": "Europe/Berlin", "weekdays": "Sunday"}, None),
        ({"location": "Europe/Berlin", "weekdays": "sunday:saturday"}, None),
        ({"location": "Europe/Berln"}, "did you mean Europe/Berlin?"),
        ({"location": ""}, "no time zone"),
        ({"location": "../etc"}, "no time zone"),
        ({"location": "UTC", "weekdays": "mon:fri"}, "did you mean monday?"),
        ({"location": "UTC", "weekdays": "saturday:monday"}, "begins on Sunday"),
        ({"location": "UTC", "weekdays": "monday:tuesday:friday"}, "not one day"),
        ({"location": "UTC", "start": "9:00"}, "two digits"),
        ({"location": "UTC", "end": "25:00"}, "two digits"),
        ({"location": "UTC", "start": "17:00", "end": "09:00"}, "never begin"),
        ({"location": "UTC", "start": "09:00", "end": "09:00"}, "never begin"),
    ],
)
def test_office_hours_are_those_that_alertmanager_takes(
    alertmanager: Alertmanager, tmp_path: Path, hours: dict[str, str], problem: str | None
) -> None:
    whole = {"weekdays": "monday:friday", "start": "09:00", "end": "17:00"} | hours
    page = {"webhook_configs": [{"url": "http://a"}]}
    document = {"apiVersion": "slo-compiler/v1", "owners": {"a": {"page": page}}, "office_hours": hours}
    ours = read(yaml_text(document))
    if problem is None:
        assert accepted(ours).office_hours is not None
    else:
        assert [problem in found.message for found in refused(ours)] == [True]
    if hours["location"] == "":
        return  # UTC to Alertmanager; we want it to be said
    interval = {
        "weekdays": [whole["weekdays"]],
        "times": [{"start_time": whole["start"], "end_time": whole["end"]}],
        "location": whole["location"],
    }
    file = tmp_path / "alertmanager.yml"
    config = {
        "route": {"receiver": "r"},
        "receivers": [{"name": "r"}],
        "time_intervals": [{"name": "hours", "time_intervals": [interval]}],
    }
    file.write_text(yaml_text(config), encoding="utf-8")
    assert (alertmanager.amtool("check-config", file).returncode == 0) == (problem is None)


def test_office_hours_need_a_place() -> None:
    text = WHOLE.replace("location: Europe/Berlin, ", "")
    assert brief(read(text)) == [(17, 15, "spec/missing-key")]


def test_without_tzdata_a_place_is_taken_by_its_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    hours = accepted(read(WHOLE.replace("Europe/Berlin", "Nowhere/At_All"))).office_hours
    assert hours is not None
    assert hours.location == "Nowhere/At_All"
    refused(read(WHOLE.replace("Europe/Berlin", "../Berlin")))


@pytest.mark.parametrize(
    ("grouping", "problem"),
    [
        ("{}", None),
        ("{group_interval: 1h, repeat_page: 1h}", None),
        (
            "{group_interval: 7m, repeat_ticket: 7h}",
            "repeat_page of 4h is no multiple of the group_interval of 7m",
        ),
        ("{repeat_ticket: 6m}", "would make it 10m"),
        ("{group_interval: 0s}", "a duration of 0"),
        ("{repeat_page: 4}", "duration"),
        ("{repeat: 4h}", "unknown key"),
    ],
)
def test_repeats_fall_on_the_group_interval(grouping: str, problem: str | None) -> None:
    written = "{group_wait: 10s, group_interval: 2m, repeat_page: 1h, repeat_ticket: 12h}"
    assert written in WHOLE
    found = read(WHOLE.replace(written, grouping))
    messages = [] if isinstance(found, Receivers) else [each.message for each in found]
    assert [problem in message for message in messages if problem] == [True] * len(messages)
    assert (messages == []) == (problem is None)


def test_all_problems_are_told_at_once() -> None:
    assert brief(
        read("""\
            apiVersion: slo-compiler/v1
            owners:
              a: {page: {pagerduty_configs: [{routing_key: x}]}}
              b: {}
            office_hours: {location: Europe/Berln}
            grouping: {group_wait: soon}
            global: {smtp_from: [a], smpt_hello: b}
            """)
    ) == [
        (3, 48, "spec/secret"),
        (4, 6, "spec/value"),
        (5, 26, "spec/value"),
        (6, 24, "spec/value"),
        (7, 21, "spec/type"),
        (7, 26, "spec/unknown-key"),
    ]


def test_the_json_schema_takes_the_whole_file_and_no_secret() -> None:
    schema = schema_for_editors(ReceiversModel)
    good = {
        "apiVersion": "slo-compiler/v1",
        "owners": {"a": {"page": {"pagerduty_configs": [{"routing_key_file": "/a"}]}}},
    }
    bad = {
        "apiVersion": "slo-compiler/v1",
        "owners": {"a": {"page": {"pagerduty_configs": [{"routing_key": SECRET}]}}},
    }
    validator = jsonschema.Draft202012Validator(schema)
    assert (validator.is_valid(good), validator.is_valid(bad)) == (True, False)
