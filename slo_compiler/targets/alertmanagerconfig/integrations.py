"""How AlertmanagerConfig calls what Alertmanager's own file says: a table an integration.

Source: pkg/apis/monitoring/v1alpha1/alertmanager_config_types.go of prometheus-operator 0.80. What is in no
table has no field there.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class Kind(enum.Enum):
    """How a value is written."""

    SAME = "as it is"
    SECRET = "the key of a secret, in the place of a file"  # noqa: S105 no password
    PAIRS = "a list of keys and values, in the place of a mapping"
    SECTION = "a mapping with a table of its own"


class Field(Struct, frozen=True):
    """What a key is called in the manifest, and how its value is written."""

    name: str
    kind: Kind = Kind.SAME
    of: Mapping[str, Field] | None = None
    """The table of a section."""


def _same(*keys: str, **others: str) -> dict[str, Field]:
    """Keys that have the same name but for capitals, and those of another."""
    return {**{key: Field(_camel(key)) for key in keys}, **{key: Field(name) for key, name in others.items()}}


def _secrets(**names: str) -> dict[str, Field]:
    return {key: Field(name, Kind.SECRET) for key, name in names.items()}


def _pairs(key: str) -> dict[str, Field]:
    return {key: Field(_camel(key), Kind.PAIRS)}


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(part.capitalize() for part in rest)


_AUTHORIZATION: Final = {**_same("type"), **_secrets(credentials_file="credentials")}
_HTTP: Final = {
    **_same("follow_redirects", proxy_url="proxyURL"),
    "authorization": Field("authorization", Kind.SECTION, _AUTHORIZATION),
}
_SENT: Final = {**_same("send_resolved"), "http_config": Field("httpConfig", Kind.SECTION, _HTTP)}

INTEGRATIONS: Final[Mapping[str, tuple[str, Mapping[str, Field]]]] = {
    "webhook_configs": (
        "webhookConfigs",
        {**_SENT, **_same("url", "max_alerts"), **_secrets(url_file="urlSecret")},
    ),
    "pagerduty_configs": (
        "pagerdutyConfigs",
        {
            **_SENT,
            **_secrets(routing_key_file="routingKey", service_key_file="serviceKey"),
            **_same("url", "client", "description", "severity", "class", "component", "group", "source"),
            **_same(client_url="clientURL"),
            **_pairs("details"),
        },
    ),
    "slack_configs": (
        "slackConfigs",
        {
            **_SENT,
            **_secrets(api_url_file="apiURL"),
            **_same("channel", "username", "color", "title", "title_link", "pretext", "text", "fallback"),
            **_same(
                "footer", "icon_emoji", "link_names", "short_fields", "mrkdwn_in", "callback_id", "fields"
            ),
            **_same(icon_url="iconURL", image_url="imageURL", thumb_url="thumbURL"),
        },
    ),
    "opsgenie_configs": (
        "opsgenieConfigs",
        {
            **_SENT,
            **_secrets(api_key_file="apiKey"),
            **_same(
                "message", "description", "source", "tags", "note", "priority", "update_alerts", "entity"
            ),
            **_same("actions", "responders", api_url="apiURL"),
            **_pairs("details"),
        },
    ),
    "email_configs": (
        "emailConfigs",
        {
            **_same("send_resolved", "to", "from", "hello", "smarthost", "html", "text"),
            **_same("auth_username", "auth_identity", require_tls="requireTLS"),
            **_secrets(auth_password_file="authPassword"),  # noqa: S106 the names of fields
            **_pairs("headers"),
        },
    ),
    "msteams_configs": (
        "msteamsConfigs",
        {**_SENT, **_secrets(webhook_url_file="webhookUrl"), **_same("title", "summary", "text")},
    ),
    "discord_configs": (
        "discordConfigs",
        {**_SENT, **_secrets(webhook_url_file="apiURL"), **_same("title", "message")},
    ),
    "telegram_configs": (
        "telegramConfigs",
        {
            **_SENT,
            **_secrets(bot_token_file="botToken"),  # noqa: S106 as above
            **_same("message", "parse_mode", "disable_notifications"),
            **_same(chat_id="chatID", api_url="apiURL", message_thread_id="messageThreadID"),
        },
    ),
    "webex_configs": (
        "webexConfigs",
        {**_SENT, **_same("message", room_id="roomID", api_url="apiURL")},
    ),
    "victorops_configs": (
        "victoropsConfigs",
        {
            **_SENT,
            **_secrets(api_key_file="apiKey"),
            **_same("api_url", "routing_key", "message_type", "entity_display_name", "state_message"),
            **_same("monitoring_tool"),
            **_pairs("custom_fields"),
        },
    ),
    "pushover_configs": (
        "pushoverConfigs",
        {
            **_SENT,
            **_secrets(user_key_file="userKey", token_file="token"),  # noqa: S106 as above
            **_same("title", "message", "url", "url_title", "priority", "retry", "expire", "html", "sound"),
        },
    ),
}
"""The integrations that a manifest can have, by Alertmanager's name for them."""
