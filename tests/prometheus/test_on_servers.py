"""The clients against the real servers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from slo_compiler.prometheus.access import Access
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.alertmanager import Alertmanager
from slo_compiler.prometheus.answers import Answer, Line, SilenceMatcher
from slo_compiler.prometheus.client import Prometheus
from slo_compiler.prometheus.failure import Failure, Reason
from slo_compiler.prometheus.transport import Transport
from tests.conftest import alertmanager_of, prometheus_of
from tests.oracles.releases import ALERTMANAGER_0_33, PROMETHEUS_2_42, PROMETHEUS_3_5, Release
from tests.prometheus.asking import failure

Value = TypeVar("Value")

BEGIN = 1_700_000_000
HISTORY = """\
# TYPE requests counter
# HELP requests Requests.
requests_total{code="200"} 10 1700000000
requests_total{code="200"} 20 1700000060
requests_total{code="200"} 50 1700000120
# EOF
"""
RULES = """\
groups:
  - name: mine
    interval: 1s
    rules:
      - record: one
        expr: vector(1)
      - alert: Always
        expr: vector(7)
        for: 1h
        labels: {severity: page}
        annotations: {summary: It is.}
"""


def told(answer: Answer[Value] | Failure) -> Value:
    assert isinstance(answer, Answer), answer
    return answer.value


@pytest.fixture(scope="module", params=[PROMETHEUS_2_42, PROMETHEUS_3_5], ids=lambda release: release.name)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that holds three samples, and evaluates two rules."""
    release: Release = request.param
    oracle = prometheus_of(release)
    folder = tmp_path_factory.mktemp(release.name)
    (folder / "history").write_text(HISTORY, encoding="utf-8")
    (folder / "rules.yml").write_text(RULES, encoding="utf-8")
    made = oracle.promtool("tsdb", "create-blocks-from", "openmetrics", folder / "history", folder / "data")
    assert made.returncode == 0, made.stderr
    with oracle.serve(folder, {"rule_files": ["rules.yml"]}) as running:
        yield Prometheus(Transport(Address(running.url), Access()))


def test_it_says_which_release_it_is(server: Prometheus) -> None:
    assert told(server.build_info()).release[:2] in ((2, 42), (3, 5))


def test_it_says_how_long_it_keeps_samples(server: Prometheus) -> None:
    assert told(server.retention()) == "100y"


def test_an_expression_now_and_then(server: Prometheus) -> None:
    [then] = told(server.query("requests_total", BEGIN + 60))
    [scalar] = told(server.query("1 / 0"))
    assert ({"__name__": "requests_total", "code": "200"}, BEGIN + 60, 20) == (
        then.labels,
        then.time,
        then.value,
    )
    assert scalar.value == float("inf")


def test_an_expression_over_time(server: Prometheus) -> None:
    found = told(server.query_range("sum(requests_total)", BEGIN, BEGIN + 120, 60))
    assert found == (Line({}, (BEGIN, BEGIN + 60, BEGIN + 120), (10, 20, 50)),)


def test_samples_as_they_were_scraped(server: Prometheus) -> None:
    [found] = told(server.raw("requests_total[90s]", BEGIN + 120))
    assert found.values == (20, 50)


def test_series_and_labels(server: Prometheus) -> None:
    [found] = told(server.series(["requests_total"], BEGIN, BEGIN + 120))
    assert found["code"] == "200"
    assert told(server.label_values("code", ["requests_total"])) == ("200",)
    assert "code" in told(server.label_names())


def test_metadata_of_nothing_is_nothing(server: Prometheus) -> None:
    assert {} == told(server.metadata("requests_total"))


def test_rules_and_alerts(server: Prometheus) -> None:
    deadline = time.monotonic() + 30
    while not told(server.alerts()) and time.monotonic() < deadline:
        time.sleep(0.05)
    [group] = told(server.rules())
    recorded, alert = group.rules
    [active] = told(server.alerts())
    assert ("mine", 1.0) == (group.name, group.interval)
    assert ("one", None, "vector(1)") == (recorded.name, recorded.state, recorded.query)
    assert ("Always", "pending", 3600.0, (active,)) == (alert.name, alert.state, alert.hold, alert.alerts)
    assert ({"alertname": "Always", "severity": "page"}, 7.0) == (active.labels, active.value)
    assert abs(time.time() - active.active_at) < 300


def test_a_query_that_is_none_is_refused_in_its_words(server: Prometheus) -> None:
    refused = failure(server.query("up up"))
    assert refused.reason is Reason.QUERY
    assert "parse error" in refused.message


def test_more_steps_than_it_gives_are_too_much_of_it(server: Prometheus) -> None:
    refused = failure(server.query_range("up", 0, 11_001, 1))
    assert "11,000" in refused.message


def test_a_path_that_is_no_prefix_of_its_own_has_no_api(server: Prometheus) -> None:
    elsewhere = Prometheus(Transport(Address(f"{server.url}/prefix")))
    assert failure(elsewhere.query("up")).reason is Reason.NO_API


def test_alerts_silences_and_status_of_alertmanager(tmp_path: Path) -> None:
    config = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}
    with alertmanager_of(ALERTMANAGER_0_33).serve(tmp_path, config) as running:
        client = Alertmanager(Transport(Address(running.url)))
        running.post(
            "/api/v2/alerts", [{"labels": {"alertname": name}, "annotations": {"a": "b"}} for name in "xy"]
        )
        running.post(
            "/api/v2/silences",
            {
                "matchers": [{"name": "alertname", "value": "x", "isRegex": False, "isEqual": True}],
                "startsAt": "2026-01-01T00:00:00Z",
                "endsAt": "2099-01-01T00:00:00Z",
                "createdBy": "me",
                "comment": "known",
            },
        )
        [silence] = told(client.silences())
        [alert] = told(client.alerts(['alertname="y"']))
        assert ("active", (SilenceMatcher("alertname", "x", is_regex=False, is_equal=True),), 4070908800) == (
            silence.state,
            silence.matchers,
            silence.ends_at,
        )
        assert ({"alertname": "y"}, {"a": "b"}, ("nobody",)) == (
            alert.labels,
            alert.annotations,
            alert.receivers,
        )
        assert told(client.status()).version.startswith("0.3")
        assert failure(client.alerts(["no matcher"])).reason is Reason.NO_API
