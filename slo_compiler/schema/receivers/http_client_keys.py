"""How Alertmanager talks HTTP and TLS: the keys that its integrations share."""

from __future__ import annotations

from typing import Final

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

# github.com/prometheus/common, config/http_config.go, as it is built into Alertmanager 0.25.0 and 0.33.1; the
# tests show every key to the amtool of both. Alertmanager's changelog says nothing of it: since is a release
# that surely has the key. Left out are the keys that end with _ref: they name a secret in a secret manager,
# which Alertmanager does not have.
TLS: Final = Section(
    {
        **keys(Scalar.FILE, "ca_file", "cert_file", "key_file"),
        **keys(Scalar.TEXT, "ca", "cert", since="0.26"),
        **keys(Secret(), "key"),
        **keys(Scalar.TEXT, "server_name"),
        **keys(Scalar.FLAG, "insecure_skip_verify"),
        **keys(Choice(("TLS10", "TLS11", "TLS12", "TLS13")), "min_version", "max_version"),
    },
    needs=(
        Needs(("key_file",), when="cert_file"),
        Needs(("key_file",), when="cert"),
        Needs(("cert_file", "cert"), when="key_file"),
    ),
    excludes=(("ca", "ca_file"), ("cert", "cert_file")),
)

_PROXY_HEADER: Final = Secret(instead="leave it out: Alertmanager reads headers for a proxy from no file")
_PROXY: Final = {
    **keys(Scalar.TEXT, "proxy_url"),
    **keys(Scalar.TEXT, "no_proxy", since="0.26"),
    **keys(Scalar.FLAG, "proxy_from_environment", since="0.26"),
    **keys(_PROXY_HEADER, "proxy_connect_header"),
}
_PROXY_EXCLUDES: Final = (("proxy_from_environment", "proxy_url"), ("proxy_from_environment", "no_proxy"))

_BASIC_AUTH: Final = Section(
    {
        **keys(Scalar.TEXT, "username"),
        **keys(Scalar.FILE, "username_file", since="0.28"),
        **in_file("password"),
    },
    excludes=(("username", "username_file"),),
)

_AUTHORIZATION: Final = Section({**keys(Scalar.TEXT, "type"), **in_file("credentials")})

_OAUTH2: Final = Section(
    {
        **keys(Scalar.TEXT, "client_id", "token_url"),
        **in_file("client_secret"),
        **keys(Items(Scalar.TEXT), "scopes"),
        **keys(Table(Scalar.TEXT), "endpoint_params"),
        **keys(TLS, "tls_config"),
        **_PROXY,
        **in_file("client_certificate_key", since="0.30"),
        **keys(Scalar.TEXT, "client_certificate_key_id", "iss", "audience", since="0.30"),
        **keys(Choice(("RS256", "RS384", "RS512")), "signature_algorithm", since="0.30"),
        **keys(
            Choice(("client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer")),
            "grant_type",
            since="0.30",
        ),
        **keys(Table(Scalar.ANYTHING), "claims", since="0.30"),
    },
    needs=(
        Needs(("client_id",)),
        Needs(("token_url",)),
        Needs(("client_secret_file", "client_certificate_key_file")),
        Needs(("proxy_url",), when="no_proxy"),
    ),
    excludes=_PROXY_EXCLUDES,
)

# The headers that the library sets itself: reservedHeaders of config/headers.go.
_RESERVED_HEADERS: Final = (
    "authorization",
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "x-prometheus-scrape-timeout-seconds",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
)

_HEADER: Final = Section(
    {
        **keys(Items(Scalar.TEXT), "values"),
        **keys(Secret(instead="put each in a file and list those under files"), "secrets"),
        **keys(Items(Scalar.SECRET_FILE), "files"),
    }
)

HTTP_CLIENT: Final = Section(
    {
        **keys(_BASIC_AUTH, "basic_auth"),
        **keys(_AUTHORIZATION, "authorization"),
        **keys(_OAUTH2, "oauth2"),
        **in_file("bearer_token"),
        **keys(TLS, "tls_config"),
        **keys(Scalar.FLAG, "follow_redirects", "enable_http2"),
        **_PROXY,
        **keys(Table(_HEADER, _RESERVED_HEADERS), "http_headers", since="0.28"),
    },
    needs=(Needs(("proxy_url",), when="no_proxy"),),
    excludes=(("basic_auth", "authorization", "oauth2", "bearer_token_file"), *_PROXY_EXCLUDES),
)

SEND: Final = {**keys(Scalar.FLAG, "send_resolved"), **keys(HTTP_CLIENT, "http_config")}
"""What every integration that talks HTTP has."""

AUTHORIZED: Final = ("http_config.authorization", "http_config.bearer_token_file")
"""The two ways to write the header, the older one last."""
