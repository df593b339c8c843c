"""The same questions to a Prometheus that scrapes: itself."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from slo_compiler.prometheus.failure import Failure
from slo_compiler.verify.server import ask_metrics
from slo_compiler.verify.verify import verify
from tests.compiling import Document, defaults, ml_spec, program_of, slo, spec
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server
from tests.prometheus.asking import asking

UP = spec("prometheus", slo(indicator={"probe": 'up{job="itself"}'}))


@pytest.fixture(scope="module")
def scraping(prometheus_3_5: Prometheus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("scraping")
    with prometheus_3_5.serve(folder) as server:
        target = {"job_name": "itself", "static_configs": [{"targets": [server.url.removeprefix("http://")]}]}
        (folder / "prometheus.yml").write_text(
            str({"global": {"scrape_interval": "1s"}, "scrape_configs": [target]}), encoding="utf-8"
        )
        server.reload()
        while not server.get("/api/v1/metadata", metric="prometheus_http_requests_total")["data"]:
            time.sleep(0.1)
        while not server.get("/api/v1/query", query='prometheus_http_requests_total{job="itself"}')["data"][
            "result"
        ]:
            time.sleep(0.1)
        yield server


def found_on(server: Server, *specs: Document) -> list[str]:
    program = program_of(*specs)
    metrics = ask_metrics(asking(server.url).client, program)
    assert not isinstance(metrics, Failure), str(metrics)
    return [f"{found.check}: {found.message}" for found in verify(program, metrics)]


def test_what_is_right_is_not_reported(scraping: Server) -> None:
    sound = spec(
        "prometheus",
        slo(
            indicator={
                "ratio": {
                    "good": 'prometheus_http_requests_total{code="200", job="itself"}',
                    "total": "prometheus_http_requests_total",
                }
            }
        ),
        slo("up", indicator={"probe": "up"}),
        slo(
            "latency",
            indicator={
                "latency": {"histogram": "prometheus_http_request_duration_seconds", "threshold": "1s"}
            },
        ),
    )
    assert found_on(scraping, sound) == []


def test_labels_of_the_scrape_are_looked_at(scraping: Server) -> None:
    assert found_on(scraping, spec("prometheus", slo(indicator={"probe": 'up{job="other"}'}))) == [
        (
            "verify/value: no series of up has job='other'; there are itself: there would be no events, "
            "and no "
            "burn-rate alert could ever fire"
        )
    ]


def test_types_are_those_that_targets_tell(scraping: Server) -> None:
    gauge = "process_resident_memory_bytes"
    told = found_on(
        scraping, spec("p", slo(indicator={"ratio": {"bad": "process_open_fds", "total": gauge}}))
    )
    assert [each.partition(", ")[0] for each in told] == [
        "verify/type: process_open_fds is a gauge",
        "verify/type: process_resident_memory_bytes is a gauge",
    ]


def test_evidence_and_what_adapters_read_are_asked_for_too(scraping: Server) -> None:
    freshness = {"freshness": {"timestamp": "ml_pipeline_last_success_timestamp_seconds", "max_age": "2h"}}
    watched = ml_spec(
        "prometheus",
        slo(indicator={"probe": "up"}),
        slo("fresh", surface="data", indicator=freshness),
        drift=[],
        deployed='process_start_time_seconds{job="itself"}',
        serving={"waiting": "go_goroutine", "replicas": "up"},
    )
    program = program_of(watched, defaults=defaults(adapters=["kube-cronjob"]))
    metrics = ask_metrics(asking(scraping.url).client, program)
    assert not isinstance(metrics, Failure), str(metrics)
    assert [found.message.partition(":")[0] for found in verify(program, metrics)] == [
        "kube-cronjob reads kube_cronjob_status_last_successful_time, and there is no such metric",
        "there is no metric go_goroutine",
    ]


def test_a_metric_of_another_name_is_proposed(scraping: Server) -> None:
    (told,) = found_on(
        scraping, spec("p", slo(indicator={"probe": "prometheus_config_last_reload_succesful"}))
    )
    assert told.endswith("did you mean prometheus_config_last_reload_successful?")


def test_a_server_that_does_not_answer_is_a_failure() -> None:
    assert isinstance(ask_metrics(asking("http://127.0.0.1:9").client, program_of(UP)), Failure)
