"""The queries about prompt injection: where it comes from, and what a guardrail did about it."""

from __future__ import annotations

from slo_compiler.model import contract
from slo_compiler.model.indicator import Guardrail
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import HOUR, format_duration
from slo_compiler.rules.runbook.queries import Queries
from slo_compiler.rules.selecting import authored


def queries_of(slo: Slo) -> Queries:
    """The queries of a guardrail by name; none for other indicators."""
    if not isinstance(slo.indicator, Guardrail):
        return {}
    checks = authored(slo.indicator.checks.total, slo.target)
    unchecked = authored(slo.indicator.checks.counted.expression, slo.target)
    hour = format_duration(HOUR)
    by = f"{contract.ORIGIN}, {contract.PHASE}, {contract.ACTION}"
    return {
        "checks_by_origin": f"sum by ({by}) (increase({checks}[{hour}]))",
        "counted_by_origin": f"sum by ({contract.ORIGIN}) (increase({unchecked}[{hour}]))",
    }
