from __future__ import annotations

import pytest

from slo_compiler.prometheus.address import Address, read_address
from tests.prometheus.asking import failure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://localhost:9090", "http://localhost:9090"),
        ("http://localhost:9090/", "http://localhost:9090"),
        (" https://example.com/prometheus/ ", "https://example.com/prometheus"),
        ("http://localhost:9090/graph", "http://localhost:9090"),
        ("http://localhost:9090/query", "http://localhost:9090"),
        ("http://localhost:9090/api/v1", "http://localhost:9090"),
        ("http://localhost:9093/api/v2/", "http://localhost:9093"),
        ("http://[::1]:9090", "http://[::1]:9090"),
    ],
)
def test_an_address_is_that_of_the_server(text: str, expected: str) -> None:
    assert Address(expected) == read_address(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost:9090", "does not begin with http://"),
        ("ftp://localhost", "does not begin with http://"),
        ("http://", "names no host"),
        ("http://localhost:0", "names no host"),
        ("http://localhost:many", "is no URL"),
        ("http://[::1", "is no URL"),
        ("http://localhost:9090/?query=up", "goes on behind the path"),
        ("", "does not begin with http://"),
    ],
)
def test_what_is_no_address_is_told(text: str, expected: str) -> None:
    assert expected in failure(read_address(text)).message


@pytest.mark.parametrize(
    "text",
    [
        "http://me:hunter2@localhost:9090",
        "me:hunter2@localhost",
        "http://hunter2@host",
        "http://me:hunter2/x@h:9",
        "http://me:hunter2@x@h",
    ],
)
def test_credentials_in_an_address_are_refused_and_not_repeated(text: str) -> None:
    told = str(failure(read_address(text)))
    assert "hunter2" not in told
    assert "holds credentials" in told
