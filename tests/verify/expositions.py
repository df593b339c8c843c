"""What clients of several languages expose: the same service, each as its library writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import prometheus_client
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest as as_openmetrics

PRESETS: Final = Path(__file__).parent.parent / "presets"


def python_registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    requests = prometheus_client.Counter(
        "http_requests", "Requests.", ["code", "method", "region"], registry=registry
    )
    for code, method, region in (("200", "get", "eu"), ("500", "get", "eu"), ("200", "post", "us")):
        requests.labels(code, method, region).inc(0)
    seconds = prometheus_client.Histogram(
        "http_request_duration_seconds",
        "Latency.",
        ["handler"],
        buckets=(0.1, 0.25, 0.5, 1.0),
        registry=registry,
    )
    seconds.labels("/orders").observe(0.2)
    prometheus_client.Gauge("queue_length", "Waiting.", registry=registry).set(7)
    prometheus_client.Gauge("shop_open", "Whether it is.", registry=registry).set(1)
    prometheus_client.Gauge("import_last_success_timestamp_seconds", "When.", registry=registry).set(1.8e9)
    return registry


PYTHON_TEXT: Final = prometheus_client.generate_latest(python_registry()).decode()
PYTHON_OPENMETRICS: Final = as_openmetrics(python_registry()).decode()  # type: ignore[no-untyped-call]

# client_golang: labels in order of their names, bounds as the shortest float, no _created.
GO: Final = """\
# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{code="200",method="get",region="eu"} 1027
http_requests_total{code="500",method="get",region="eu"} 3
http_requests_total{code="200",method="post",region="us"} 12
# HELP http_request_duration_seconds Latency.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{handler="/orders",le="0.1"} 24
http_request_duration_seconds_bucket{handler="/orders",le="0.25"} 33
http_request_duration_seconds_bucket{handler="/orders",le="0.5"} 100
http_request_duration_seconds_bucket{handler="/orders",le="1"} 133
http_request_duration_seconds_bucket{handler="/orders",le="+Inf"} 144
http_request_duration_seconds_sum{handler="/orders"} 53.4
http_request_duration_seconds_count{handler="/orders"} 144
# HELP queue_length Waiting.
# TYPE queue_length gauge
queue_length 7
# HELP shop_open Whether it is.
# TYPE shop_open gauge
shop_open 1
# HELP import_last_success_timestamp_seconds When.
# TYPE import_last_success_timestamp_seconds gauge
import_last_success_timestamp_seconds 1.8e+09
"""

# simpleclient of Java: a comma before the brace, floats throughout, and the bounds with them.
JAVA: Final = GO.replace('"} ', '",} ').replace('le="1",', 'le="1.0",').replace("} 24\n", "} 24.0\n")

# prom-client of Node.js: labels as the program gave them, the bucket's first.
NODE: Final = (
    "\n".join(
        line.replace('{handler="/orders",le="', '{le="').replace('"} ', '",handler="/orders"} ')
        if "_bucket" in line
        else line
        for line in GO.splitlines()
    )
    + "\n"
)

EXPOSITIONS: Final = {
    "prometheus_client, text": PYTHON_TEXT,
    "prometheus_client, OpenMetrics": PYTHON_OPENMETRICS,
    "Go": GO,
    "Java": JAVA,
    "Node.js": NODE,
}
