"""The service as Prometheus scrapes it: an exporter, and what is to be known of the weeks before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from slo_compiler.demo.faults import SEASON
from slo_compiler.demo.signals import SERVICE, Exposed
from slo_compiler.demo.state import DAY, HOUR, MINUTE
from slo_compiler.model import contract
from slo_compiler.model.subject import Subject
from slo_compiler.rules import names
from slo_compiler.rules.signals.weeks import WEEKS

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

HISTORY_LASTS: Final = 12 * HOUR
"""For so long from its beginning on the demo knows what was usual at this hour of the week."""

HELP: Final = {
    "http_requests": "Requests to score a payment, by the code they ended with.",
    "http_request_duration_seconds": "How long requests took.",
    "kube_pod_status_ready_time": "When the replica became ready, in seconds since 1970.",
    "kube_pod_container_status_restarts": "Restarts of the replica's container.",
    "kube_horizontalpodautoscaler_status_desired_replicas": "Replicas that the autoscaler wants.",
    "engine_requests_running": "Requests in progress.",
    "engine_tokens": "What the engine has worked off.",
    **{each.name.removesuffix("_total"): each.help for each in contract.CONTRACT},
}
"""What is said of each family; the contract says it of its own."""

_HISTOGRAM: Final = "http_request_duration_seconds"


class _Families(Collector):
    """Families made before; a registry collects from it once."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def exposition(series: Iterable[Exposed]) -> bytes:
    """The text of a scrape."""
    families: dict[str, Metric] = {}
    for each in series:
        family = _family(each)
        families.setdefault(family.name, family).add_sample(each.metric, each.labels, each.value)
    return _text(families.values())


def history(drift: Subject, now: float) -> bytes:
    """What Prometheus is told once of the time before the demo, each sample with its time.

    Rules look back farther than a demo lasts: whether this drift is usual at this hour of the week, and which
    detector was there an hour ago.

    Args:
        drift: the drift whose usual scores are told, as its rules record them.
        now: the moment that is the end of the history, in seconds since 1970.
    """
    usual = Metric(names.DRIFT, "How many times its threshold each score is.", "gauge")
    for week in WEEKS:
        for at in _every(now - week * 7 * DAY - HOUR, now - week * 7 * DAY + HISTORY_LASTS, 5 * MINUTE):
            for feature, score in SEASON.items():
                usual.add_sample(names.DRIFT, {**drift.identity, "feature": feature}, score, at)
    detector = Metric(contract.DETECTOR_INFO, HELP[contract.DETECTOR_INFO], "gauge")
    of = {"model": SERVICE, "detector": "ks", "detector_version": "1"}
    for at in _every(now - DAY, now - HOUR, 30 * MINUTE):
        detector.add_sample(contract.DETECTOR_INFO, of, 1.0, at)
    return _text([usual, detector])


def _family(series: Exposed) -> Metric:
    if series.metric.startswith(_HISTOGRAM):
        return Metric(_HISTOGRAM, HELP[_HISTOGRAM], "histogram")
    name = series.metric.removesuffix("_total") if series.counts else series.metric
    return Metric(name, HELP[name], "counter" if series.counts else "gauge")


def _text(families: Iterable[Metric]) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Families(list(families)))
    return generate_latest(registry)


def _every(begin: float, end: float, step: float) -> Iterator[float]:
    return (begin + step * index for index in range(int((end - begin) // step) + 1))
