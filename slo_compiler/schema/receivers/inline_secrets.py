"""Secrets where none should be: in a URL, or behind a key that nobody but the author knows."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

_URL: Final = r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s\"'<>]+"

# Where whoever knows the address may write: the host, and the beginning of the path that the secret follows.
# The services' own pages, such as https://api.slack.com/messaging/webhooks and
# https://discord.com/developers/docs/resources/webhook.
_SECRET_PATHS: Final = {
    "hooks.slack.com": "/",
    "hooks.slack-gov.com": "/",
    "discord.com": "/api/webhooks/",
    ".discord.com": "/api/webhooks/",
    "discordapp.com": "/api/webhooks/",
    ".discordapp.com": "/api/webhooks/",
    "webhook.office.com": "/",
    ".webhook.office.com": "/",
    "outlook.office.com": "/webhook/",
    "outlook.office365.com": "/webhook/",
    ".logic.azure.com": "/",
    ".api.powerplatform.com": "/",
    "chat.googleapis.com": "/v1/spaces/",
    "api.telegram.org": "/bot",
    "events.pagerduty.com": "/integration/",
    "alert.victorops.com": "/integrations/generic/20131114/alert/.",
    "hooks.zapier.com": "/hooks/",
    "open.feishu.cn": "/open-apis/bot/",
    "open.larksuite.com": "/open-apis/bot/",
    "hc-ping.com": "/.",
}
"""Of a host, or of each host below one that begins with a dot, a pattern of how the path begins."""
_TELLING_PARAMETER: Final = r"(?i)(access_?|api_?|auth_?)?(key|token)|auth|password|secret|sig|signature"
_TELLING_NAME: Final = (
    r"(?i)(.*[_.-])?"
    r"((api|access|secret)[_-]?key|auth(orization)?|cookie|credential|passphrase|password|secret|token)s?"
)


def secret_in_url(text: str) -> str | None:
    """What of the URLs in a text is a secret, in words that do not repeat it; None when nothing is."""
    for match in re.finditer(_URL, text):
        found = _secret_of(match[0])
        if found is not None:
            return found
    return None


def names_a_secret(key: str) -> bool:
    """Whether a key that the author chose says that it holds a secret: ``X-Api-Key``, ``db_password``."""
    return re.fullmatch(_TELLING_NAME, key) is not None


def _secret_of(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None  # no URL that anybody could open
    if "@" in parts.netloc:
        return "the user and password before the @"
    for known, path in _SECRET_PATHS.items():
        is_known = host.endswith(known) if known.startswith(".") else host == known
        if is_known and re.match(path, parts.path, re.IGNORECASE):
            return f"the path behind {host}, where whoever knows it may write"
    for name, value in parse_qsl(parts.query):
        if re.fullmatch(_TELLING_PARAMETER, name) and "{{" not in value:
            return f"the parameter {name}"
    return None
