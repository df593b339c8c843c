"""Where the evidence of guards is: what the spec says, or else the metrics of the contract."""

from __future__ import annotations

from typing import NamedTuple

from slo_compiler.model import contract
from slo_compiler.model.expression import Expression
from slo_compiler.model.guard import LabelLag
from slo_compiler.model.indicator import Quality
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo
from slo_compiler.promql.check import Expression as Parsed
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import MatchOperator, VectorSelector


class LabelCounters(NamedTuple):
    """The selectors of the labels that were joined, and of the predictions that they are of."""

    joined: Expression
    predictions: Expression


def label_counters(guard: LabelLag, slo: Slo, service: Service) -> LabelCounters | None:
    """The counters by which a quality SLO's labels are complete; None where they are not known."""
    if guard.joined is not None and guard.predictions is not None:
        return LabelCounters(guard.joined, guard.predictions)
    if not isinstance(slo.indicator, Quality) or not _is_of_the_contract(slo.indicator.judged.total, slo):
        return None
    of_model = matcher(contract.MODEL, MatchOperator.EQUAL, service.model)
    total = slo.indicator.judged.total

    def beside(metric: str) -> Expression:
        return Expression(selector(metric, (of_model,)), lambda _: total.position)

    return LabelCounters(beside(contract.LABELS_JOINED), beside(contract.PREDICTIONS))


def _is_of_the_contract(total: Expression, slo: Slo) -> bool:
    parsed = parse(total.text, release_named(slo.target))
    if not isinstance(parsed, Parsed) or not isinstance(parsed.tree, VectorSelector):
        return False
    return metric_of(parsed.tree) == contract.QUALITY_EVALUATIONS
