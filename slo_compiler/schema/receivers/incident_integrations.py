"""Integrations that open an incident, a ticket, or write to somebody: their keys."""

from __future__ import annotations

from typing import Final

from slo_compiler.schema.receivers.http_client_keys import AUTHORIZED, SEND, TLS
from slo_compiler.schema.receivers.integration_keys import (
    Choice,
    Items,
    Needs,
    Scalar,
    Secret,
    Section,
    Table,
    in_file,
    keys,
)

# github.com/prometheus/alertmanager 0.33.1: config/{notifiers,config}.go and notify/*/config.go; since is
# from its CHANGELOG.md. The tests show every key to the amtool of 0.25.0 and of 0.33.1.
_EMAIL_THREADING: Final = Section(
    {**keys(Scalar.FLAG, "enabled"), **keys(Choice(("none", "daily")), "thread_by_date")},
    needs=(Needs(("thread_by_date",), when="enabled"),),
)

EMAIL: Final = Section(
    {
        **keys(Scalar.FLAG, "send_resolved", "require_tls"),
        **keys(Scalar.TEXT, "to", "from", "hello", "auth_username", "auth_identity", "html", "text"),
        **keys(Scalar.HOST_PORT, "smarthost"),
        **in_file("auth_password"),
        **in_file("auth_secret", since="0.31"),
        **keys(Table(Scalar.TEXT), "headers"),
        **keys(TLS, "tls_config"),
        **keys(_EMAIL_THREADING, "threading", since="0.30"),
        **keys(Scalar.FLAG, "force_implicit_tls", since="0.31"),
    },
    needs=(
        Needs(("to",)),
        Needs(("smarthost", "global.smtp_smarthost")),
        Needs(("from", "global.smtp_from")),
    ),
)

INCIDENTIO: Final = Section(
    {
        **SEND,
        **keys(Scalar.URL, "url"),
        **keys(Scalar.SECRET_FILE, "url_file"),
        **in_file("alert_source_token"),
        **keys(Scalar.WHOLE, "max_alerts"),
        **keys(Scalar.GO_DURATION, "timeout"),
    },
    needs=(
        Needs(("url", "url_file")),
        Needs(("alert_source_token_file", *AUTHORIZED), when="http_config"),
    ),
    excludes=(("url", "url_file"), ("alert_source_token_file", *AUTHORIZED)),
)

# A mapping there is known since 0.30 only.
_JIRA_TEXT: Final = Section(
    {**keys(Scalar.TEXT, "template"), **keys(Scalar.FLAG, "enable_update")}, short=Scalar.TEXT
)

JIRA: Final = Section(
    {
        **SEND,
        **keys(Scalar.URL, "api_url"),
        **keys(Scalar.TEXT, "project", "issue_type", "priority"),
        **keys(Scalar.TEXT, "reopen_transition", "resolve_transition", "wont_fix_resolution"),
        **keys(_JIRA_TEXT, "summary", "description"),
        **keys(Items(Scalar.TEXT), "labels"),
        **keys(Scalar.DURATION, "reopen_duration"),
        **keys(Table(Scalar.ANYTHING), "fields"),
        **keys(Choice(("auto", "cloud", "datacenter")), "api_type", since="0.29"),
    },
    needs=(Needs(("project",)), Needs(("issue_type",)), Needs(("api_url", "global.jira_api_url"))),
)

_OPSGENIE_RESPONDER: Final = Section(
    {
        **keys(Scalar.TEXT, "id", "name", "username"),
        **keys(Choice(("team", "teams", "user", "escalation", "schedule"), template=True), "type"),
    },
    needs=(Needs(("id", "name", "username")), Needs(("type",))),
)

OPSGENIE: Final = Section(
    {
        **SEND,
        **in_file("api_key"),
        **keys(Scalar.URL, "api_url"),
        **keys(Scalar.TEXT, "message", "description", "source", "entity", "actions", "tags", "note"),
        **keys(Scalar.TEXT, "priority"),
        **keys(Table(Scalar.TEXT), "details"),
        **keys(Items(_OPSGENIE_RESPONDER), "responders"),
        **keys(Scalar.FLAG, "update_alerts"),
    },
    needs=(Needs(("api_key_file", "global.opsgenie_api_key_file")),),
)

PAGERDUTY: Final = Section(
    {
        **SEND,
        **in_file("routing_key", "service_key"),
        **keys(Scalar.URL, "url"),
        **keys(Scalar.TEXT, "client", "client_url", "description", "source", "severity", "class"),
        **keys(Scalar.TEXT, "component", "group"),
        **keys(Table(Scalar.ANYTHING), "details"),  # since 0.30; before, text alone
        **keys(Items(Section(keys(Scalar.TEXT, "src", "alt", "href"))), "images"),
        **keys(Items(Section(keys(Scalar.TEXT, "href", "text"))), "links"),
        **keys(Scalar.GO_DURATION, "timeout", since="0.30"),
    },
    needs=(Needs(("routing_key_file", "service_key_file")),),
)

PUSHOVER: Final = Section(
    {
        **SEND,
        **in_file("user_key", "token", since="0.26"),
        **keys(Scalar.TEXT, "title", "message", "url", "url_title", "sound", "priority"),
        **keys(Scalar.GO_DURATION, "retry", "expire"),
        **keys(Scalar.FLAG, "html"),
        **keys(Scalar.TEXT, "device", since="0.26"),
        **keys(Scalar.GO_DURATION, "ttl", since="0.27"),
        **keys(Scalar.FLAG, "monospace", since="0.29"),
    },
    needs=(Needs(("user_key_file",)), Needs(("token_file",))),
    excludes=(("html", "monospace"),),
)

_NO_KEY_FILE: Final = "leave both keys out and give Alertmanager a role or a profile"
_SIGV4: Final = Section(
    {
        **keys(Scalar.TEXT, "region", "profile", "role_arn"),
        **keys(Secret(instead=_NO_KEY_FILE), "access_key", "secret_key"),
        **keys(Scalar.TEXT, "external_id", "service_name", since="0.33"),
        **keys(Scalar.FLAG, "use_fips_sts_endpoint", since="0.33"),
    }
)

SNS: Final = Section(
    {
        **SEND,
        **keys(Scalar.TEXT, "api_url", "topic_arn", "phone_number", "target_arn", "subject", "message"),
        **keys(_SIGV4, "sigv4"),
        **keys(Table(Scalar.TEXT), "attributes"),
        **keys(Scalar.FLAG, "use_aws_http_client", since="0.33"),
    },
    needs=(Needs(("topic_arn", "phone_number", "target_arn")),),
    excludes=(("topic_arn", "phone_number", "target_arn"),),
)

# The fields that Alertmanager fills in itself.
_VICTOROPS_RESERVED: Final = (
    "routing_key",
    "message_type",
    "state_message",
    "entity_display_name",
    "monitoring_tool",
    "entity_id",
    "entity_state",
)

VICTOROPS: Final = Section(
    {
        **SEND,
        **in_file("api_key"),
        **keys(Scalar.URL, "api_url"),
        **keys(Scalar.TEXT, "routing_key", "message_type", "state_message"),
        **keys(Scalar.TEXT, "entity_display_name", "monitoring_tool"),
        **keys(Table(Scalar.TEXT, _VICTOROPS_RESERVED), "custom_fields"),
    },
    needs=(Needs(("routing_key",)), Needs(("api_key_file", "global.victorops_api_key_file"))),
)

WEBHOOK: Final = Section(
    {
        **SEND,
        **keys(Scalar.TEMPLATED_URL, "url"),
        **keys(Scalar.SECRET_FILE, "url_file", since="0.26"),
        **keys(Scalar.WHOLE, "max_alerts"),
        **keys(Scalar.GO_DURATION, "timeout", since="0.28"),
        **keys(Scalar.ANYTHING, "payload", since="0.32"),
    },
    needs=(Needs(("url", "url_file")),),
    excludes=(("url", "url_file"),),
)
