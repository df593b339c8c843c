"""Everything that Alertmanager can notify, and its global section."""

from __future__ import annotations

from typing import Final

from slo_compiler.schema.receivers import chat_integrations as chat
from slo_compiler.schema.receivers import incident_integrations as incident
from slo_compiler.schema.receivers.http_client_keys import HTTP_CLIENT, TLS
from slo_compiler.schema.receivers.integration_keys import (
    FLOOR,
    Items,
    Key,
    Scalar,
    Secret,
    Section,
    in_file,
    keys,
)


def _configs(section: Section, since: str = FLOOR) -> Key:
    """One integration: without any configuration an alert would be sent nowhere."""
    return Key(Items(section, least=1), since)


# github.com/prometheus/alertmanager 0.33.1, config/config.go: type Receiver; since is from its CHANGELOG.md.
INTEGRATIONS: Final = {
    "discord_configs": _configs(chat.DISCORD),
    "email_configs": _configs(incident.EMAIL),
    "incidentio_configs": _configs(incident.INCIDENTIO, since="0.29"),
    "jira_configs": _configs(incident.JIRA, since="0.28"),
    "mattermost_configs": _configs(chat.MATTERMOST, since="0.30"),
    "msteams_configs": _configs(chat.MSTEAMS, since="0.26"),
    "msteamsv2_configs": _configs(chat.MSTEAMSV2, since="0.28"),
    "opsgenie_configs": _configs(incident.OPSGENIE),
    "pagerduty_configs": _configs(incident.PAGERDUTY),
    "pushover_configs": _configs(incident.PUSHOVER),
    "rocketchat_configs": _configs(chat.ROCKETCHAT, since="0.28"),
    "slack_configs": _configs(chat.SLACK),
    "sns_configs": _configs(incident.SNS),
    "telegram_configs": _configs(chat.TELEGRAM),
    "victorops_configs": _configs(incident.VICTOROPS),
    "webex_configs": _configs(chat.WEBEX),
    "webhook_configs": _configs(incident.WEBHOOK),
    "wechat_configs": _configs(chat.WECHAT),
}

RECEIVER: Final = Section(INTEGRATIONS)
"""How somebody is reached: by each of the integrations that are given."""

# The same file: type GlobalConfig.
GLOBAL: Final = Section(
    {
        **keys(Scalar.DURATION, "resolve_timeout"),
        **keys(HTTP_CLIENT, "http_config"),
        **keys(Scalar.TEXT, "smtp_from", "smtp_hello", "smtp_auth_username", "smtp_auth_identity"),
        **keys(Scalar.HOST_PORT, "smtp_smarthost"),
        **in_file("smtp_auth_password", "opsgenie_api_key", "victorops_api_key"),
        **in_file("smtp_auth_secret", "telegram_bot_token", "wechat_api_secret", since="0.31"),
        **in_file("rocketchat_token", "rocketchat_token_id", since="0.28"),
        **in_file("mattermost_webhook_url", since="0.32"),
        **in_file("slack_api_url"),
        **keys(Secret(harmless=chat.SLACK_BOT_API), "slack_api_url"),
        **in_file("slack_app_token", since="0.30"),
        **keys(Scalar.FLAG, "smtp_require_tls"),
        **keys(Scalar.URL, "pagerduty_url", "opsgenie_api_url", "wechat_api_url", "victorops_api_url"),
        **keys(Scalar.URL, "telegram_api_url", "webex_api_url"),
        **keys(Scalar.URL, "jira_api_url", "rocketchat_api_url", since="0.28"),
        **keys(Scalar.URL, "slack_app_url", since="0.30"),
        **keys(Scalar.TEXT, "wechat_api_corp_id"),
        **keys(TLS, "smtp_tls_config", since="0.28"),
        **keys(Scalar.FLAG, "smtp_force_implicit_tls", since="0.31"),
    },
    excludes=(
        # Of the last two amtool 0.33.1 does not even say so: it crashes.
        ("slack_api_url", "slack_api_url_file", "slack_app_token_file"),
    ),
)
"""Alertmanager's own defaults for all integrations."""
