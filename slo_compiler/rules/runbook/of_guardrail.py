"""The queries about prompt injection: where it comes from, and what a guardrail did about it."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import Guardrail
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import HOUR, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.runbook.queries import Queries
from slo_compiler.rules.runbook.selectors import selectors_of, told_apart
from slo_compiler.rules.selecting import authored


def queries_of(slo: Slo) -> Queries:
    """The queries of a guardrail by name; none for other indicators."""
    if not isinstance(slo.indicator, Guardrail):
        return {}
    guardrail, origin = slo.indicator, slo.indicator.origin
    by = ", ".join(dict.fromkeys((origin, *told_apart(slo), *_outcome(slo))))
    found = {
        "checks_by_origin": _lately(by, guardrail.checks.total, slo),
        "counted_by_origin": _lately(origin, guardrail.checks.counted.expression, slo),
    }
    if guardrail.fail_open is not None:
        found["opened_by_origin"] = _lately(origin, guardrail.fail_open, slo)
    if guardrail.traffic is not None:
        traffic = authored(guardrail.traffic, slo.target)
        found["requests"] = f"sum(increase({traffic}[{format_duration(HOUR)}]))"
    if guardrail.blocked is not None:
        found["blocked"] = names.series(names.BLOCKED, slo)
        found["blocked_share"] = names.series(names.BLOCKED_SHARE, slo)
        found["blocked_share_usual"] = names.series(names.USUAL_BLOCKED_SHARE, slo)
    return found


def _outcome(slo: Slo) -> Iterator[str]:
    """The labels by which what is counted is chosen out of all checks, such as a status."""
    *counted, total = selectors_of(slo)
    pinned = {each.label for each in total.matchers}
    return (each.label for selected in counted for each in selected.matchers if each.label not in pinned)


def _lately(by: str, counter: Expression, slo: Slo) -> str:
    return f"sum by ({by}) (increase({authored(counter, slo.target)}[{format_duration(HOUR)}]))"
