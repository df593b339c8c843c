"""The table, the page and what the instrumentation exposes are the same contract."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import MetricsHandler
from prometheus_client.parser import text_string_to_metric_families

from slo_compiler.model.contract import CONTRACT, ContractMetric, MetricType
from tests.instrument.exposition import everything
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text(encoding="utf-8")
EXPOSED = {
    sample.name: (family.type, family.documentation, set(sample.labels))
    for family in text_string_to_metric_families(generate_latest(everything()).decode())
    for sample in family.samples
    if not sample.name.endswith("_created")
}
PATIENCE = 60.0  # seconds; the first scrape comes within one


def test_all_of_the_contract_is_exposed_and_nothing_else() -> None:
    assert {metric.name for metric in CONTRACT} == set(EXPOSED)


@pytest.mark.parametrize("metric", CONTRACT, ids=lambda metric: metric.name)
def test_type_help_and_labels_are_those_of_the_table(metric: ContractMetric) -> None:
    assert (metric.type.value, metric.help, set(metric.labels)) == EXPOSED[metric.name]


@pytest.mark.parametrize("metric", CONTRACT, ids=lambda metric: metric.name)
def test_the_page_has_the_row_of_the_table(metric: ContractMetric) -> None:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    zero = "yes" if metric.zero_initialised else "no"
    row = f"| `{metric.name}` | {metric.type.value} | {labels} | {metric.help} | {zero} |"
    assert row in PAGE.splitlines()


@pytest.mark.parametrize("metric", CONTRACT, ids=lambda metric: metric.name)
def test_the_page_names_the_only_values_of_a_label(metric: ContractMetric) -> None:
    said = [
        f"`{label}`: {', '.join(f'`{each}`' for each in values)}" for label, values in metric.values.items()
    ]
    assert [] == [each for each in said if each not in PAGE]


@pytest.mark.parametrize("metric", CONTRACT, ids=lambda metric: metric.name)
def test_names_follow_the_conventions_of_prometheus(metric: ContractMetric) -> None:
    assert metric.name.endswith("_total") == (metric.type is MetricType.COUNTER)
    assert metric.zero_initialised == (metric.type is MetricType.COUNTER)


@contextmanager
def exposing(registry: CollectorRegistry) -> Iterator[str]:
    """The registry behind an HTTP server on a free port; its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), MetricsHandler.factory(registry))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
@pytest.mark.waits
def test_prometheus_scrapes_it_with_these_types(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    """In OpenMetrics, which it asks for, a counter's type stands under its name without ``_total``."""
    types = {metric.name.removesuffix("_total"): metric.type.value for metric in CONTRACT}
    series = {metric.name for metric in CONTRACT}
    with exposing(everything()) as address:
        targets = [{"targets": [address]}]
        scrape = {"job_name": "ml", "scrape_interval": "1s", "static_configs": targets}
        with prometheus_3_5.serve(tmp_path, {"scrape_configs": [scrape]}) as server:
            deadline = time.monotonic() + PATIENCE
            while not (scraped := scraped_names(server)) and time.monotonic() < deadline:
                time.sleep(0.1)
            told = server.get("/api/v1/metadata")["data"]
    assert series == scraped
    assert types == {name: told[name][0]["type"] for name in types if name in told}


def scraped_names(server: Server) -> set[str]:
    """The metrics of the contract that the server has."""
    found = server.get("/api/v1/query", query='{__name__=~"ml_.*", __name__!~".*_created"}')["data"]["result"]
    return {sample["metric"]["__name__"] for sample in found}
