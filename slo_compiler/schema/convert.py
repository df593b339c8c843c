"""From checked pydantic models to the domain's values; from here on nobody knows of pydantic."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Final

from slo_compiler.diagnostics import Position
from slo_compiler.model.alerting import Absent, Alerting, Severity, TierRequest
from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import (
    AtLeast,
    AtMost,
    Bad,
    Counted,
    ErrorRatio,
    Events,
    Freshness,
    Good,
    Indicator,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
)
from slo_compiler.model.preset import PresetUse
from slo_compiler.model.spec import SloSpec, Spec
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import MILLISECOND, format_decimal, parse_duration
from slo_compiler.schema import (
    alerting_model,
    convert_ml,
    ml_model,
    spec_model,
)
from slo_compiler.schema.expressions import expression
from slo_compiler.schema.preset_model import PresetModel
from slo_compiler.schema.yaml.nodes import Node, find, locate

SECURITY: Final = "security"
"""Among owners the one that is no surface: who answers for guardrails."""


def spec(model: spec_model.SpecModel, root: Node) -> Spec:
    """The spec of a checked file."""
    name = model.model or model.service
    return Spec(
        service=model.service,
        slos=tuple(_slo(slo, find(root, ("slos", index)), name) for index, slo in enumerate(model.slos)),
        position=find(root, ("service",)).position,
        description=model.description,
        labels=model.labels,
        owners=owners_of(model.owners),
        security=model.owners.get(SECURITY),
        systems=model.systems,
        alerting=alerting_of(model.alerting, find(root, ("alerting",))),
        locate=partial(place_of, root),
        model=model.model,
        deployed=None if model.deployed is None else expression(root, "deployed"),
        serving=None
        if model.serving is None
        else convert_ml.serving(model.serving, find(root, ("serving",))),
        drifts=tuple(
            convert_ml.drift(drift, find(root, ("drift", index)), name)
            for index, drift in enumerate(model.drift)
        ),
        guards=None if model.guards is None else convert_ml.guards(model.guards, find(root, ("guards",))),
        tools=tuple(map(convert_ml.tool, model.tools)),
        triage=model.triage,
        runbook=model.runbook.value(),
    )


def _slo(model: spec_model.SloModel, node: Node, model_name: str) -> SloSpec:
    indicator = _indicator_or_preset(model.indicator, find(node, ("indicator",)), model_name)
    return SloSpec(
        name=model.name,
        objective=model.objective,
        indicator=indicator,
        position=find(node, ("name",)).position,
        class_=model.class_,
        description=model.description,
        surface=Surface(model.surface) if model.surface else _usual_surface(indicator),
        window=model.window,
        cadence=model.cadence,
        group_by=tuple(model.group_by),
        alerting=alerting_of(model.alerting, find(node, ("alerting",))),
        runbook=model.runbook.value(),
        locate=partial(place_of, node),
    )


def _usual_surface(indicator: Indicator | PresetUse) -> Surface | None:
    """The surface of an SLO that names none; a preset has its own."""
    match indicator:
        case PresetUse():
            return None
        case Quality():
            return Surface.MODEL
        case _:
            return Surface.SERVING


def place_of(node: Node, *keys: str | int) -> Position:
    """The place of what stands behind some keys, or of what is nearest to it."""
    return locate(node, keys)


def owners_of(owners: spec_model.Owners) -> dict[Surface, str]:
    """Who answers, by surface."""
    return {Surface(surface): owner for surface, owner in owners.items() if surface != SECURITY}


def alerting_of(model: alerting_model.AlertingModel, node: Node) -> Alerting:
    """How an SLO alerts, with the place of each tier."""
    if not model.says_anything:
        return Alerting(position=node.position)
    tiers = None
    if model.tiers is not None:
        tiers = tuple(_tier(tier, find(node, ("tiers", index))) for index, tier in enumerate(model.tiers))
    return Alerting(
        enabled=model.enabled,
        tiers=tiers,
        severities={tier: Severity(severity) for tier, severity in model.severities.items()},
        min_errors=model.min_errors,
        absent=_absent(model.absent),
        labels=model.labels,
        severity_labels={Severity(name): labels for name, labels in model.severity_labels.items()},
        annotations=model.annotations,
        position=node.position,
    )


def _tier(model: alerting_model.TierModel, node: Node) -> TierRequest:
    return TierRequest(
        name=model.name,
        severity=Severity(model.severity),
        budget=model.budget,
        long=model.long,
        burn_rate=model.burn_rate,
        short=model.short,
        position=node.position,
        locate=partial(place_of, node),
    )


def _absent(model: bool | alerting_model.AbsentModel | None) -> Absent | None:  # noqa: FBT001 as it is written
    match model:
        case None:
            return None
        case bool():
            return Absent(enabled=model)
        case alerting_model.AbsentModel():
            return Absent(
                severity=Severity(model.severity),
                hold=model.for_,
                remember=model.remember or Absent().remember,
            )


def _indicator_or_preset(
    model: spec_model.IndicatorModel | PresetModel, node: Node, model_name: str
) -> Indicator | PresetUse:
    if isinstance(model, spec_model.IndicatorModel):
        return indicator_of(model, node, model_name)
    return PresetUse(
        preset=model.preset,
        release=model.release,
        parameters=model.parameters,
        position=find(node, ("preset",)).position,
        locate=partial(place_of, node),
    )


def indicator_of(model: spec_model.IndicatorModel, node: Node, model_name: str) -> Indicator:
    """The indicator of a checked model; ``model_name`` is that of the model that it judges, if it does."""
    at = partial(expression, node)
    match model:
        case spec_model.IndicatorModel(ratio=spec_model.RatioModel() as ratio):
            return Ratio(_counted(ratio, find(node, ("ratio",))), at("ratio", "total"))
        case spec_model.IndicatorModel(events=spec_model.EventsModel() as events):
            return Events(_counted(events, find(node, ("events",))), at("events", "total"))
        case spec_model.IndicatorModel(latency=spec_model.LatencyModel() as latency):
            return _latency(latency, at("latency", "histogram"))
        case spec_model.IndicatorModel(threshold=spec_model.ThresholdModel() as threshold):
            bound = _bound(threshold)
            return Threshold(at("threshold", "gauge"), bound)
        case spec_model.IndicatorModel(freshness=spec_model.FreshnessModel() as freshness):
            return Freshness(at("freshness", "timestamp"), freshness.max_age)
        case spec_model.IndicatorModel(quality=ml_model.QualityModel() as quality):
            return convert_ml.quality(quality, find(node, ("quality",)), model_name)
        case spec_model.IndicatorModel(guardrail=ml_model.GuardrailModel() as guardrail):
            return convert_ml.guardrail(guardrail, find(node, ("guardrail",)))
        case spec_model.IndicatorModel(error_ratio=str()):
            return ErrorRatio(at("error_ratio"))
        case _:
            return Probe(at("probe"))


def _counted(model: spec_model.RatioModel, node: Node) -> Counted:
    if model.bad is not None:
        return Bad(expression(node, "bad"))
    return Good(expression(node, "good"))


def _bound(model: spec_model.ThresholdModel) -> AtLeast | AtMost:
    if model.at_least is not None:
        return AtLeast(model.at_least)
    return AtMost(model.at_most or Fraction(0))


def _latency(model: spec_model.LatencyModel, histogram: Expression) -> Latency:
    """The threshold in the unit that the histogram's name ends with; seconds where it says none."""
    native = model.type == "native"
    if not isinstance(model.threshold, str):
        return Latency(histogram, model.threshold, format_decimal(model.threshold), native)
    seconds = parse_duration(model.threshold)
    name = histogram.text.split("{", 1)[0].strip()
    unit = MILLISECOND if name.endswith(("_milliseconds", "_ms")) else 1
    return Latency(histogram, seconds / unit, model.threshold, native)
