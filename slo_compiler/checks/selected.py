"""What is known against the metrics that are selected, whatever the expressions around them."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.checks.catalogue import check_catalogue
from slo_compiler.checks.many_metrics import check_many_metrics
from slo_compiler.checks.reading import readings, readings_of_signals
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo


def check_selected(slo: Slo) -> Iterator[Diagnostic]:
    """Everything that is known against the metrics of an SLO."""
    for reading in readings(slo):
        yield from check_many_metrics(reading)
        yield from check_catalogue(reading, slo.systems, slo.indicator)


def check_selected_by_signals(service: Service) -> Iterator[Diagnostic]:
    """The same of what a service watches beside its SLOs."""
    for reading in readings_of_signals(service):
        yield from check_many_metrics(reading)
        yield from check_catalogue(reading, service.systems)
