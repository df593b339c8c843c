"""What a spec says about machine learning, from checked pydantic models to the domain's values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Final, TypeVar

from slo_compiler.diagnostics import Position
from slo_compiler.model import contract
from slo_compiler.model.drift import BREADTH, CADENCE, Drift, DriftKind
from slo_compiler.model.expression import Expression
from slo_compiler.model.guard import ColdStart, DetectorMoved, Guards, LabelLag, Seasonality, SpecMoved
from slo_compiler.model.indicator import (
    Bad,
    Good,
    Guardrail,
    Labelling,
    LabelMode,
    Quality,
    Ratio,
)
from slo_compiler.model.serving import Engines, Queue, Serving
from slo_compiler.model.tool import Tool
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.schema import ml_model
from slo_compiler.schema.expressions import expression, place
from slo_compiler.schema.yaml.nodes import Node, find, locate

Guard = TypeVar("Guard")

COMPLETENESS: Final = Labelling().completeness


def quality(model: ml_model.QualityModel, node: Node, model_name: str) -> Quality:
    """The quality indicator; what it counts is that of the contract where nothing is given."""
    of_model = matcher(contract.MODEL, MatchOperator.EQUAL, model_name)
    bad = matcher(contract.VERDICT, MatchOperator.EQUAL, contract.BAD)
    judged = _counts(model, node, contract.QUALITY_EVALUATIONS, (of_model,), (bad,))
    labels = model.labels
    labelling = Labelling(LabelMode(labels.mode), labels.lag, labels.completeness or COMPLETENESS)
    return Quality(judged, labelling, tuple(model.slices))


def guardrail(model: ml_model.GuardrailModel, node: Node) -> Guardrail:
    """The guardrail indicator, from the guardrail's name or from its counters."""
    of_guardrail = matcher(contract.GUARDRAIL, MatchOperator.EQUAL, model.name or "")
    unguarded = matcher(contract.ACTION, MatchOperator.REGEX, "|".join(contract.UNGUARDED))
    at = partial(place, node.position)

    def counter(key: str, action: str) -> Expression | None:
        """What is given, or else what the contract has for a guardrail of this name."""
        given = _optional(node, getattr(model, key), key)
        if given is not None or model.name is None:
            return given
        acted = matcher(contract.ACTION, MatchOperator.EQUAL, action)
        return Expression(selector(contract.GUARDRAIL_CHECKS, (of_guardrail, acted)), at)

    return Guardrail(
        _counts(model, node, contract.GUARDRAIL_CHECKS, (of_guardrail,), (unguarded,)),
        fail_open=counter("fail_open", contract.FAIL_OPEN),
        blocked=counter("blocked", contract.BLOCK),
        traffic=_optional(node, model.traffic, "traffic"),
        origin=model.origin or contract.ORIGIN,
    )


def _counts(
    model: ml_model.CountsModel, node: Node, metric: str, whole: Sequence[str], bad: Sequence[str]
) -> Ratio:
    if model.total is None:
        at = partial(place, node.position)
        return Ratio(
            Bad(Expression(selector(metric, (*whole, *bad)), at)), Expression(selector(metric, whole), at)
        )
    total = expression(node, "total")
    return Ratio(Bad(expression(node, "bad")) if model.bad else Good(expression(node, "good")), total)


def drift(model: ml_model.DriftModel, node: Node, model_name: str) -> Drift:
    """A drift; what is not given is left to be derived from its score."""
    name = find(node, ("name",)).position
    of_model = (
        matcher(contract.MODEL, MatchOperator.EQUAL, model_name),
        matcher(contract.KIND, MatchOperator.EQUAL, model.kind),
    )
    return Drift(
        name=model.name,
        kind=DriftKind(model.kind),
        score=_optional(node, model.score, "score")
        or Expression(selector(contract.DRIFT_SCORE, of_model), partial(place, name)),
        position=name,
        threshold=model.threshold
        if isinstance(model.threshold, Fraction)
        else _optional(node, model.threshold, "threshold"),
        quality=model.quality,
        breadth=model.breadth or BREADTH,
        by=tuple(model.by),
        detector=_optional(node, model.detector, "detector"),
        last_run=_optional(node, model.last_run, "last_run"),
        cadence=model.cadence or CADENCE,
        runbook=model.runbook.value(),
        locate=partial(_locate, node),
    )


def guards(model: ml_model.GuardsModel, node: Node) -> Guards:
    """The guards; one that is not mentioned is on by default."""
    at = partial(find, node)
    return Guards(
        detector_moved=_guard(DetectorMoved, model.detector_moved, at(("detector_moved",))),
        spec_moved=_guard(SpecMoved, model.spec_moved, at(("spec_moved",))),
        label_lag=_guard(LabelLag, model.label_lag, at(("label_lag",))),
        cold_start=_guard(ColdStart, model.cold_start, at(("cold_start",))),
        seasonality=_guard(Seasonality, model.seasonality, at(("seasonality",))),
    )


def serving(model: ml_model.ServingModel, node: Node) -> Serving:
    """What is said of serving; each pair of selectors is there as a whole or not at all."""
    at = partial(expression, node)
    return Serving(
        engines=None
        if model.running is None
        else Engines(at("running"), at("progress"), tuple(model.by), model.stalled_after),
        replicas=_optional(node, model.replicas, "replicas"),
        waiting=_optional(node, model.waiting, "waiting"),
        utilisation=_optional(node, model.utilisation, "utilisation"),
        queue=None if model.queue_time is None else Queue(at("queue_time"), at("total_time")),
    )


def tool(model: ml_model.ToolModel) -> Tool:
    """A tool."""
    return Tool(model.name, model.side_effects, tuple(model.data_scopes))


def _guard(
    make: Callable[..., Guard],
    said: bool | ml_model.GuardModel | None,  # noqa: FBT001 as it is written
    node: Node,
) -> Guard | None:
    match said:
        case None:
            return make()
        case bool():
            return make(asked=True) if said else None
        case _:
            return make(asked=True, **_settings(said, node))


def _settings(model: ml_model.GuardModel, node: Node) -> Mapping[str, Any]:
    """What is given of a guard, under the names that the domain has for it."""
    settings: dict[str, Any] = {} if model.max is None else {"most": model.max}
    match model:
        case ml_model.LabelLagModel(joined=str()):
            settings |= {key: expression(node, key) for key in ("joined", "predictions")}
        case ml_model.ColdStartModel(by=by, warm_up=warm_up):
            settings |= {key: expression(node, key) for key in ("ready", "restarts")}
            settings |= {"by": tuple(by)} | ({} if warm_up is None else {"warm_up": warm_up})
        case ml_model.SeasonalityModel(tolerance=Fraction() as tolerance):
            settings |= {"tolerance": tolerance}
        case _:
            pass
    return settings


def _optional(node: Node, said: object, key: str) -> Expression | None:
    return None if said is None else expression(node, key)


def _locate(node: Node, *keys: str | int) -> Position:
    return locate(node, keys)
