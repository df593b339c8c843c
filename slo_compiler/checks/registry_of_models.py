"""The checks of what services watch of their models, which most services do not wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from slo_compiler.checks.drifts import check_drifts
from slo_compiler.checks.guards import check_guards
from slo_compiler.checks.selected import check_selected_by_signals
from slo_compiler.checks.serving import check_serving
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.model.service import Service

ServiceCheck: TypeAlias = Callable[[Service], Iterator[Diagnostic]]

_CHECKS: Final[tuple[ServiceCheck, ...]] = (
    check_drifts,
    check_guards,
    check_serving,
    check_selected_by_signals,
)


def check_service(service: Service) -> Iterator[Diagnostic]:
    """Everything that is wrong with what a service watches beside its SLOs."""
    for check in _CHECKS:
        yield from check(service)
