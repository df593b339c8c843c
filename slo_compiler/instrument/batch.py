"""For a job that ends before Prometheus would scrape it: a Pushgateway, or a file for node_exporter.

What is left there stays as it is until the next run replaces it, and never goes stale by itself. That suits
a timestamp, whose age is what is alerted on. It does not suit a counter, which each run would begin anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, pushadd_to_gateway, write_to_textfile

from slo_compiler.model.contract import CONTRACT, MetricType


def push(
    gateway: str, *, job: str, registry: CollectorRegistry, grouping: Mapping[str, str] | None = None
) -> None:
    """Send the registry to a Pushgateway.

    A metric of the same name in the same group is replaced, and the others stay: a run that failed, and so
    says nothing of the last success, does not wipe it out.

    Args:
        gateway: its address, such as ``pushgateway:9091``.
        job: the name of the group.
        registry: what to send; one of the job's own, without what the default one says of the process.
        grouping: more labels of the group, such as the model where several push under one job.

    Raises:
        ValueError: there are counters of the contract in the registry.
        OSError: the Pushgateway was not reached, or refused.
    """
    _refuse_counters(registry)
    pushadd_to_gateway(gateway, job, registry, grouping_key=dict(grouping or {}))


def write(path: Path | str, *, registry: CollectorRegistry) -> None:
    """Write the registry to a file that node_exporter's textfile collector reads, all of it or nothing.

    Args:
        path: ends with ``.prom``; a file a job, as it is replaced as a whole.
        registry: what to write. Where it says nothing, as after a failed run, do not write it.

    Raises:
        ValueError: there are counters of the contract in the registry, or the collector would not read it.
        OSError: the file cannot be written.
    """
    if Path(path).suffix != ".prom":
        raise ValueError(f"{path} does not end with .prom, so that the textfile collector would pass it over")
    _refuse_counters(registry)
    write_to_textfile(str(path), registry)


def _refuse_counters(registry: CollectorRegistry) -> None:
    exposed = {sample.name for family in registry.collect() for sample in family.samples}
    counters = [each.name for each in CONTRACT if each.type is MetricType.COUNTER and each.name in exposed]
    if counters:
        raise ValueError(
            f"{', '.join(counters)} would begin at 0 in each run of a job, and increase() add up nonsense; "
            "count in a process that stays, and is scraped"
        )
