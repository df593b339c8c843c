"""Secrets where none should be: in a URL, or behind a key that nobody but the author knows."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)

# Where whoever knows the address may write: the host, and the beginning of the path that the secret follows.
# The services' own pages, such as https://api.slack.com/messaging/webhooks and
# https://discord.com/developers/docs/resources/webhook.
_SECRET_PATHS: Final = (
    (r"hooks\.slack(-gov)?\.com", "/"),
    (r"(.+\.)?discord(app)?\.com", "/api/webhooks/"),
    (r"(.+\.)?webhook\.office\.com", "/"),
    (r"outlook\.office(365)?\.com", "/webhook/"),
    (r".+\.logic\.azure\.com", "/"),
    (r".+\.api\.powerplatform\.com", "/"),
    (r"chat\.googleapis\.com", "/v1/spaces/"),
    (r"api\.telegram\.org", "/bot"),
    (r"events\.pagerduty\.com", "/integration/"),
    (r"alert\.victorops\.com", "/integrations/generic/20131114/alert/."),
    (r"hooks\.zapier\.com", "/hooks/"),
    (r"open\.(feishu\.cn|larksuite\.com)", "/open-apis/bot/"),
    (r"hc-ping\.com", "/."),
)
_SECRET_PARAMETER: Final = re.compile(
    r"(access_?|api_?|auth_?)?(key|token)|auth|password|secret|sig|signature", re.IGNORECASE
)
_SECRET_NAME: Final = re.compile(
    r"(.*[_.-])?"
    r"((api|access|secret)[_-]?key|auth(orization)?|cookie|credential|passphrase|password|secret|token)s?",
    re.IGNORECASE,
)


def secret_in_url(text: str) -> str | None:
    """What of the URLs in a text is a secret, in words that do not repeat it; None when nothing is."""
    for match in _URL.finditer(text):
        found = _secret_of(match[0])
        if found is not None:
            return found
    return None


def names_a_secret(key: str) -> bool:
    """Whether a key that the author chose says that it holds a secret: ``X-Api-Key``, ``db_password``."""
    return _SECRET_NAME.fullmatch(key) is not None


def _secret_of(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None  # no URL that anybody could open
    if "@" in parts.netloc:
        return "the user and password before the @"
    for known_host, path in _SECRET_PATHS:
        if re.fullmatch(known_host, host) and re.match(path, parts.path, re.IGNORECASE):
            return f"the path behind {host}, where whoever knows it may write"
    for name, value in parse_qsl(parts.query):
        if _SECRET_PARAMETER.fullmatch(name) and "{{" not in value:
            return f"the parameter {name}"
    return None
